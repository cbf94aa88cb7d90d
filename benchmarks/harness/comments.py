"""Rows of comments: pages of a much discussed clip, and many who comment on one clip at once."""

from __future__ import annotations

import base64

from . import reads, votes
from .discovery import CLIENTS
from .loads import CONNECTIONS, Measure, wrk
from .result import Result
from .stack import Stack, Wrong

# How far down a page is, in threads.
DEPTH = 60_000


def fill(stack: Stack) -> str:
    """A clip of the open slot with 100,000 comments."""
    clip = stack.file("one-clip").read_text().split()[0]
    stack.script("comments.sql", clip=clip)
    return clip


def cursor(stack: Stack, order: str) -> str:
    """What asks for the page behind so many threads."""
    likes = "like_count || E'\\n' || " if order == "top" else ""
    sorting = ("like_count desc, " if order == "top" else "") + "created_at desc, id desc"
    place = stack.psql(
        "-Atc", f"select {likes}(extract(epoch from created_at) * 1000000)::bigint || E'\\n' || id from comments "
        f"where is_listed order by {sorting} offset {DEPTH} limit 1",
    ).strip()  # fmt: skip
    name = "top comments" if order == "top" else "new comments"
    return base64.urlsafe_b64encode(f"{name}\n{place}".encode()).decode().rstrip("=")


def pages(stack: Stack) -> list[Result]:
    """A page of 20 with replies, for members, by sixteen clients: the first one, and one at depth."""
    clip = fill(stack)

    def load(address: str) -> Measure:
        size = str(len(stack.get(address)) * 2 // 3)
        turns = [
            wrk(stack, "pages.lua", address, size, *reads.members(stack), host="web", connections=CLIENTS)
            for _ in range(stack.scale.turns)
        ]
        return min(turns, key=lambda measure: measure.p99)

    results = []
    for order in ("newest", "top"):
        path = f"/api/comments?clipId={clip}&sort={order}"
        first, deep = load(path), load(f"{path}&cursor={cursor(stack, order)}")
        results += [
            Result(
                f"comments-{order}", f"p99 of 20 of 100,000 comments, {order}, {CLIENTS} clients", first.p99, "ms",
                p50=first.p50, errors=first.errors, usage=first.usage, at_most=10, more={"rate": round(first.rate)},
            ),
            Result.of(
                f"comments-{order}-deep", f"the same {DEPTH:,} threads down", deep, reference=first.rate,
                reference_name="its first page", at_least=0.83,
            ),
        ]  # fmt: skip
    return results


def posted(stack: Stack) -> Measure:
    """One load of comments on a clip that has none, each stored once and counted."""
    stack.psql("-c", "truncate comments, comment_counts cascade")
    measure = wrk(
        stack, "comment.lua", *reads.members(stack), str(stack.file("one-clip")), host="web",
    )  # fmt: skip
    stored = int(
        stack.value(
            "select case when exists (select from comment_drift()) then -1 else (select count(*) from comments) end"
        )
    )
    if not 0 <= stored - measure.right <= CONNECTIONS:
        raise Wrong(f"{measure.right} comments were acknowledged and {stored} stored")
    return measure


def posts(stack: Stack) -> list[Result]:
    """`POST /api/comments`, all on one clip, beside the votes on one clip."""
    stack.reset()
    fill(stack)
    measure = reads.best([posted(stack) for _ in range(stack.scale.turns + 1)])
    reference = votes.best(stack, "one-clip")[0].rate
    return [
        Result.of(
            "comment", f"POST /api/comments, {CONNECTIONS} connections on one clip", measure, reference=reference,
            reference_name="votes on one clip", at_least=0.5,
        )
    ]  # fmt: skip
