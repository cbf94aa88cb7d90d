"""Rows of browsing and searching among many clips."""

from __future__ import annotations

from . import reads
from .loads import wrk
from .result import Result
from .stack import Stack, Wrong

CLIENTS = 16


def scans(stack: Stack) -> str:
    """How often the tables that a search reads were read from their first row to the last."""
    return stack.value(
        "select string_agg(relname || ' ' || seq_scan, ', ' order by relname) from pg_stat_user_tables "
        "where relname in ('clip_listings', 'tournament_clips')"
    )


def discovery(stack: Stack) -> list[Result]:
    """Text searches that no cache has seen, by sixteen clients; then the first page as nginx keeps it."""
    clips = stack.scale.listed
    if not stack.file("listed").exists():
        stack.script("discovery.sql", clips=clips)
        stack.file("listed").write_text(stack.script("searches.sql") + "\n")
    count = int(stack.value("select count(*) from clip_listings"))
    if count < clips:
        raise Wrong(f"only {count} clips are listed")
    members = reads.members(stack)
    searches = str(stack.file("listed"))
    wrk(stack, "search.lua", searches, *members, "0", host="web", connections=CLIENTS, seconds=2)
    before = scans(stack)
    turns = [
        wrk(stack, "search.lua", searches, *members, str(0.3 + turn / 4), host="web", connections=CLIENTS)
        for turn in range(stack.scale.turns)
    ]
    after = scans(stack)
    if after != before:
        raise Wrong(f"a search read a whole table: {before}, then {after}")
    best = min(turns, key=lambda measure: measure.p99)
    content = stack.get("/api/discover", **{"Accept-Encoding": "identity"})
    kept = reads.same(stack, "discover-answer", "/api/discover", content, "web")
    static = reads.same(stack, "discover-static", stack.static_copy("discover", content), content, "web")
    return [
        Result(
            "discover-text", f"p99 of a text search among {count:,} clips, {CLIENTS} clients", best.p99, "ms", p50=best.p50,
            errors=best.errors, usage=best.usage, at_most=50, more={"rate": round(best.rate, 1)},
        ),
        Result.of(
            "discover-cached", f"GET /api/discover, {len(content):,} bytes, kept by nginx", kept, reference=static.rate,
            reference_name="static file of that size", at_least=0.6,
        ),
    ]  # fmt: skip
