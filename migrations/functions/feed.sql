-- How a voter stands in a round: the clips voted for, today's casts, and whether the slot's super and mega are spent.
-- A visitor's device stands for the votes that it cast as a member too.
create or replace function voter_standing(of_season uuid, of_slot int, of_voter text)
returns table (voted_clip_ids uuid[], total_today int, super_used boolean, mega_used boolean)
language plpgsql
stable
security definer
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    return query
    with cast_here as (
        select votes.clip_id, votes.kinds
        from votes
        where votes.season_id = of_season and votes.slot_position = of_slot
            and votes.voter_key = of_voter and votes.voided_at is null
        union all
        select votes.clip_id, ''
        from votes
        where starts_with(of_voter, 'device_')
            and votes.season_id = of_season and votes.slot_position = of_slot
            and votes.device_key = of_voter and votes.user_id is not null and votes.voided_at is null
    )
    select coalesce(array_agg(distinct cast_here.clip_id), '{}'),
        coalesce(
            (
                select voter_days.casts
                from voter_days
                where voter_days.voter_key = of_voter and voter_days.day = (dailies_now() at time zone 'utc')::date
            ),
            0
        ),
        coalesce(bool_or(cast_here.kinds like '%s%'), false),
        coalesce(bool_or(cast_here.kinds like '%m%'), false)
    from cast_here;
end
$$;

revoke all on function voter_standing(uuid, int, text) from public;
grant execute on function voter_standing(uuid, int, text) to dailies_web, dailies_jobs;
