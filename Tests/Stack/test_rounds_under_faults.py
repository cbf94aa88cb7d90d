"""Rounds while the jobs die or run twice: each slot closes once, none is skipped."""

from __future__ import annotations

import signal

from stack import DEADLINE, Stack, wait_until


def make_due(stack: Stack) -> None:
    """Lets the open round be over now, as if its time had passed."""
    stack.rows(
        """
        update story_slots
        set voting_started_at = now() - interval '1 day', voting_ends_at = now() - interval '1 second'
        where status = 'voting'
        """
    )


def locked(stack: Stack, season: str) -> int:
    return stack.value("select count(*) from story_slots where season_id = %s and status = 'locked'", season)


def assert_whole(stack: Stack, season: str) -> None:
    """Every closed round has one winner and a result for each clip that competed; no clip is in two places."""
    assert stack.rows(
        """
        select slots.position
        from story_slots slots
        where slots.season_id = %s and slots.status = 'locked' and (
            select count(*) from slot_results results
            where results.season_id = slots.season_id and results.slot_position = slots.position and results.won
        ) <> 1
        """,
        season,
    ) == []
    assert stack.rows(
        "select winner_clip_id from story_slots where season_id = %s and winner_clip_id is not null "
        "group by 1 having count(*) > 1",
        season,
    ) == []
    # The first slots have winners, without a gap, and the clips that still compete are in the open slot.
    positions = [row[0] for row in stack.rows(
        "select position from story_slots where season_id = %s and status = 'locked' order by 1", season
    )]
    assert positions == list(range(1, len(positions) + 1))
    assert stack.rows(
        "select id from tournament_clips where season_id = %s and status = 'active' and slot_position <> %s",
        season, len(positions) + 1,
    ) == []  # fmt: skip


def test_two_advances_and_ten_drains_at_once(stack: Stack) -> None:
    """FILM-04 JOB-02: every round closes once and every event is delivered once, however many programs run."""
    stack.season(12)
    season = stack.value("select id::text from seasons where status = 'active'")
    last = stack.value("select coalesce(max(id), 0) from jobs")
    for turn in range(5):
        make_due(stack)
        programs = [stack.jobs_process("advance") for _ in range(2)]
        programs += [stack.jobs_process("drain", "--until-empty") for _ in range(10)]
        assert [program.wait(DEADLINE) for program in programs] == [0] * 12
        assert locked(stack, season) == turn + 1
        assert_whole(stack, season)
    wait_until(
        lambda: stack.value("select count(*) from jobs where state in ('queued', 'running')") == 0, "the queue is empty"
    )
    assert stack.value("select count(*) from jobs where state = 'failed' and id > %s", last) == 0


def test_an_advance_that_is_killed(stack: Stack) -> None:
    """FILM-04: kill -9 in the middle of an advance leaves all of it or nothing, and the next one does it."""
    stack.season(12)
    season = stack.value("select id::text from seasons where status = 'active'")
    for turn in range(5):
        # The advance waits for a lock, half done, until it is killed.
        with stack.database() as blocker:
            blocker.execute("begin")
            blocker.execute(
                "select from tournament_clips where season_id = %s and status = 'active' order by id desc limit 1 "
                "for update",
                [season],
            )
            make_due(stack)
            program = stack.jobs_process("advance")
            wait_until(
                lambda: stack.value(
                    "select count(*) from pg_stat_activity where usename = 'dailies_jobs' and wait_event_type = 'Lock'"
                ),
                "the advance waits for the lock",
            )
            program.send_signal(signal.SIGKILL)
            program.wait(DEADLINE)
            blocker.execute("rollback")
        wait_until(lambda turn=turn: locked(stack, season) == turn + 1, "the next advance closes the round")
        assert_whole(stack, season)


def test_an_advance_that_was_due_long_ago(stack: Stack) -> None:
    """FILM-04 FILM-05: after a long outage one round closes at a time and the next has its full length."""
    stack.season(3, round_seconds=3600)
    season = stack.value("select id::text from seasons where status = 'active'")
    stack.rows(
        """
        update story_slots
        set voting_started_at = now() - interval '30 days', voting_ends_at = now() - interval '29 days'
        where season_id = %s and status = 'voting'
        """,
        season,
    )
    wait_until(lambda: locked(stack, season) == 1, "the round closes")
    left = stack.value(
        "select extract(epoch from voting_ends_at - now()) from story_slots where season_id = %s and status = 'voting'",
        season,
    )
    assert 3500 < left <= 3600
