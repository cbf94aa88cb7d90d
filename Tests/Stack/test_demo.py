"""The demo as a visitor of ./run sees it: people vote, and clips keep coming."""

from __future__ import annotations

import os
import pathlib
import subprocess
import tempfile

import pytest

from stack import DEADLINE, Stack, wait_until

# Of the seeded past: these voters have no cookie and no network.
VOTERS = "select count(distinct voter_key) from votes where voter_cookie is not null and network is not null"


@pytest.fixture(scope="module")
def demo():
    with tempfile.TemporaryDirectory(prefix="dailies-demo-") as directory:
        pathlib.Path(directory).chmod(0o755)
        copy = Stack(pathlib.Path(directory), "--round", "3600")
        try:
            yield copy.start()
        finally:
            copy.stop()


def test_people_vote(demo: Stack) -> None:
    """OPS-01: invented people vote through the API as browsers do, so that no vote is suspicious; the past has votes too."""
    wait_until(lambda: demo.value(VOTERS) >= 5, "five people have voted")
    assert demo.rows("select flags from votes where flags is not null") == []
    assert demo.value("select count(distinct network) from votes where voter_cookie is not null") >= 5
    wait_until(demo.counters_match, "the counters are the sums of the votes")
    winners = demo.rows("select slot_position, vote_count from slot_results where won order by slot_position")
    assert [slot for slot, _ in winners] == [1, 2, 3] and all(votes > 0 for _, votes in winners), winners

    # The page's own numbers: what a visitor sees, a second late.
    def shown() -> int:
        return sum(clip["voteCount"] for clip in demo.client().get("/api/vote?limit=20").json()["clips"])

    wait_until(lambda: shown() > 0, "the feed has the votes")


def test_there_is_a_board_to_look_at(demo: Stack) -> None:
    """OPS-01 ARENA-08: hundreds of blind battles were fought over the demo's comparisons; the board has tiers, and pairs wait"""
    answer = demo.client().get("/api/ratings").json()
    (group,) = answer["board"]["groups"]
    models = {model["slug"].removeprefix("demo-renderer-"): model for model in group["models"]}
    assert answer["board"]["battles"] == 450 and sorted(models) == ["a", "b", "c", "d"]
    # Each person judged each pair, so the same people give the same board on every site.
    assert [models[name]["tier"] for name in "abcd"] == [0, 1, 1, 2]
    assert [tag["slug"] for tag in answer["tags"]] == ["night", "light", "water"]
    assert demo.client().get("/api/battles/next").json()["pair"]["prompt"]


def test_clips_keep_coming(demo: Stack) -> None:
    """OPS-01: new clips are made one by one, wait as pending, and are approved into the open round."""
    ready = "select count(*) from tournament_clips where status in ('active', 'locked')"
    first = demo.value(ready)
    assert first >= 7
    # With eight clips in the round the next one takes ten minutes, and on a slow machine some have come before this test.
    wait_until(lambda: demo.value(ready) > first, "a new clip competes", 3 * DEADLINE)
    wait_until(lambda: demo.value(ready) > first + 1, "another one does", 3 * DEADLINE)
    newest = demo.rows(
        "select extract(epoch from decided_at - created_at) from tournament_clips "
        "where activated_at = (select max(activated_at) from tournament_clips)"
    )
    assert newest and all(seconds >= 20 for (seconds,) in newest), newest
    unfinished = "select count(*) from jobs where kind = 'render_demo_clip' and state in ('queued', 'running')"
    assert demo.value(unfinished) <= 1


def test_it_is_started_again_and_pauses_for_another_season(demo: Stack) -> None:
    """OPS-01: the supervisor starts it again; in a season that somebody has made, no invented person votes."""
    old = demo.kill("demo")
    demo.await_replacement("demo", old)
    before = demo.value(VOTERS)
    wait_until(lambda: demo.value(VOTERS) > before, "others vote after the restart")
    own = demo.season(clips=3)
    # The supply looks every three seconds: once it has noticed, everybody has left.
    log = demo.directory / "log" / "demo.log"
    wait_until(lambda: "another season is active" in log.read_text(), "it notices the season")
    cast = "select count(*) from votes where clip_id::text = any(%s) and voter_cookie is not null"
    count = demo.value(cast, own)
    visitor = demo.client().ready()
    vote = visitor.send("POST", "/api/vote", {"clipId": own[0]}, headers={"Origin": demo.facts["url"]})
    assert vote.status == 200, vote.body
    wait_until(lambda: demo.value(cast, own) == count + 1, "only the visitor's vote came")


def test_only_the_demo_has_them(stack: Stack) -> None:
    """OPS-01: a site without the demo season has no such process, and the command refuses it and any public address."""
    assert "demo" not in stack.facts["pids"]
    refused = stack.command("demo", check=False)
    assert refused.returncode == 1 and "demo season" in refused.stderr
    sockets = stack.facts["sockets"]["postgres"]
    public = subprocess.run(
        [stack.directory / "bin" / "dailies", "demo", "--config", stack.directory / "dailies.conf"],
        env=os.environ | {
            "SITE_URL": "https://dailies.example",
            "DATABASE_URL": f"postgresql:///dailies?host={sockets}&user=dailies_jobs",
        },
        capture_output=True, text=True, timeout=DEADLINE,
    )  # fmt: skip
    assert public.returncode == 1 and "loopback" in public.stderr
