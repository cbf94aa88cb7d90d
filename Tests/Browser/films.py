"""Seasons with clips, votes and results, arranged in the database for tests of the admin's page."""


def create(database, label, slots):
    [(season,)] = database.execute(
        "select create_season(null, %s, 'A film', 'Comedy', null, %s, 3600, '9:16', 9, null, 'always', 0)", (label, slots)
    ).fetchall()
    return str(season)


def add_clip(database, season, slot, title, status):
    """A clip with the files of one of the demo's."""
    [(clip,)] = database.execute(
        """
        insert into tournament_clips (
            season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, video_key,
            poster_key, has_thumbnail, width, height, duration_ms, activated_at, decided_at
        )
        select %s, %s, user_id, %s, 'Comedy', now(), %s, 'ready', video_key, poster_key, has_thumbnail, 1080, 1920,
            8000, now(), now()
        from tournament_clips
        where status = 'active' and video_key is not null
        order by id
        limit 1
        returning id
        """,
        (season, slot, title, status),
    ).fetchall()
    return str(clip)


def lock(database, season, slot, clips):
    """The first of `clips` won the slot."""
    for rank, clip in enumerate(clips, start=1):
        database.execute(
            """
            insert into slot_results (
                season_id, slot_position, clip_id, rank, won, vote_count, weighted_score, view_count, opened_at,
                closed_at
            )
            values (%s, %s, %s, %s, %s, 0, 0, 0, now() - interval '1 hour', now())
            """,
            (season, slot, clip, rank, rank == 1),
        )
    database.execute(
        """
        update story_slots
        set status = 'locked', winner_clip_id = %s, locked_at = now(), voting_started_at = now() - interval '1 hour',
            voting_ends_at = now()
        where season_id = %s and position = %s
        """,
        (clips[0], season, slot),
    )


def vote(database, season, slot, clip, count):
    """Standard votes of so many voters, of none of which anything else is known."""
    database.execute(
        """
        insert into votes (season_id, slot_position, clip_id, weight, voter_key, created_at, updated_at)
        select %s, %s, %s, 1, md5(random()::text), now(), now()
        from generate_series(1, %s)
        """,
        (season, slot, clip, count),
    )
    database.execute(
        "update tournament_clips set vote_count = vote_count + %s, weighted_score = weighted_score + %s where id = %s",
        (count, count, clip),
    )


def delete(database, season, label, clips):
    """Deletes the season if it still exists. Its clips' files are the demo's, so the job that would remove them goes too."""
    database.execute("select * from delete_season(null, %s, %s, 'over')", (season, label))
    database.execute("delete from jobs where kind = 'remove_media' and payload -> 'clips' ? %s", (clips[0],))
