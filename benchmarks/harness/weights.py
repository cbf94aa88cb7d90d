"""Rows of sizes and times that are no load: memory, start, binaries, pages, and the queue."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import pathlib
import posixpath
import re
import socket
import statistics
import struct
import subprocess
import time

from . import reads, votes
from .loads import pgbench
from .meter import memory as resident
from .result import Result
from .stack import Stack, Wrong


def idle_memory(stack: Stack) -> list[Result]:
    return [Result("idle-memory", "memory of the voting host, idle", stack.idle_memory, " MB", at_most=40)]


def memory(stack: Stack) -> list[Result]:
    """The peak over votes and reads that follow each other."""
    peaks = [votes.cast(stack, "clips").usage.peak, reads.ask(stack).usage.peak]
    return [Result("memory", "memory of the voting host under load, peak", max(peaks), " MB", at_most=120)]


def binaries(stack: Stack) -> list[Result]:
    return [
        Result(f"binary {file.name}", f"{file.name}, stripped", file.stat().st_size / 1e6, " MB", at_most=25)
        for file in sorted((stack.directory / "bin").iterdir())
    ]


# -- Start

def record(kind: int, content: bytes) -> bytes:
    return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def first_answer(path: str) -> bytes:
    """Asks for the feed over FastCGI as soon as somebody listens."""
    parameters = {
        "REQUEST_METHOD": "GET", "REQUEST_URI": "/api/vote", "CONTENT_LENGTH": "", "REQUEST_ID": "benchmark0",
        "CLIENT_ADDRESS": "10.254.0.1", "HTTP_HOST": "bench", "SERVER_PROTOCOL": "HTTP/1.1",
    }  # fmt: skip
    pairs = b"".join(
        bytes([len(name), len(value)]) + name.encode() + value.encode() for name, value in parameters.items()
    )
    deadline = time.monotonic() + 10
    while True:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            try:
                connection.connect(path)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.001)
                continue
            connection.sendall(
                record(1, struct.pack("!HB5x", 1, 0)) + record(4, pairs) + record(4, b"") + record(5, b"")
            )
            answer = b""
            while chunk := connection.recv(65_536):
                answer += chunk
            return answer


def start(stack: Stack) -> list[Result]:
    """From the start of the program until the first feed that it answers, database included."""
    stack.idle_memory = resident(stack.pids["voting"])
    path = pathlib.Path(stack.facts["sockets"]["voting"]).with_name("started.sock")
    role = f"postgresql:///dailies?host={stack.facts['sockets']['postgres']}&user=dailies_web"
    times = []
    for _ in range(15):
        path.unlink(missing_ok=True)
        begun = time.monotonic()
        host = subprocess.Popen(
            [stack.directory / "bin" / "dailies-host", "--socket", path, "--config", stack.directory / "dailies.conf", "voting"],
            env=os.environ | {"DATABASE_URL": role, "HOST_THREADS": "96"}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            answer = first_answer(str(path))
            times.append((time.monotonic() - begun) * 1000)
        finally:
            host.terminate()
            host.wait()
        if b'"state":"voting"' not in answer:
            raise Wrong(f"the first answer is {answer[:300]!r}")
    return [
        Result(
            "start", "start to the first answer, median of 15", statistics.median(times), " ms", at_most=150,
            more={"slowestMs": round(max(times), 1)},
        )
    ]  # fmt: skip


# -- Pages

def fetch(stack: Stack, path: str) -> tuple[bytes, bytes]:
    """A file as it travels to a browser, and what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
    connection.request("GET", path, headers={"Host": "bench", "Accept-Encoding": "gzip", "User-Agent": "Bench"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise Wrong(f"{path}: {response.status}")
    return body, gzip.decompress(body) if response.getheader("Content-Encoding") == "gzip" else body


def page_weight(stack: Stack) -> list[Result]:
    """HTML, style sheets and modules, with all that these import; the charts of the analytics too."""
    return [
        weigh(stack, "page-weight", "/dashboard", at_most=60),
        weigh(stack, "page-weight-charts", "/analytics", at_most=90, is_charted=True),
    ]


def weigh(stack: Stack, row: str, page: str, at_most: int, is_charted: bool = False) -> Result:
    weights: dict[str, int] = {}
    body, text = fetch(stack, page)
    weights[page] = len(body)
    html = text.decode()
    waiting = re.findall(r'<link[^>]+rel="stylesheet"[^>]*href="([^"]+)"', html)
    waiting += re.findall(r'<link[^>]+href="([^"]+)"[^>]*rel="(?:stylesheet|modulepreload)"', html)
    waiting += re.findall(r'<link[^>]+rel="modulepreload"[^>]*href="([^"]+)"', html)
    waiting += re.findall(r'<script[^>]+src="([^"]+)"', html)
    if not waiting:
        raise Wrong("the page names no style sheet and no module")
    while waiting:
        path = waiting.pop()
        if path in weights:
            continue
        body, text = fetch(stack, path)
        weights[path] = len(body)
        # Not import("…"): what only some visits need is loaded then.
        imports = r'(?:from|import)\s*\(?"(\.[^"]+|/[^"]+)"' if is_charted else r'(?:from|import)\s*"(\.[^"]+|/[^"]+)"'
        pattern = imports if path.endswith(".js") else r'@import\s+(?:url\()?"([^"]+)"'
        # A comment may import the types of a file that browsers never load.
        text = re.sub(rb"/\*.*?\*/", b"", text, flags=re.DOTALL)
        directory = posixpath.dirname(path)
        waiting += [posixpath.normpath(posixpath.join(directory, found)) for found in re.findall(pattern, text.decode())]
    return Result(
        row, f"{page}: page, {len(weights) - 1} style sheets and modules", sum(weights.values()) / 1000, " kB",
        at_most=at_most, more={"files": weights},
    )  # fmt: skip


# -- Queue

BARE = "delete from bare where id = (select id from bare order by id for update skip locked limit 1);"


def queue(stack: Stack) -> list[Result]:
    """On a database of its own in the same cluster: empty jobs drained, and single ones picked up."""
    try:
        stack.psql("-c", "drop database if exists bench_queue", "-c", "create database bench_queue owner dailies_owner")
        role = f"host={stack.facts['sockets']['postgres']} dbname=bench_queue"
        subprocess.run(
            [stack.directory / "bin" / "dailies", "migrate", "--config", stack.directory / "dailies.conf"],
            env=os.environ | {"DATABASE_URL": f"{role} user=dailies_owner"}, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        best, reference = None, 0.0
        for _ in range(stack.scale.turns):
            stack.psql("-c", "truncate jobs", database="bench_queue")
            reference = max(reference, bare_deletes(stack))
            done = subprocess.run(
                [stack.program("bench-queue")], env=os.environ | {"DATABASE_URL": f"{role} user=dailies_jobs"}, check=True,
                capture_output=True, text=True,
            )  # fmt: skip
            found = json.loads(done.stdout)
            if best is None or found["drainJobsPerSecond"] > best["drainJobsPerSecond"]:
                best = found
    finally:
        stack.psql("-c", "drop database if exists bench_queue with (force)")
    return [
        Result(
            "queue", f"queue: {stack.scale.jobs:,} empty jobs, 16 workers", best["drainJobsPerSecond"],
            reference=reference, reference_name="bare SKIP LOCKED delete", at_least=1,
        ),
        Result(
            "queue-pick-up", "queue: pick-up of a single job, p99", best["pickUpP99Ms"], " ms", p50=best["pickUpP50Ms"],
            p99=best["pickUpP99Ms"], at_most=5,
            more={
                key: best[key] for key in ("commitP50Ms", "commitP99Ms", "afterCommitP90Ms", "afterCommitP99Ms")
            },
            note=f"pick-up of a single job: p99 {best['pickUpP99Ms']:.1f} ms; of the enqueueing transaction alone "
            f"{best['commitP99Ms']:.1f} ms, of the rest {best['afterCommitP99Ms']:.1f} ms",
        ),
    ]  # fmt: skip


def bare_deletes(stack: Stack) -> float:
    stack.psql(
        "-c", "set client_min_messages = warning; drop table if exists bare",
        "-c", "create table bare (id bigint generated always as identity primary key, payload jsonb not null)",
        "-c", f"insert into bare (payload) select '{{}}' from generate_series(1, {stack.scale.jobs})",
        "-c", "analyze bare",
    )  # fmt: skip
    rate, _, _ = pgbench(stack, 16, BARE, transactions=stack.scale.jobs // 16)
    if stack.value("select count(*) from bare") != "0":
        raise Wrong("the bare deletes left something")
    stack.psql("-c", "drop table bare")
    return rate
