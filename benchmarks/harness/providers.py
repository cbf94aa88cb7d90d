"""Rows of the studio beside its providers, whose doubles answer after 50 ms: how soon a request is sent, what a worker with many
requests weighs, webhooks, and how near ten thousand requests come to what the limits allow."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from .meter import Meter, forget_peak, memory
from .result import Result
from .stack import PARTS, REPLICATE_SECRET, ROOT, Stack, Wrong
from .studio import without_drawing

DELAY = 0.05
PLACES = 5
MODELS = {"fal": "veo-3.1-fast", "runway": "runway-gen4-turbo", "runpod": "mochi", "replicate": "ray-flash-2-540p"}
# The calls for which a request holds its place: submission and poll, and with fal.ai the result.
CALLS = {"fal": 3, "runway": 2, "runpod": 2, "replicate": 2}
UNDER_WAY = 100
WEBHOOKS_A_SECOND = 200


class Doubles:
    """The doubles, and the drain that calls them, with as many workers as the shipped one."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.server = subprocess.Popen([sys.executable, PARTS / "providers.py"], stdout=subprocess.PIPE, text=True)
        assert self.server.stdout
        self.port = int(self.server.stdout.readline())
        self.drain: subprocess.Popen | None = None

    def control(self, **changes: object) -> dict[str, Any]:
        words = "&".join(f"{name}={value}" for name, value in changes.items())
        return json.loads(self.stack.get(f"/control?{words}", port=self.port))

    def start_drain(self, places: int, poll: int) -> int:
        """Its process id. `poll` is the wait between polls in milliseconds."""
        url = f"http://127.0.0.1:{self.port}"
        settings = {
            "FAL_KEY": "k", "FAL_BASE_URL": f"{url}/fal", "RUNWAY_API_KEY": "k", "RUNWAY_BASE_URL": f"{url}/runway",
            "RUNPOD_API_KEY": "k", "RUNPOD_ENDPOINT_ID": "e", "RUNPOD_BASE_URL": f"{url}/runpod", "REPLICATE_API_TOKEN": "k",
            "REPLICATE_BASE_URL": f"{url}/replicate", "PROVIDER_CONCURRENCY": str(places), "GENERATION_POLL_MS": str(poll),
            "LOG_LEVEL": "warning", "DAILIES_CONFIG": str(self.stack.directory / "dailies.conf"),
            "DATABASE_URL": f"postgresql:///dailies?host={self.stack.facts['sockets']['postgres']}&user=dailies_jobs",
        }  # fmt: skip
        workers = re.search(r"--workers (\d+)", (ROOT / "systemd/conf/jobs-outward.conf").read_text())
        assert workers
        self.drain = subprocess.Popen(
            [self.stack.directory / "bin" / "dailies-jobs", "drain", "--queues", "outward", "--workers", workers[1]],
            env=os.environ | settings, stderr=self.stack.file("drain.log").open("w"))  # fmt: skip
        return self.drain.pid

    def stop_drain(self) -> None:
        if self.drain:
            self.drain.terminate()
            self.drain.wait(60)
            self.drain = None

    def request(self, count: int) -> None:
        """Requests of members, one each, of the models in turn."""
        names = ",".join(f"'{slug}'" for slug in MODELS.values())
        self.stack.value(
            f"select count(bench_provider_request(number, (array[{names}])[1 + number % {len(MODELS)}]))"
            f" from generate_series(1, {count}) number")  # fmt: skip

    def await_requests(self, count: int) -> dict[str, dict]:
        deadline = time.monotonic() + 120
        while len(found := self.control()["requests"]) < count:
            if time.monotonic() > deadline:
                raise Wrong(f"{len(found)} of {count} requests were sent: {self.stack.file('drain.log').read_text()[-500:]}")
            time.sleep(0.1)
        return found


@contextmanager
def doubles(stack: Stack) -> Iterator[Doubles]:
    """Doubles of the providers beside an empty studio. The site's own drains stand still meanwhile."""
    with without_drawing(stack):
        stack.script("providers.sql")
        made = Doubles(stack)
        try:
            yield made
        finally:
            made.stop_drain()
            made.server.terminate()
            made.server.wait()
            stack.script("providers.sql")


def highest(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def pick_up(stack: Stack) -> list[Result]:
    """From the commit of a request to its arrival at the provider, one at a time."""
    count = stack.scale.lone // 10
    with doubles(stack) as made:
        made.control(delay=0)
        made.start_drain(places=1000, poll=1000)
        words = ["psql", "-X", "-q", "-t", "-A", "-h", stack.facts["sockets"]["postgres"], "-U", "postgres", "-d", "dailies"]
        waits = []
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql:
            assert psql.stdin and psql.stdout
            committed = {}
            for number in range(1, count + 21):
                psql.stdin.write(f"select bench_provider_request({number}, '{MODELS['replicate']}');\n")
                psql.stdin.flush()
                psql.stdout.readline()
                committed[f"fog {number}"] = time.monotonic()
                # The request has gone through, and its poll and file too, before the next one comes.
                time.sleep(0.03)
            psql.stdin.close()
        for request in made.await_requests(count + 20).values():
            prompt = json.loads(request["prompt"])["input"]["prompt"]
            # The first ones find cold connections.
            if int(prompt.split()[1]) > 20:
                waits.append(max(0.0, request["at"] - committed[prompt]) * 1000)
    return [
        Result(
            "provider-pick-up", f"a committed request reaches its provider, p99 of {count}, idle", highest(waits, 0.99), " ms",
            p50=statistics.median(waits), p99=highest(waits, 0.99), at_most=20,
        )
    ]  # fmt: skip


def webhooks(stack: Stack) -> list[Result]:
    """A worker with a hundred requests under way, and webhooks for them, 200 a second, each of which leads to a poll."""
    with doubles(stack) as made:
        made.control(ending="no")
        process = made.start_drain(places=UNDER_WAY // len(MODELS), poll=1000)
        made.request(UNDER_WAY)
        requests = made.await_requests(UNDER_WAY)
        forget_peak(process)
        time.sleep(stack.scale.load)
        weight = memory(process, "VmHWM")
        targets = [(key, request["webhook"]) for key, request in requests.items() if request["service"] == "replicate"]
        times, meter = send_webhooks(stack, targets, WEBHOOKS_A_SECOND * stack.scale.load)
        accepted = int(stack.value("select count(*) from provider_webhooks"))
        if accepted != len(times):
            raise Wrong(f"{len(times)} webhooks were answered and {accepted} accepted")
        if int(stack.value("select count(*) from generations where status <> 'processing'")):
            raise Wrong("a request was not under way")
    return [
        Result(
            "webhook", f"POST /api/webhooks/replicate, {WEBHOOKS_A_SECOND} a second, p99", highest(times, 0.99), " ms",
            p50=statistics.median(times), p99=highest(times, 0.99), usage=meter.read(), at_most=20,
        ),
        Result("worker-memory", f"memory of a worker with {UNDER_WAY} requests under way, peak", weight, " MB", at_most=60),
    ]  # fmt: skip


def send_webhooks(stack: Stack, targets: list[tuple[str, str]], count: int) -> tuple[list[float], Meter]:
    """Sends signed reports at a steady rate; each time counts from the moment at which the report was due."""
    key = base64.b64decode(REPLICATE_SECRET.removeprefix("whsec_"))
    times: list[float] = []
    faults: list[str] = []
    numbers, lock = iter(range(count)), threading.Lock()
    meter = Meter(stack.pids, "outward")
    start = time.monotonic() + 0.2

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            request, webhook = targets[number % len(targets)]
            body = json.dumps({"id": request, "status": "processing", "logs": f"step {number}"}).encode()
            stamp = str(int(time.time()))
            signed = hmac.new(key, f"msg_{number}.{stamp}.".encode() + body, hashlib.sha256).digest()
            headers = {
                "Host": "bench", "Content-Type": "application/json", "webhook-id": f"msg_{number}", "webhook-timestamp": stamp,
                "webhook-signature": "v1," + base64.b64encode(signed).decode(),
            }  # fmt: skip
            due = start + number / WEBHOOKS_A_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
            address = urlsplit(webhook)
            connection.request("POST", f"{address.path}?{address.query}", body, headers)
            answer = connection.getresponse()
            content = answer.read()
            took = (time.monotonic() - due) * 1000
            with lock:
                times.append(took)
                if answer.status != 200:
                    faults.append(f"{answer.status} {content[:200]!r}")

    threads = [threading.Thread(target=send) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise Wrong(f"{len(faults)} webhooks were refused, the first with {faults[0]}")
    return times, meter


def limits(stack: Stack) -> list[Result]:
    """Many requests over four providers: submitted, polled and fetched, never more at one provider than its places."""
    count = stack.scale.jobs // 2 if stack.scale.turns > 1 else 1_000
    share = count // len(MODELS)
    with doubles(stack) as made:
        made.request(count)
        begun = time.monotonic()
        made.start_drain(places=PLACES, poll=1)
        bound = max(share * calls * DELAY / PLACES for calls in CALLS.values())
        while (seen := made.control())["files"] < count:
            if time.monotonic() - begun > 10 * bound + 60:
                raise Wrong(f"{seen['files']} of {count} videos came: {stack.file('drain.log').read_text()[-500:]}")
            time.sleep(1)
        took = seen["lastFile"] - min(request["at"] for request in seen["requests"].values())
        if len(seen["requests"]) != count:
            raise Wrong(f"{len(seen['requests'])} requests were sent for {count} videos")
        if max(seen["most"].values()) > PLACES:
            raise Wrong(f"a provider worked on {max(seen['most'].values())} requests, of {PLACES}")
    return [
        Result(
            "provider-limits", f"{count:,} requests over {len(MODELS)} providers with {PLACES} places each", count / took,
            reference=count / bound, reference_name="what the places allow", at_least=0.9,
        )
    ]  # fmt: skip
