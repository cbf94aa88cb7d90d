"""Rows of the studio: requests for videos, without the videos themselves."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .loads import CONNECTIONS, pgbench, wrk
from .reads import best, members
from .result import Result
from .stack import Stack, Wrong

REQUEST = """
\\set i :i + 1
\\set v 1 + (:i * :clients + :client_id) % :voters
select bench_request(:v);
"""

OPEN = "select count(*) from pg_stat_activity where usename = 'dailies_jobs' and xact_start is not null"


@contextmanager
def without_jobs(stack: Stack) -> Iterator[None]:
    """The jobs of the background stand still: what they read and compute is not what is measured."""
    processes = [pid for name, pid in stack.pids.items() if "drain" in name.lower()]

    def send(wanted: signal.Signals) -> None:
        for pid in processes:
            os.kill(pid, wanted)

    while True:
        send(signal.SIGSTOP)
        # One that was stopped in a transaction holds its locks, for which what is measured would wait.
        time.sleep(0.05)
        if not int(stack.value(OPEN)):
            break
        send(signal.SIGCONT)
        time.sleep(0.05)
    try:
        yield
    finally:
        send(signal.SIGCONT)


@contextmanager
def without_drawing(stack: Stack) -> Iterator[None]:
    """The renderer would take the processors, so its queue stands still."""
    with without_jobs(stack):
        try:
            yield
        finally:
            stack.script("jobs.sql")


def stored(stack: Stack) -> int:
    """Requests that are complete: a row, a reservation of seconds and a job each."""
    return int(
        stack.value(
            "select case when (select count(*) from generation_drift()) = 0 and (select count(*) from generations) ="
            " (select count(*) from jobs where kind = 'draw_generation') then (select count(*) from generations) else -1 end"
        )
    )


def requests(stack: Stack) -> list[Result]:
    """`POST /api/jobs` with all its checks, each member once, beside its statements by pgbench."""
    with without_drawing(stack):
        measures = []
        for _ in range(stack.scale.turns + 1):
            stack.script("jobs.sql")
            measure = wrk(stack, "jobs.lua", *members(stack), host="outward")
            if not 0 <= stored(stack) - measure.right <= CONNECTIONS:
                raise Wrong(f"{measure.right} requests were answered and {stored(stack)} stored")
            measures.append(measure)
        stack.script("jobs.sql")
        reference, _, count = pgbench(stack, 16, REQUEST, voters=stack.scale.voters)
        if stored(stack) != count:
            raise Wrong(f"the reference stored {stored(stack)} of {count} requests")
    measure = best(measures)
    return [
        Result.of(
            "studio", f"POST /api/jobs, {CONNECTIONS} connections, p99 {measure.p99:.0f} ms", measure, reference=reference,
            reference_name="its statements by pgbench", at_least=0.8,
        )
    ]  # fmt: skip
