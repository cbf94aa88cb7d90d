"""Rows of votes: over many clips, on one clip, and one voter alone."""

from __future__ import annotations

import json
import os
import subprocess
import time

from .loads import Measure, check_votes, reference_votes, wrk
from .result import Result
from .stack import Stack, Wrong


def voters(stack: Stack) -> str:
    """Half of the voters are members, half are visitors."""
    return f"{stack.file('member-voters.tsv')},{stack.file('visitor-voters.tsv')}"


def cast(stack: Stack, clips: str, seconds: int | None = None, connections: int = 64) -> Measure:
    """One load of votes on a round that was empty, with all its votes accounted for."""
    stack.reset()
    measure = wrk(
        stack, "vote.lua", voters(stack), "0", str(stack.scale.voters), str(stack.file(clips)), seconds=seconds,
        connections=connections,
    )  # fmt: skip
    check_votes(stack, measure, connections)
    return measure


def best(stack: Stack, clips: str) -> tuple[Measure, list[float]]:
    """The better of the turns, and all of them: the machine has other things to do at times."""
    measures = [cast(stack, clips) for _ in range(stack.scale.turns)]
    return max(measures, key=lambda measure: measure.rate), [round(measure.rate) for measure in measures]


# Seconds. Only statistics that stay wrong are an error.
STATISTICS_LIMIT = 300
COUNTED = ("tournament_clips", "voter_days", "rate_windows", "vote_networks")


def updates(stack: Stack) -> tuple[int, int]:
    """The updates of rows that hold counts, and how many of them wrote no index (HOT)."""
    names = ", ".join(f"'{name}'" for name in COUNTED)
    found = stack.value(
        f"select sum(n_tup_upd), sum(n_tup_hot_upd) from pg_stat_user_tables where relname in ({names})"
    )
    all_of_them, hot = found.split("|")
    return int(all_of_them), int(hot)


def hot_share(stack: Stack) -> Result:
    """Of a load in which voters come again: their first votes have made the rows by then."""
    stack.reset()
    before = updates(stack)
    measure = wrk(
        stack, "vote.lua", voters(stack), "0", "5000", str(stack.file("clips")), seconds=max(3, stack.scale.load),
    )  # fmt: skip
    check_votes(stack, measure)
    # A backend writes its statistics when it has been idle for ten seconds, and later when the machine is busy or another
    # one holds their lock. pg_stat_force_next_flush acts on its own session only, and these are the host's.
    deadline = time.monotonic() + STATISTICS_LIMIT
    while True:
        done, hot = (after - was for after, was in zip(updates(stack), before, strict=True))
        if done >= measure.right:
            break
        if time.monotonic() > deadline:
            raise Wrong(f"{measure.right} votes, and {done} updates are known after {STATISTICS_LIMIT} s")
        time.sleep(0.2)
    return Result(
        "hot-updates", "updates of counts that wrote no index", 100 * hot / done, " %", errors=0, at_least=95,
        more={"updates": done},
    )  # fmt: skip


def many(stack: Stack) -> list[Result]:
    cast(stack, "clips", seconds=1)
    measure, rates = best(stack, "clips")
    reference, _ = reference_votes(stack, "many")
    stack.many_votes = measure.rate
    return [
        Result.of(
            "vote-many", f"POST /api/vote, {stack.scale.clips:,} clips", measure, reference=reference,
            reference_name="one SQL call a vote", at_least=1.5, more={"turns": rates},
        ),
        hot_share(stack),
    ]  # fmt: skip


def one(stack: Stack) -> list[Result]:
    measure, rates = best(stack, "one-clip")
    reference, _ = reference_votes(stack, "one")
    results = [
        Result.of(
            "vote-one", "POST /api/vote, all on one clip", measure, reference=reference,
            reference_name="one SQL call a vote", at_least=5, more={"turns": rates},
        )
    ]  # fmt: skip
    if stack.many_votes:
        results.append(
            Result(
                "vote-one-many", "one clip beside many", measure.rate, reference=stack.many_votes,
                reference_name="the row of many clips", at_least=0.9,
            )
        )  # fmt: skip
    return results


def lone(stack: Stack) -> list[Result]:
    """One voter after another, each alone: what the vote pays for groups when no one else votes, and by HTTP what
    nginx, the host and the voter's session add to the call, which pgbench makes over the same kind of socket."""
    stack.reset()
    role = f"host={stack.facts['sockets']['postgres']} dbname=dailies user=dailies_web"
    done = subprocess.run(
        [stack.program("bench-lone"), stack.file(""), str(stack.scale.lone)], env=os.environ | {"DATABASE_URL": role},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    tallies = stack.tallies()
    if tallies["stored"] != found["votes"] or tallies["drift"]:
        raise Wrong(f"{tallies['stored']} of {found['votes']} votes stored, drift {tallies['drift']}")
    stack.script("lone.sql")
    measures = [cast(stack, "clips", seconds=3, connections=1) for _ in range(stack.scale.turns)]
    measure = min(measures, key=lambda measure: measure.p50)
    _, median = reference_votes(stack, "lone", clients=(1,))
    return [
        Result(
            "vote-lone", "a lone vote by the committer, p50", found["groupP50Ms"], " ms", p50=found["groupP50Ms"],
            errors=0, reference=found["directP50Ms"], reference_name="the same call, directly, p50", at_most=1.2,
        ),
        Result(
            "vote-lone-http", "a lone vote by HTTP, p50", measure.p50, " ms", p50=measure.p50, p99=measure.p99,
            errors=measure.errors, usage=measure.usage, reference=median, reference_name="the SQL call by pgbench, p50",
        ),
    ]  # fmt: skip
