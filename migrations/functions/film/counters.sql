-- The competing clips whose counters differ from the sums of the votes and views of their round.
create or replace function counter_drift()
returns table (
    clip_id uuid,
    title text,
    vote_count int,
    votes_cast int,
    weighted_score int,
    weight_cast int,
    view_count int,
    views_seen int
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select clips.id, clips.title, clips.vote_count, coalesce(cast_for.casts, 0), clips.weighted_score,
        coalesce(cast_for.weight, 0), clips.view_count, coalesce(seen.views, 0)
    from tournament_clips clips
    left join (
        select votes.season_id, votes.slot_position, votes.clip_id, sum(votes.casts)::int as casts,
            sum(votes.weight)::int as weight
        from story_slots slots
        join votes on votes.season_id = slots.season_id and votes.slot_position = slots.position
        where slots.status in ('voting', 'waiting_for_clips', 'under_review') and votes.voided_at is null
        group by votes.season_id, votes.slot_position, votes.clip_id
    ) cast_for
        on cast_for.season_id = clips.season_id
        and cast_for.slot_position = clips.slot_position
        and cast_for.clip_id = clips.id
    left join (
        select shown.season_id, shown.slot_position, viewed.clip_id, count(*)::int as views
        from story_slots slots
        join clip_views shown on shown.season_id = slots.season_id and shown.slot_position = slots.position
        cross join unnest(shown.clip_ids) viewed (clip_id)
        where slots.status in ('voting', 'waiting_for_clips', 'under_review')
        group by shown.season_id, shown.slot_position, viewed.clip_id
    ) seen
        on seen.season_id = clips.season_id
        and seen.slot_position = clips.slot_position
        and seen.clip_id = clips.id
    where clips.status = 'active'
        and (clips.vote_count, clips.weighted_score, clips.view_count)
            is distinct from (coalesce(cast_for.casts, 0), coalesce(cast_for.weight, 0), coalesce(seen.views, 0))
    order by clips.id;
$$;

-- Corrects every counter that has drifted, and returns its old and new value. Votes and views wait meanwhile.
create or replace function repair_counters()
returns table (
    clip_id uuid,
    title text,
    vote_count int,
    votes_cast int,
    weighted_score int,
    weight_cast int,
    view_count int,
    views_seen int
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform lock_film();
    perform
    from story_slots
    where status in ('voting', 'waiting_for_clips', 'under_review')
    order by season_id, position
    for update;
    perform
    from tournament_clips
    where status = 'active'
    order by id
    for update;
    return query
    with drifted as materialized (
        select * from counter_drift()
    ), repaired as (
        update tournament_clips
        set vote_count = drifted.votes_cast,
            weighted_score = drifted.weight_cast,
            view_count = drifted.views_seen
        from drifted
        where tournament_clips.id = drifted.clip_id
    )
    select drifted.* from drifted;
end
$$;

revoke all on function counter_drift(), repair_counters() from public;
grant execute on function counter_drift(), repair_counters() to dailies_jobs;
