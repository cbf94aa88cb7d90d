"""Rows of comparisons and of what is known of models."""

from __future__ import annotations

import os
import subprocess
import time

from . import reads
from .discovery import CLIENTS
from .loads import wrk
from .result import Result
from .stack import Stack, Wrong
from .studio import without_jobs

# What nginx keeps for everybody.
CACHED = ("/analytics", "/ratings", "/comparisons")
# The tables that a list of comparisons reads.
READ = ("comparisons", "comparison_tags", "comparison_videos", "generations", "tags")


def fill(stack: Stack) -> None:
    if stack.file("compared").exists():
        return
    stack.script("comparisons.sql", comparisons=stack.scale.compared)
    stack.file("compared").write_text(stack.script("comparison-searches.sql") + "\n")


def scans(stack: Stack) -> dict[str, list[int]]:
    """How often those tables were read from their first row on, how many rows that were, and how many there are."""
    names = ", ".join(f"'{name}'" for name in READ)
    lines = stack.value(
        "select relname, seq_scan, seq_tup_read, n_live_tup from pg_stat_user_tables "
        f"where relname in ({names}) and n_live_tup > 1000"
    ).splitlines()
    return {name: [int(number) for number in rest] for name, *rest in (line.split("|") for line in lines)}


def check_scans(before: dict[str, list[int]], after: dict[str, list[int]]) -> None:
    """A count that ends after a few rows may read them in any order; no list may read a whole table."""
    for name, (times, rows, all_rows) in after.items():
        more, read = times - before[name][0], rows - before[name][1]
        if more and read / more > all_rows / 5:
            raise Wrong(f"lists of comparisons read {read} rows of {name} in {more} scans")


def listed(stack: Stack) -> list[Result]:
    """The page of comparisons with filters and searches that no cache has seen, by sixteen clients."""
    fill(stack)
    count = int(stack.value("select count(*) from comparisons where is_public"))
    if count < stack.scale.compared:
        raise Wrong(f"only {count} comparisons are public")
    members = reads.members(stack)
    searches = str(stack.file("compared"))
    arguments = ("/comparisons?", "data-found>")
    with without_jobs(stack):
        wrk(stack, "search.lua", searches, *members, "0", *arguments, host="web", connections=CLIENTS, seconds=2)
        before = scans(stack)
        turns = [
            wrk(stack, "search.lua", searches, *members, str(0.3 + turn / 4), *arguments, host="web", connections=CLIENTS)
            for turn in range(stack.scale.turns)
        ]
        check_scans(before, scans(stack))
    best = min(turns, key=lambda measure: measure.p99)
    return [
        Result(
            "comparisons", f"p99 of /comparisons with filters among {count:,}, {CLIENTS} clients", best.p99, "ms",
            p50=best.p50, errors=best.errors, usage=best.usage, at_most=50, more={"rate": round(best.rate, 1)},
        )
    ]  # fmt: skip


def cached(stack: Stack) -> list[Result]:
    fill(stack)
    # The page says when everything was counted, so the job must not count while it is compared byte by byte.
    stack.psql("-c", "insert into job_pauses (scope, name, paused_at) values ('kind', 'count_model_days', now())")
    stack.psql("-c", "select fold_model_days(1000000)")
    role = f"postgresql:///dailies?host={stack.facts['sockets']['postgres']}&user=dailies_jobs"
    subprocess.run(
        [stack.directory / "bin" / "dailies", "ratings", "compute", "--config", stack.directory / "dailies.conf"],
        env=os.environ | {"DATABASE_URL": role}, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    for path in CACHED:
        stack.get(path)
    # What nginx kept from before is made anew behind the first answers.
    time.sleep(3)
    try:
        return reads.kept(stack, dict.fromkeys(CACHED, 0.6))
    finally:
        stack.psql("-c", "delete from job_pauses where name = 'count_model_days'")
