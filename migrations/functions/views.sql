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
    competing uuid[];
    all_compete boolean;
    gone text[];
    added int;
begin
    perform
    from lock_open_round() open_round
    where open_round.season_id = of_season and open_round.slot_position = of_slot;
    if not found then
        return 0;
    end if;
    -- Each clip is looked up by its key, one by one, and once. Views of a clip that has left meanwhile are dropped; as a
    -- rule none has, and then no view need be looked at for it.
    select array_agg(locked.id), bool_and(locked.id is not null)
    into competing, all_compete
    from (
        select distinct here.id
        from unnest(clip_ids) here (id)
        order by here.id
    ) wanted
    left join lateral (
        select tournament_clips.id
        from tournament_clips
        where tournament_clips.id = wanted.id and tournament_clips.season_id = of_season
            and tournament_clips.slot_position = of_slot and tournament_clips.status = 'active'
        for no key update
    ) locked on true;

    -- Somebody who has left meanwhile leaves nothing behind.
    select array_agg(voters.voter_key)
    into gone
    from (
        select distinct here.voter_key
        from unnest(voter_keys) here (voter_key)
        where starts_with(here.voter_key, 'user_')
    ) voters
    where not exists (
        select from users
        where users.id = substr(voters.voter_key, 6)::uuid
        offset 0
    );

    with counted as (
        insert into clip_views (season_id, slot_position, clip_id, voter_key, viewed_at)
        select of_season, of_slot, seen.clip_id, seen.voter_key, dailies_now()
        from unnest(voter_keys, clip_ids) seen (voter_key, clip_id)
        where (all_compete or seen.clip_id = any (competing)) and (gone is null or seen.voter_key <> all (gone))
        order by seen.clip_id, seen.voter_key collate "C"
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
