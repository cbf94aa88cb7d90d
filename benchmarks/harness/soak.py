"""An hour of mixed load: does memory grow, does latency drift, do answers go wrong?"""

from __future__ import annotations

import time

from . import reads, votes
from .loads import check_votes, wrk
from .meter import memory
from .result import Result
from .stack import Stack, say


def soak(stack: Stack, seconds: int) -> list[Result]:
    """Turns of votes and reads, the same voters again and again. Each turn's memory and latency is noted; the second
    half is held against the first."""
    begun = time.monotonic()
    notes: list[dict[str, float]] = []
    while time.monotonic() - begun < seconds or len(notes) < 4:
        stack.reset()
        cast = wrk(
            stack, "vote.lua", votes.voters(stack), "0", str(stack.scale.voters), str(stack.file("clips")), seconds=10
        )
        check_votes(stack, cast)
        asked = wrk(stack, "feed.lua", *reads.members(stack), seconds=10)
        note = {
            "minute": round((time.monotonic() - begun) / 60, 1), "hostMB": memory(stack.pids["voting"]),
            "webMB": memory(stack.pids["web"]), "votes": cast.rate, "voteP99": cast.p99, "feeds": asked.rate,
            "feedP99": asked.p99, "errors": cast.errors + asked.errors,
        }  # fmt: skip
        notes.append(note)
        say("  ".join(f"{key} {value:.1f}" for key, value in note.items()))
    # Caches fill up in the first minutes; only later growth can be a leak.
    settled = notes[len(notes) // 4 :]
    middle = len(settled) // 2

    def mean(part: list[dict[str, float]], key: str) -> float:
        return sum(note[key] for note in part) / len(part)

    results = []
    for key, what, unit, bound in (
        ("hostMB", "memory of the voting host", " MB", 1.05), ("webMB", "memory of the web host", " MB", 1.05),
        ("voteP99", "p99 of a vote", " ms", 1.25), ("feedP99", "p99 of a feed", " ms", 1.25),
    ):  # fmt: skip
        results.append(
            Result(
                f"soak-{key}", f"{what}, second half", mean(settled[middle:], key), unit,
                reference=mean(settled[:middle], key), reference_name="first half", at_most=bound,
                more={"notes": notes} if key == "hostMB" else {},
            )
        )  # fmt: skip
    results.append(Result("soak-errors", "wrong answers", mean(notes, "errors"), "", at_most=0))
    return results
