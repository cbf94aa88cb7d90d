-- Counts the views of one batch, all of one round: once for a voter, a clip and a round. A round that has closed
-- meanwhile has its result already, so what comes after it is dropped. Returns how many views were new.
create or replace function record_views(of_season uuid, of_slot int, voter_keys text[], clip_ids uuid[])
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
    added int;
begin
    perform
    from lock_open_round() open_round
    where open_round.season_id = of_season and open_round.slot_position = of_slot;
    if not found then
        return 0;
    end if;
    perform
    from (
        select distinct here.id
        from unnest(clip_ids) here (id)
        order by here.id
    ) wanted
    cross join lateral (
        select
        from tournament_clips
        where tournament_clips.id = wanted.id
        for no key update
    ) locked;

    with seen as (
        select distinct here.voter_key, here.clip_id
        from unnest(voter_keys, clip_ids) here (voter_key, clip_id)
        -- Somebody who has left meanwhile leaves nothing behind.
        where not starts_with(here.voter_key, 'user_')
            or exists (select from users where id = substr(here.voter_key, 6)::uuid)
    ), counted as (
        insert into clip_views (season_id, slot_position, clip_id, voter_key, viewed_at)
        select of_season, of_slot, seen.clip_id, seen.voter_key, dailies_now()
        from seen
        cross join lateral (
            select *
            from tournament_clips
            where tournament_clips.id = seen.clip_id
            offset 0
        ) clips
        where clips.season_id = of_season and clips.slot_position = of_slot and clips.status = 'active'
        order by seen.clip_id, seen.voter_key
        on conflict do nothing
        returning clip_id
    ), totals as (
        select clip_id, count(*)::int as views
        from counted
        group by clip_id
    ), shown as (
        update tournament_clips
        set view_count = view_count + totals.views
        from totals
        where tournament_clips.id = totals.clip_id
    )
    select coalesce(sum(views), 0)
    into added
    from totals;
    return added;
end
$$;

revoke all on function record_views(uuid, int, text[], uuid[]) from public;
grant execute on function record_views(uuid, int, text[], uuid[]) to dailies_web, dailies_jobs;
