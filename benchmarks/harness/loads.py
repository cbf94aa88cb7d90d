"""The programs that make load, and what they report."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass

from .meter import Meter, Usage
from .stack import PARTS, Stack, Wrong

CONNECTIONS = 64


@dataclass
class Measure:
    """One load: answers a second, latencies in ms, and what it cost."""

    rate: float
    p50: float
    p99: float
    errors: int
    right: int
    usage: Usage
    by_clip: dict[str, int]


def wrk(
    stack: Stack, script: str, *arguments: str, url: str | None = None, host: str = "voting", connections: int = CONNECTIONS,
    seconds: int | None = None, threads: int = 2,
) -> Measure:  # fmt: skip
    """Runs wrk with a script that looks at every answer. Throws when one was wrong or none came."""
    threads = min(threads, connections)
    meter = Meter(stack.pids, host)
    done = subprocess.run(
        [
            "wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds or stack.scale.load}s", "--timeout", "30s",
            "-s", str(PARTS / "lua" / script), url or stack.url, "--", *arguments,
        ],
        env=os.environ | {"BENCH_LUA": str(PARTS / "lua"), "BENCH_THREADS": str(threads)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    usage = meter.read()
    found = re.search(r"^BENCH (\{.*\})$", done.stdout, re.M)
    if not found:
        raise Wrong(f"wrk said nothing of use: {done.stdout[-400:]} {done.stderr[-400:]}")
    report = json.loads(found[1])
    if report["wrong"] or report["socketErrors"] or not report["right"]:
        raise Wrong(
            f"{report['wrong']} wrong answers, {report['socketErrors']} connections failed, {report['right']} right; "
            f"the first wrong one: {report['sample']}"
        )
    return Measure(
        report["right"] / report["seconds"], report["p50"], report["p99"], report["wrong"] + report["socketErrors"],
        report["right"], usage, report["byClip"],
    )  # fmt: skip


def pgbench(
    stack: Stack, clients: int, script: str, seconds: int | None = None, transactions: int | None = None, **variables: int
) -> tuple[float, float, int]:  # fmt: skip
    """Runs a script of statements against the same Postgres, for so long or so many times a client. Returns
    transactions a second, the median in ms, and how many there were."""
    length = ["--transactions", str(transactions)] if transactions else ["--time", str(seconds or stack.scale.load)]
    program = shutil.which("pgbench") or str(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))[-1])
    words = [word for key, value in variables.items() for word in ("-D", f"{key}={value}")]
    with tempfile.TemporaryDirectory(prefix="pgbench") as directory:
        file = pathlib.Path(directory) / "script"
        file.write_text(script)
        logging = ["--log", "--log-prefix", f"{directory}/log"] if clients == 1 else []
        done = subprocess.run(
            [
                program, "--no-vacuum", "--protocol", "prepared", "--client", str(clients), "--jobs", str(min(2, clients)),
                *length, "-D", "i=0", "-D", f"clients={clients}", *words, *logging,
                "--file", str(file), "--host", stack.facts["sockets"]["postgres"], "--username", "postgres", "dailies",
            ],
            capture_output=True, text=True, check=False, cwd=directory,
        )  # fmt: skip
        rate = re.search(r"^tps = ([0-9.]+)", done.stdout, re.M)
        count = re.search(r"actually processed: ([0-9]+)", done.stdout)
        if done.returncode or not rate or not count:
            raise Wrong(f"pgbench: {done.stderr[-400:]}")
        lines = [line for log in pathlib.Path(directory).glob("log*") for line in log.read_text().splitlines()]
        median = statistics.median(int(line.split()[2]) for line in lines) / 1000 if lines else 0
    return float(rate[1]), median, int(count[1])


VOTE_CALLS = {
    # No pair of a voter and a clip comes twice.
    "many": """
\\set i :i + 1
\\set v 1 + (:i * :clients + :client_id) % :voters
\\set c 1 + (:v * 7919 + (:i * :clients + :client_id) / :voters) % :clips
select bench_vote(:v, :c);
""",
    "one": """
\\set i :i + 1
\\set v 1 + (:i * :clients + :client_id) % :voters
select bench_vote(:v, 1);
""",
    "lone": """
\\set i :i + 1
\\set v 1 + :i % :voters
\\set c 1 + (:v * 7919 + :i / :voters) % :clips
select bench_cast(:v, :c);
""",
}


def reference_votes(stack: Stack, script: str, clients: tuple[int, ...] = (16, 64)) -> tuple[float, float]:
    """The better rate of one vote a call, and its median in ms; every call must have counted."""
    best, median = 0.0, 0.0
    for number in clients:
        stack.reset()
        rate, middle, count = pgbench(
            stack, number, VOTE_CALLS[script], voters=stack.scale.voters, clips=stack.scale.clips
        )
        tallies = stack.tallies()
        if tallies["stored"] != count or tallies["drift"]:
            raise Wrong(f"the reference stored {tallies['stored']} of {count} votes, drift {tallies['drift']}")
        if rate > best:
            best, median = rate, middle
    return best, median


def check_votes(stack: Stack, measure: Measure, connections: int = CONNECTIONS) -> None:
    """Every acknowledged vote is stored exactly once, and the counters are the sums. What was under way when the load
    ended may be stored without an answer that anybody waited for."""
    tallies = stack.tallies()
    unanswered = tallies["stored"] - measure.right
    if tallies["drift"]:
        raise Wrong(f"the counters of {tallies['drift']} clips differ from their sums")
    if tallies["casts"] != tallies["stored"] or tallies["days"] != tallies["stored"]:
        raise Wrong(f"{tallies['stored']} votes stored, {tallies['casts']} cast, {tallies['days']} in the days")
    if not 0 <= unanswered <= connections:
        raise Wrong(f"{measure.right} votes were acknowledged and {tallies['stored']} stored")
    for clip, count in measure.by_clip.items():
        if tallies["byClip"].get(clip, 0) < count:
            raise Wrong(f"clip {clip}: {count} votes acknowledged, {tallies['byClip'].get(clip, 0)} counted")
