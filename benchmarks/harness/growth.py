"""How costs grow with the votes of rounds that are over."""

from __future__ import annotations

from . import reads, votes
from .result import Result
from .stack import Stack


def measure(stack: Stack) -> None:
    """Notes what a vote and a read of the feed cost at the present number of old votes."""
    cast = votes.best(stack, "clips")[0]
    stack.reset()
    reads.ask(stack, seconds=1)
    asked = reads.best([reads.ask(stack) for _ in range(stack.scale.turns)])
    stack.costs[stack.old_votes] = {
        "vote": cast.rate, "feed": asked.rate, "votePostgres": cast.usage.postgres / cast.right * 1e6,
        "feedPostgres": asked.usage.postgres / asked.right * 1e6,
    }  # fmt: skip


def begin(stack: Stack) -> list[Result]:
    """The first step; the rows in between run with more, and the last one compares."""
    for step in stack.scale.old_votes[:-1] if len(stack.scale.old_votes) > 2 else stack.scale.old_votes:
        if step >= stack.old_votes:
            stack.grow(step)
            measure(stack)
    return []


def end(stack: Stack) -> list[Result]:
    if stack.scale.old_votes[-1] > stack.old_votes:
        stack.grow(stack.scale.old_votes[-1])
        measure(stack)
    steps = sorted(stack.costs)
    if len(steps) < 2:
        return []
    few, most = steps[0], steps[-1]
    results = []
    for name, what in (("vote", "votes a second"), ("feed", "feeds a second")):
        results.append(
            Result(
                f"growth-{name}", f"{what} with {most:,} old votes", stack.costs[most][name],
                reference=stack.costs[few][name], reference_name=f"with {few:,}", at_least=0.85,
                more={"steps": {str(step): {key: round(value, 1) for key, value in stack.costs[step].items()} for step in steps}},
            )
        )  # fmt: skip
    return results
