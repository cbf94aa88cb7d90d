"""Rows of the arena: judgements of blind pairs, and votes for videos of comparisons."""

from __future__ import annotations

from . import votes
from .loads import CONNECTIONS, Measure, wrk
from .reads import best
from .result import Result
from .stack import Stack, Wrong


def fresh(stack: Stack) -> None:
    """The videos and the pairs, without a judgement or a vote."""
    stack.script("arena.sql")


def judged(stack: Stack) -> Measure:
    """One load of judgements, each stored once with its evidence."""
    fresh(stack)
    measure = wrk(stack, "battle.lua", str(stack.file("battle-pairs")), host="web")
    stored = int(
        stack.value(
            "select case when (select count(*) from battles) = (select count(*) from battle_evidence) and (select count(*)"
            " from battle_pairs where judged_at is not null) = (select count(*) from battles) then (select count(*) from"
            " battles) else -1 end"
        )
    )
    if not 0 <= stored - measure.right <= CONNECTIONS:
        raise Wrong(f"{measure.right} judgements were acknowledged and {stored} stored")
    return measure


def battles(stack: Stack) -> list[Result]:
    """`POST /api/battles`, each member once, beside votes in the film."""
    pairs = stack.value("select md5('bench pair ' || number)::uuid from bench_voters order by number").splitlines()
    members = stack.file("member-voters.tsv").read_text().splitlines()
    with stack.file("battle-pairs").open("w") as file:
        for voter, pair in zip(members, pairs, strict=False):
            cookie, form, _, address = voter.split("\t")
            file.write(f"{cookie}\t{form}\t{address}\t{pair}\n")
    measure = best([judged(stack) for _ in range(stack.scale.turns + 1)])
    reference = stack.many_votes or votes.best(stack, "clips")[0].rate
    return [
        Result.of(
            "battle", f"POST /api/battles, {CONNECTIONS} connections", measure, reference=reference,
            reference_name="votes in the film over many clips", at_least=0.7,
        )
    ]  # fmt: skip


def cast(stack: Stack, videos: str) -> Measure:
    """One load of votes for videos, all of them counted."""
    fresh(stack)
    measure = wrk(
        stack, "video-vote.lua", votes.voters(stack), "0", str(stack.scale.voters), str(stack.file(videos)), host="web"
    )
    stored = int(
        stack.value(
            "select case when exists (select from comparison_drift()) then -1 else (select count(*) from video_votes) end"
        )
    )
    if not 0 <= stored - measure.right <= CONNECTIONS:
        raise Wrong(f"{measure.right} votes were acknowledged and {stored} stored")
    return measure


def video_votes(stack: Stack) -> list[Result]:
    """`POST /api/videos/[id]/vote`, all on one video beside a thousand videos."""
    fresh(stack)
    found = stack.value("select generation_id from comparison_videos order by generation_id")
    stack.file("videos").write_text(found + "\n")
    stack.file("one-video").write_text(found.splitlines()[0] + "\n")
    many = best([cast(stack, "videos") for _ in range(stack.scale.turns + 1)])
    one = best([cast(stack, "one-video") for _ in range(stack.scale.turns + 1)])
    return [
        Result.of(
            "video-vote", "POST /api/videos/[id]/vote, all on one video", one, reference=many.rate,
            reference_name="the same over 1,000 videos", at_least=0.9,
        )
    ]  # fmt: skip
