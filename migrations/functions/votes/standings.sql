-- The standing of voters in a round, one row for each voter who has cast anything in it or today: the place in the list
-- of those asked for, the clips voted for, today's casts, and whether the super and the mega vote are used. Most of a
-- crowd that opens the page has cast nothing, and costs no row. For a visitor's device the votes count too that a
-- member cast from it. Without an open round only the day counts. Many voters are asked for at a time, so that a crowd
-- costs few statements; each is looked up by itself.
create or replace function voter_standings(of_season uuid, of_slot int, of_voters text[])
returns table (ordinal int, voted_clip_ids uuid[], total_today int, has_super boolean, has_mega boolean)
language plpgsql
stable
security definer
set search_path = public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    today constant date := (dailies_now() at time zone 'utc')::date;
begin
    return query
    select asked.ordinal::int, coalesce(mine.clip_ids, '{}'), coalesce(days.casts, 0),
        coalesce(mine.has_super, false), coalesce(mine.has_mega, false)
    from (
        select here.voter_key collate "C" as voter_key, here.ordinal, starts_with(here.voter_key, 'user_') as is_member
        from unnest(of_voters) with ordinality here (voter_key, ordinal)
    ) asked
    left join lateral (
        select voter_days.casts
        from voter_days
        where voter_days.voter_key = asked.voter_key and voter_days.day = today
        offset 0
    ) days on true
    left join lateral (
        select array_agg(cast_here.clip_id) as clip_ids, bool_or(cast_here.kinds like '%s%') as has_super,
            bool_or(cast_here.kinds like '%m%') as has_mega
        from (
            select votes.clip_id, votes.kinds
            from votes
            where votes.season_id = of_season and votes.slot_position = of_slot
                and votes.voter_key = asked.voter_key and votes.voided_at is null
            union all
            select votes.clip_id, ''
            from votes
            where not asked.is_member and votes.season_id = of_season and votes.slot_position = of_slot
                and votes.device_key = asked.voter_key and votes.user_id is not null and votes.voided_at is null
        ) cast_here
    ) mine on true
    where mine.clip_ids is not null or days.casts > 0;
end
$$;

-- The standing of one voter, and what is left to cast.
create or replace function voter_standing(of_season uuid, of_slot int, of_voter text, daily_votes int)
returns table (voted_clip_ids uuid[], total_today int, standard_left int, super_left int, mega_left int)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select coalesce(mine.voted_clip_ids, '{}'), coalesce(mine.total_today, 0),
        greatest(0, daily_votes - coalesce(mine.total_today, 0)),
        case when power.is_there and not coalesce(mine.has_super, false) then 1 else 0 end,
        case when power.is_there and not coalesce(mine.has_mega, false) then 1 else 0 end
    from (
        select of_slot is not null and starts_with(of_voter, 'user_') and exists (
            select from feature_flags
            where key = 'power_votes_enabled' and enabled
        ) as is_there
    ) power
    left join voter_standings(of_season, of_slot, array[of_voter]) mine on true;
$$;

revoke all on function voter_standings(uuid, int, text[]), voter_standing(uuid, int, text, int) from public;
grant execute on function
    voter_standings(uuid, int, text[]),
    voter_standing(uuid, int, text, int)
    to dailies_web, dailies_jobs;
