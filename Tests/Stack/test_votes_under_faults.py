"""Votes while programs die: nothing acknowledged is lost, nothing is counted twice."""

from __future__ import annotations

import concurrent.futures
import http.client
import itertools
import random
import signal
import threading

import pytest

from stack import Answer, Client, Stack, wait_until

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
        except (OSError, http.client.HTTPException, AssertionError):
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


class Repeated:
    """A vote whose host is killed after Postgres has got it: nginx sends it again to the next host."""

    def __init__(self, stack: Stack, client: Client, method: str, clip: str) -> None:
        def waiting() -> int:
            return stack.value(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'from (cast|undo)_votes'"
            )

        # nginx sends a request again only when a connection breaks that it has kept. Each of its workers keeps its own, and
        # all requests of this connection are the same worker's.
        connection = client.connect()
        assert client.get("/api/vote", over=connection).status == 200
        with concurrent.futures.ThreadPoolExecutor(1) as pool, stack.database() as holder:
            with holder.transaction():
                holder.execute("select from tournament_clips where id = %s for update", [clip])
                sent = pool.submit(lambda: client.send(method, "/api/vote", {"clipId": clip}, over=connection))
                wait_until(lambda: waiting() == 1, "the first attempt waits for the clip")
                old = stack.kill("voting")
                stack.await_replacement("voting", old)
                wait_until(lambda: waiting() == 2, "the second attempt waits too, and Postgres still has the first")
            self.answer = sent.result()


def test_a_request_that_nginx_repeats_counts_once(stack: Stack) -> None:
    """VOTE-06: the host dies after the commit: a first vote is not told that it is there already, a finished undo not that
    there is nothing to undo, and where votes may be repeated one request adds one cast."""
    clips = stack.season(2)

    def casts() -> int:
        return stack.value("select coalesce(sum(casts), 0)::int from votes where clip_id = any(%s::uuid[])", clips)

    client = stack.client(next_address()).ready()
    first = Repeated(stack, client, "POST", clips[0]).answer
    assert first.status == 200 and first.json()["newScore"] == 1 and casts() == 1, first.body
    undone = Repeated(stack, client, "DELETE", clips[0]).answer
    assert undone.status == 200 and undone.json()["newScore"] == 0 and casts() == 0, undone.body
    stack.command("flags", "on", "multi_vote_enabled")
    try:
        for number in (1, 2):
            again = Repeated(stack, client, "POST", clips[1]).answer
            assert again.status == 200 and again.json()["newScore"] == number and casts() == number, again.body
    finally:
        stack.command("flags", "off", "multi_vote_enabled")
    assert stack.counters_match()
