-- One vote by the very call that the hosts make for many, from inside Postgres: what a lone vote cannot be faster than.
create or replace function bench_cast(voter_number int, clip_number int)
returns text
language plpgsql
as $$
declare
    outcome text;
begin
    select coalesce(counted.code, 'counted')
    into outcome
    from bench_voters voters
    join bench_clips clips on clips.number = clip_number
    cross join lateral cast_votes(
        array[voters.key], array[clips.id], array['standard'], array['device_' || md5(voters.key)], array[''], array[''],
        array[''], 200
    ) counted
    where voters.number = voter_number;
    return outcome;
end
$$;
