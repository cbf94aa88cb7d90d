"""Votes while programs die: nothing acknowledged is lost, nothing is counted twice."""

from __future__ import annotations

import concurrent.futures
import itertools
import random
import signal
import threading

import pytest

from stack import Answer, Stack, wait_until

addresses = (f"10.{a}.{b}.{c}" for a, b, c in itertools.product(range(1, 255), range(256), range(1, 255)))
address_lock = threading.Lock()


def next_address() -> str:
    with address_lock:
        return next(addresses)


def vote_once(stack: Stack, clip: str) -> Answer:
    return stack.client(next_address()).ready().send("POST", "/api/vote", {"clipId": clip})


def vote_until_stopped(stack: Stack, clips: list[str], stop: threading.Event, acknowledged: list[str]) -> None:
    """Votes as one new visitor after another; adds the clips whose votes were acknowledged."""
    while not stop.is_set():
        clip = random.choice(clips)
        client = stack.client(next_address())
        try:
            client.ready()
            answer = client.send("POST", "/api/vote", {"clipId": clip})
        except (OSError, AssertionError):
            # The fault under test: the visitor knows that nothing was acknowledged.
            continue
        if answer.status == 200:
            acknowledged.append(answer.json()["clipId"])


def test_a_thousand_voters_at_once(stack: Stack) -> None:
    """VOTE-01 VOTE-05 VOTE-06: 1,000 concurrent voters get 1,000 right answers and the counters equal the sums."""
    clips = stack.season(20)
    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        clients = list(pool.map(lambda _: stack.client(next_address()).ready(), range(1000)))
        wanted = [random.choice(clips) for _ in clients]
        answers = list(
            pool.map(lambda client, clip: client.send("POST", "/api/vote", {"clipId": clip}), clients, wanted)
        )
    assert [answer.status for answer in answers] == [200] * 1000
    for answer, clip in zip(answers, wanted, strict=True):
        body = answer.json()
        assert body["success"] is True and body["clipId"] == clip and body["totalVotesToday"] == 1
    assert stack.counters_match()
    assert stack.value("select sum(vote_count) from tournament_clips where id = any(%s::uuid[])", clips) == 1000
    assert stack.command("counters", "verify").returncode == 0


@pytest.mark.parametrize(
    "victim", ["voting", "postgres"], ids=["the voting host is killed", "Postgres is killed"]
)
def test_votes_survive_a_kill(stack: Stack, victim: str) -> None:
    """VOTE-06: under vote load, kill -9 three times; every acknowledged vote is there, none twice, and it resumes."""
    clips = stack.season(10)
    stop = threading.Event()
    acknowledged: list[str] = []
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        voters = [pool.submit(vote_until_stopped, stack, clips, stop, acknowledged) for _ in range(24)]
        try:
            for _ in range(3):
                before = len(acknowledged)
                wait_until(lambda before=before: len(acknowledged) > before + 50, "votes come in")
                # The postmaster's own children die with it: an immediate stop.
                old = stack.kill(victim, signal.SIGQUIT if victim == "postgres" else signal.SIGKILL)
                stack.await_replacement(victim, old)
                wait_until(lambda: alive(stack), f"{victim} serves again")
        finally:
            # The pool waits for its threads, also when something is wrong.
            stop.set()
        for voter in voters:
            voter.result()
    assert len(acknowledged) > 150
    stored = dict(
        stack.rows("select clip_id::text, count(*) from votes where clip_id = any(%s::uuid[]) group by 1", clips)
    )
    for clip in clips:
        assert stored.get(clip, 0) >= acknowledged.count(clip), "an acknowledged vote is missing"
    assert stack.counters_match(), "a vote was counted twice or not at all"
    assert vote_once(stack, clips[0]).status == 200


def alive(stack: Stack) -> bool:
    try:
        return stack.value("select 1") == 1 and stack.client(next_address()).get("/api/vote").status == 200
    except Exception:
        return False


def test_a_host_that_restarts_loses_no_request(stack: Stack) -> None:
    """OPS-05: SIGTERM under load, six times over: every request is answered as ever."""
    clips = stack.season(5)
    stop = threading.Event()
    statuses: list[int] = []

    def read() -> None:
        while not stop.is_set():
            statuses.append(stack.client(next_address()).get("/api/vote?limit=4").status)

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        readers = [pool.submit(read) for _ in range(12)]
        try:
            for _ in range(6):
                seen = len(statuses)
                old = stack.kill("voting", signal.SIGTERM)
                stack.await_replacement("voting", old)
                wait_until(lambda seen=seen: len(statuses) > seen + 50, "requests go on")
        finally:
            stop.set()
        for reader in readers:
            reader.result()
    assert set(statuses) == {200}
    assert vote_once(stack, clips[0]).status == 200
