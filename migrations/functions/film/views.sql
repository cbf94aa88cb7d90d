-- Counts the views of one batch, all of one round: once for a voter, a clip and a round. Each voter occurs in the batch
-- once, with the number of clips shown; `clip_ids` holds those clips of all voters, one voter after the other. Views of
-- a round that has closed meanwhile are dropped, since its result is written. Returns how many views were new.
--
-- Batches take turns, by a lock that nothing else takes: each then reads what all before it have written, in a
-- statement that begins after it has the lock. The locks of the clips, which votes wait for, are taken last, in the
-- order of their ids.
create or replace function record_views(
    of_season uuid,
    of_slot int,
    voter_keys text[],
    view_counts int[],
    clip_ids uuid[]
)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    competing uuid[];
    all_compete boolean;
    counted_clips uuid[];
    counted_views int[];
begin
    if cardinality(voter_keys) <> cardinality(view_counts) or 1 > any (view_counts)
        or cardinality(clip_ids) <> (select coalesce(sum(here.views), 0) from unnest(view_counts) here (views))
        or cardinality(voter_keys) <> (
            select count(distinct here.voter_key collate "C") from unnest(voter_keys) here (voter_key)
        )
    then
        raise exception 'the parts of the batch do not fit together' using errcode = 'invalid_parameter_value';
    end if;
    perform
    from lock_open_round() open_round
    where open_round.season_id = of_season and open_round.slot_position = of_slot;
    if not found then
        return 0;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('dailies.views', 0));

    -- Views of a clip that has left meanwhile are dropped. Usually none has, and then no view is checked for it; while
    -- the round is locked none leaves.
    select array_agg(active.id), bool_and(active.id is not null)
    into competing, all_compete
    from (
        select distinct here.id
        from unnest(clip_ids) here (id)
    ) wanted
    left join lateral (
        select tournament_clips.id
        from tournament_clips
        where tournament_clips.id = wanted.id and tournament_clips.season_id = of_season
            and tournament_clips.slot_position = of_slot and tournament_clips.status = 'active'
    ) active on true;

    -- Views of a member who has left meanwhile are dropped. Clips are cut out of a copy of the list, which is one piece
    -- of memory; the list itself would be copied whole for each voter.
    with fresh as materialized (
        select batch.voter_key,
            array(
                select here.id
                from unnest(copy.clip_ids[batch.last - batch.views + 1:batch.last]) here (id)
                where all_compete or here.id = any (competing)
                except
                select unnest(before.clip_ids)
                from clip_views before
                where before.season_id = of_season and before.slot_position = of_slot
                    and before.voter_key = batch.voter_key
            ) as clip_ids
        from (select clip_ids[:] as clip_ids offset 0) copy
        cross join (
            select here.voter_key, here.views, sum(here.views) over (rows unbounded preceding)::int as last
            from unnest(voter_keys, view_counts) here (voter_key, views)
        ) batch
        where not starts_with(batch.voter_key, 'user_') or exists (
            select from users
            where users.id = substr(batch.voter_key, 6)::uuid
            offset 0
        )
    ), written as (
        insert into clip_views (season_id, slot_position, voter_key, clip_ids, viewed_at)
        select of_season, of_slot, fresh.voter_key, fresh.clip_ids, dailies_now()
        from fresh
        where fresh.clip_ids <> '{}'
        order by fresh.voter_key collate "C"
    )
    select array_agg(totals.id order by totals.id), array_agg(totals.views order by totals.id)
    into counted_clips, counted_views
    from (
        select here.id, count(*)::int as views
        from fresh
        cross join unnest(fresh.clip_ids) here (id)
        group by here.id
    ) totals;

    perform
    from unnest(counted_clips) wanted (id)
    cross join lateral (
        select
        from tournament_clips
        where tournament_clips.id = wanted.id
        for no key update
    ) locked;
    update tournament_clips
    set view_count = view_count + totals.views
    from unnest(counted_clips, counted_views) totals (id, views)
    where tournament_clips.id = totals.id;
    return (select coalesce(sum(here.views), 0) from unnest(counted_views) here (views));
end
$$;

revoke all on function record_views(uuid, int, text[], int[], uuid[]) from public;
grant execute on function record_views(uuid, int, text[], int[], uuid[]) to dailies_web, dailies_jobs;
