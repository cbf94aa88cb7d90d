"""Rows of reads: the feed, and what nginx keeps."""

from __future__ import annotations

import base64
import re

from .loads import Measure, wrk
from .result import Result
from .stack import Stack, Wrong

# What nginx keeps for everybody.
CACHED = {
    "/api/story": 0.5, "/": 0.5, "/api/leaderboard/clips?period=all&limit=50": 0.6, "/models": 0.6,
    "/models/veo-3.1-fast": 0.6,
}  # fmt: skip

# How many entries of a board come before the page of the row `ranks-deep`.
DEPTH = 100_000


def members(stack: Stack) -> tuple[str, str, str]:
    return str(stack.file("member-voters.tsv")), "0", str(stack.scale.voters)


def ask(stack: Stack, seconds: int | None = None) -> Measure:
    return wrk(stack, "feed.lua", *members(stack), seconds=seconds)


def best(measures: list[Measure]) -> Measure:
    return max(measures, key=lambda measure: measure.rate)


def same(stack: Stack, name: str, path: str, content: bytes, host: str, url: str | None = None) -> Measure:
    """The best of the turns in which every answer was exactly `content`."""
    file = stack.file(name)
    file.write_bytes(content)
    wrk(stack, "same.lua", path, str(file), *members(stack), url=url, host=host, seconds=1)
    return best(
        [
            wrk(stack, "same.lua", path, str(file), *members(stack), url=url, host=host)
            for _ in range(stack.scale.turns)
        ]
    )


def feed(stack: Stack) -> list[Result]:
    """Members who each ask once or a few times: sessions and standings are read anew, as on a busy evening."""
    stack.reset()
    voter = stack.file("member-voters.tsv").open().readline().split("\t")
    size = len(stack.get("/api/vote", Cookie=voter[0], **{"X-Forwarded-For": "10.255.255.1"}))
    ask(stack, seconds=1)
    measure = best([ask(stack) for _ in range(stack.scale.turns)])
    if stack.tallies()["drift"]:
        raise Wrong("the views of a clip differ from their sum")
    echo = stack.serve_echo(size)
    reference = same(stack, "echo-answer", "/echo", b"x" * size, "web", url=echo)
    return [
        Result.of(
            "feed", f"GET /api/vote, 8 clips, {stack.scale.voters:,} members", measure, reference=reference.rate,
            reference_name=f"echo of {size:,} bytes", at_least=0.5,
        )
    ]  # fmt: skip


def cached(stack: Stack) -> list[Result]:
    return kept(stack, CACHED)


def kept(stack: Stack, paths: dict[str, float]) -> list[Result]:
    """What nginx keeps beside static files of the same size, with what each must reach of it."""
    results = []
    for path, at_least in paths.items():
        content = stack.get(path, **{"Accept-Encoding": "identity"})
        name = re.sub(r"\W+", "-", path).strip("-") or "landing"
        measure = same(stack, f"{name}-answer", path, content, "web")
        static = same(stack, f"{name}-static", stack.static_copy(name, content), content, "web")
        results.append(
            Result.of(
                f"cached {path}", f"GET {path}, {len(content):,} bytes, kept by nginx", measure, reference=static.rate,
                reference_name="static file of that size", at_least=at_least,
            )
        )  # fmt: skip
    return results


def ranks(stack: Stack) -> list[Result]:
    """A page of a board far down beside its first page, both made anew for each request."""
    stack.script("ranks.sql", entries=DEPTH + 20_000)
    last = stack.psql(
        "-Atc", "select votes || E'\\n' || subject_id from rank_scores where board = 'voters' and span = 'all' and listed"
        f" order by votes desc, subject_id desc offset {DEPTH - 1} limit 1",
    ).strip()  # fmt: skip
    cursor = base64.urlsafe_b64encode(f"ranks voters all\n{last}".encode()).decode().rstrip("=")
    path = "/api/leaderboard/voters?period=all&limit=100"

    def pages(address: str) -> Measure:
        size = str(len(stack.get(address)) * 9 // 10)
        return best(
            [
                wrk(stack, "pages.lua", address, size, *members(stack), host="web")
                for _ in range(stack.scale.turns)
            ]
        )

    first, deep = pages(path), pages(f"{path}&cursor={cursor}")
    stack.psql("-c", "select forget_ranks()")
    return [
        Result.of(
            "ranks-deep", f"100 entries of a board at depth {DEPTH:,}, not cached", deep, reference=first.rate,
            reference_name="its first page", at_least=0.83,
        )
    ]  # fmt: skip
