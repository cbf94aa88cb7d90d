"""Rows of votes: over many clips, on one clip, and one voter alone."""

from __future__ import annotations

import json
import os
import subprocess

from .loads import Measure, check_votes, reference_votes, wrk
from .rows import Result
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


def many(stack: Stack) -> list[Result]:
    cast(stack, "clips", seconds=1)
    measure, rates = best(stack, "clips")
    reference, _ = reference_votes(stack, "many")
    stack.many_votes = measure.rate
    return [
        Result.of(
            "vote-many", f"POST /api/vote, {stack.scale.clips:,} clips", measure, reference=reference,
            reference_name="one SQL call a vote", at_least=1.5, more={"turns": rates},
        )
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
    """One voter after another, each alone: what the vote pays for groups when nobody else votes, and by HTTP what
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
