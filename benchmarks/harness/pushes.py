"""Rows of pushed notifications: one announcement to every member's browser, by a process that is killed on the way."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .meter import memory
from .result import Result
from .stack import PARTS, ROOT, Stack, Wrong
from .studio import without_drawing

KILL_AFTER = 0.3


@contextmanager
def service() -> Iterator[int]:
    """The port of the push service."""
    with subprocess.Popen([sys.executable, PARTS / "push_service.py"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)


def drain(stack: Stack, port: int) -> subprocess.Popen:
    settings = {
        "PUSH_SERVICES": f"http://127.0.0.1:{port}", "LOG_LEVEL": "warning",
        "DAILIES_CONFIG": str(stack.directory / "dailies.conf"),
        "DATABASE_URL": f"postgresql:///dailies?host={stack.facts['sockets']['postgres']}&user=dailies_jobs",
    }  # fmt: skip
    workers = re.search(r"--workers (\d+)", (ROOT / "systemd/conf/jobs-outward.conf").read_text())
    assert workers
    return subprocess.Popen(
        [stack.directory / "bin" / "dailies-jobs", "drain", "--queues", "outward", "--workers", workers[1]],
        env=os.environ | settings, stderr=stack.file("push.log").open("a"))  # fmt: skip


def fan_out(stack: Stack) -> list[Result]:
    """One notification for everybody, pushed to all who want it. The process is killed after a third of them."""
    with without_drawing(stack), service() as port:
        stack.script("pushes.sql", given=None, origin=f"http://127.0.0.1:{port}")
        total = int(stack.value("select count(*) from push_subscriptions"))
        stack.value("select notify_everybody('system', 'bench', '{\"title\": \"A word from the bench\"}')")

        def seen() -> dict:
            return json.loads(stack.get("/counts", port=port))

        def await_messages(count: int, process: subprocess.Popen) -> None:
            deadline = time.monotonic() + 300
            while (found := seen())["messages"] < count:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise Wrong(f"{found['messages']} of {count}: {stack.file('push.log').read_text()[-500:]}")
                time.sleep(0.05)

        process = drain(stack, port)
        await_messages(int(total * KILL_AFTER), process)
        process.kill()
        process.wait()
        stack.value("update jobs set leased_until = now() - interval '1 second' where kind = 'push_notification'")
        before, begun = seen()["messages"], time.monotonic()
        process = drain(stack, port)
        try:
            while stack.value("select finished_at is not null from push_runs") != "t":
                if time.monotonic() - begun > 300:
                    raise Wrong(f"{seen()} of {total}: {stack.file('push.log').read_text()[-500:]}")
                time.sleep(0.1)
            took, peak = time.monotonic() - begun, memory(process.pid, "VmHWM")
        finally:
            process.terminate()
            process.wait(60)
        found = seen()
        delivered, uncertain = (int(n) for n in stack.value("select delivered, uncertain from push_runs").split("|"))
        stack.script("pushes.sql", given=None, origin="")
    if found["most"] != 1 or delivered + uncertain != total or found["addresses"] < delivered:
        raise Wrong(f"{found}, {delivered} delivered and {uncertain} uncertain of {total}")
    return [
        Result(
            "push", f"a push to {total:,} browsers, service answers in 5 ms, after kill -9; {uncertain} uncertain",
            (found["messages"] - before) / took, at_least=2_000,
        ),
        Result("push-memory", "memory of the process that pushes, peak", peak, " MB", at_most=80),
    ]  # fmt: skip
