-- How a voter stands in a round: the clips voted for, today's casts, and what is left to cast. A visitor's device
-- stands for the votes that it cast as a member too. Without an open round only the day counts.
create or replace function voter_standing(of_season uuid, of_slot int, of_voter text, daily_votes int)
returns table (voted_clip_ids uuid[], total_today int, standard_left int, super_left int, mega_left int)
language plpgsql
stable
security definer
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    is_member constant boolean := starts_with(of_voter, 'user_');
    cast_today int;
    has_power boolean;
begin
    select voter_days.casts
    into cast_today
    from voter_days
    where voter_days.voter_key = of_voter and voter_days.day = (dailies_now() at time zone 'utc')::date;
    cast_today := coalesce(cast_today, 0);
    has_power := is_member and of_slot is not null and exists (
        select from feature_flags where key = 'power_votes_enabled' and enabled
    );

    return query
    with cast_here as (
        select votes.clip_id, votes.kinds
        from votes
        where votes.season_id = of_season and votes.slot_position = of_slot
            and votes.voter_key = of_voter and votes.voided_at is null
        union all
        select votes.clip_id, ''
        from votes
        where not is_member and votes.season_id = of_season and votes.slot_position = of_slot
            and votes.device_key = of_voter and votes.user_id is not null and votes.voided_at is null
    )
    select coalesce(array_agg(cast_here.clip_id), '{}'),
        cast_today,
        greatest(0, daily_votes - cast_today),
        case when has_power and not coalesce(bool_or(cast_here.kinds like '%s%'), false) then 1 else 0 end,
        case when has_power and not coalesce(bool_or(cast_here.kinds like '%m%'), false) then 1 else 0 end
    from cast_here;
end
$$;

revoke all on function voter_standing(uuid, int, text, int) from public;
grant execute on function voter_standing(uuid, int, text, int) to dailies_web, dailies_jobs;
