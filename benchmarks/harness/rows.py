"""The rows of the table, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable

from . import (
    arena,
    comments,
    comparisons,
    crowds,
    discovery,
    films,
    growth,
    intake,
    providers,
    pushes,
    ratings,
    reads,
    studio,
    visits,
    votes,
    weights,
)
from .result import Result
from .stack import Stack

Row = Callable[[Stack], list[Result]]

# Rows that need few old votes come first, those that add old votes later, and the one that adds a million clips last. The
# burst comes after the listeners, since nginx keeps the memory that ten thousand connections took.
ROWS: dict[str, Row] = {
    "start": weights.start, "binaries": weights.binaries, "page-weight": weights.page_weight,
    "idle-memory": weights.idle_memory, "ratings": ratings.fit, "intake": intake.intake, "rendition": films.rendition,
    "film": films.assemble,
    "visit-weight": visits.weight, "first-visit": visits.first, "two-taps": visits.taps, "fate": visits.fate,
    "swipe": visits.swipe, "next-clip": films.next_clip, "page-paint": films.pages, "growth": growth.begin,
    "vote-many": votes.many, "vote-one": votes.one, "vote-lone": votes.lone, "battle": arena.battles,
    "video-vote": arena.video_votes, "comment": comments.posts, "comments": comments.pages, "feed": reads.feed,
    "cached": reads.cached, "arena-cached": comparisons.cached, "comparisons": comparisons.listed,
    "studio": studio.requests, "provider-pick-up": providers.pick_up,
    "webhook": providers.webhooks, "provider-limits": providers.limits, "push": pushes.fan_out,
    "ranks-deep": reads.ranks, "listeners": crowds.listeners,
    "burst": crowds.burst,
    "queue": weights.queue, "memory": weights.memory, "growth-end": growth.end, "discovery": discovery.discovery,
}  # fmt: skip
