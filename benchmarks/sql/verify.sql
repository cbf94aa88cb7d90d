-- What the open round holds: one row of JSON. Counters that differ from their sums are drift.
select json_build_object(
    'stored', (
        select count(*)
        from votes
        join story_slots open on open.season_id = votes.season_id and open.position = votes.slot_position
        where open.status = 'voting'
    ),
    'casts', (
        select coalesce(sum(casts), 0)
        from votes
        join story_slots open on open.season_id = votes.season_id and open.position = votes.slot_position
        where open.status = 'voting'
    ),
    'drift', (select count(*) from counter_drift()),
    'days', (select coalesce(sum(casts), 0) from voter_days),
    'byClip', (
        select coalesce(json_object_agg(id, vote_count), '{}')
        from tournament_clips
        where status = 'active' and vote_count > 0
    )
);
