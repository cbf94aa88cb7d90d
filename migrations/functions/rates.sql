-- How many of `asked` actions a window still grants. The minute before counts with the share of it that the sliding
-- window still covers.
create or replace function rate_grant(asked int, allowed int, current_count int, previous_count int, elapsed float8)
returns int
language sql
immutable
parallel safe
as $$
    select greatest(0, least(asked, floor(allowed - previous_count * (1 - elapsed) - current_count)::int));
$$;

-- Seconds until one more action is granted, when nothing else happens.
create or replace function rate_wait(allowed int, current_count int, previous_count int, elapsed float8)
returns int
language sql
immutable
parallel safe
as $$
    select greatest(1, ceil(60 * case
        when current_count >= allowed then 2 - elapsed - (allowed - 1)::float8 / current_count
        else 1 - elapsed - (allowed - 1 - current_count)::float8 / nullif(previous_count, 0)
    end)::int);
$$;

-- Takes `asked[i]` actions of `keys[i]` from the sliding minute of each key, as far as `allowed` goes; keys are
-- distinct. What was refused is not counted, so that the wait it was told is true. Rows are locked in the order of
-- their keys.
create or replace function take_rates(keys text[], asked int[], allowed int)
returns table (key text, granted int, wait int, remaining int)
language plpgsql
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    this_minute constant timestamptz := date_bin('1 minute', dailies_now(), 'epoch');
    elapsed constant float8 := extract(epoch from dailies_now() - this_minute) / 60;
begin
    return query
    insert into rate_windows as windows (key, minute, current_count, previous_count, granted)
    select wanted.key, this_minute, least(wanted.asked, allowed), 0, least(wanted.asked, allowed)
    from unnest(keys, asked) wanted (key, asked)
    order by wanted.key
    on conflict (key) do update
    set (minute, current_count, previous_count, granted) = (
        select this_minute, rolled.current_count + rolled.granted, rolled.previous_count, rolled.granted
        from (
            select here.current_count, here.previous_count,
                rate_grant(excluded.granted, allowed, here.current_count, here.previous_count, elapsed) as granted
            from (
                select
                    case windows.minute
                        when this_minute then windows.current_count
                        else 0
                    end as current_count,
                    case windows.minute
                        when this_minute then windows.previous_count
                        when this_minute - interval '1 minute' then windows.current_count
                        else 0
                    end as previous_count
            ) here
        ) rolled
    )
    returning windows.key, windows.granted,
        rate_wait(allowed, windows.current_count, windows.previous_count, elapsed),
        rate_grant(allowed, allowed, windows.current_count, windows.previous_count, elapsed);
end
$$;

-- Takes `asked[i]` actions of `keys[i]` from its sliding minute, which has room for `allowed[i]`; keys are distinct.
-- The guard of every process asks so, in groups; take_rates() says what the answer means.
create or replace function take_limits(keys text[], asked int[], allowed int[])
returns table (key text, granted int, wait int, remaining int)
language sql
security definer
set search_path = public, pg_temp
as $$
    select taken.key, taken.granted, taken.wait, taken.remaining
    from (
        select wanted.allowed, array_agg(wanted.key) as keys, array_agg(wanted.asked) as asked
        from unnest(keys, asked, allowed) wanted (key, asked, allowed)
        group by wanted.allowed
        order by wanted.allowed
    ) alike
    cross join lateral take_rates(alike.keys, alike.asked, alike.allowed) taken;
$$;

-- Adds what a process has already let through to the counts of `keys`, however much that is: it happened. `current_granted`
-- passed in the minute `granted_in` and `previous_granted` in the one before; keys are distinct. Answers what all
-- processes have counted. Rows are locked in the order of their keys. A window that somebody opened a moment ago, while
-- this call waited for its row, stays open.
create or replace function settle_rates(
    keys text[],
    current_granted int[],
    previous_granted int[],
    granted_in timestamptz
)
returns table (key text, minute timestamptz, current_count int, previous_count int, answered_at timestamptz)
language plpgsql
security definer
set search_path = public, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := dailies_now();
    this_minute constant timestamptz := date_bin('1 minute', moment, 'epoch');
    last_minute constant timestamptz := this_minute - interval '1 minute';
    next_minute constant timestamptz := this_minute + interval '1 minute';
begin
    return query
    insert into rate_windows as windows (key, minute, current_count, previous_count, granted)
    select told.key, this_minute,
        case when granted_in >= this_minute then greatest(0, told.in_current) else 0 end,
        case
            when granted_in >= this_minute then greatest(0, told.in_previous)
            when granted_in = last_minute then greatest(0, told.in_current)
            else 0
        end,
        0
    from unnest(keys, current_granted, previous_granted) told (key, in_current, in_previous)
    order by told.key
    on conflict (key) do update
    set minute = case windows.minute when next_minute then next_minute else this_minute end,
        current_count = case windows.minute
            when this_minute then windows.current_count + excluded.current_count
            when next_minute then windows.current_count
            else excluded.current_count
        end,
        previous_count = case windows.minute
            when this_minute then windows.previous_count + excluded.previous_count
            when last_minute then windows.current_count + excluded.previous_count
            when next_minute then windows.previous_count + excluded.current_count
            else excluded.previous_count
        end,
        granted = 0
    returning windows.key, windows.minute, windows.current_count, windows.previous_count, moment;
end
$$;

-- Takes back what take_rates has just granted. The caller still holds the rows.
create or replace function give_back_rates(keys text[], votes int[])
returns void
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
as $$
begin
    for place in 1..cardinality(keys) loop
        update rate_windows
        set current_count = current_count - votes[place],
            granted = granted - votes[place]
        where key = keys[place];
    end loop;
end
$$;

-- The votes of one call that the limits let through: 30 a minute for a voter, 600 for the visitors of one network.
-- `turn` is the vote's place among the granted votes of its voter, 0 when it is refused, and -1 for all when the limiter
-- cannot decide.
create or replace function take_vote_rates(voter_keys text[], networks text[])
returns table (turns int[], waits int[], remaining int[])
language plpgsql
set search_path = public, pg_temp
-- The sets live in this call only and have no index: compared row by row they would cost the square of the batch.
set enable_nestloop = off
set enable_hashjoin = on
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    votes_a_minute constant int := 30;
    network_votes_a_minute constant int := 600;
    granted int[];
begin
    with asked as (
        select here.ordinal, 'vote ' || here.voter_key as key,
            row_number() over (partition by here.voter_key order by here.ordinal) as place
        from unnest(voter_keys) with ordinality here (voter_key, ordinal)
    ), counted as (
        select array_agg(here.key) as keys, array_agg(here.votes) as votes
        from (select asked.key, count(*)::int as votes from asked group by asked.key) here
    )
    select array_agg(case when asked.place <= taken.granted then asked.place else 0 end order by asked.ordinal),
        array_agg(taken.wait order by asked.ordinal),
        array_agg(taken.remaining order by asked.ordinal)
    into turns, waits, remaining
    from counted
    cross join take_rates(counted.keys, counted.votes, votes_a_minute) taken
    join asked on asked.key = taken.key;

    if exists (
        select from unnest(voter_keys, networks, turns) here (voter_key, network, turn)
        where here.turn > 0 and here.network <> '' and starts_with(here.voter_key, 'device_')
    ) then
        granted := turns;
        with asked as (
            select here.ordinal, 'network ' || here.network as key,
                row_number() over (partition by here.network order by here.ordinal) as place
            from unnest(voter_keys, networks, turns) with ordinality here (voter_key, network, turn, ordinal)
            where here.turn > 0 and here.network <> '' and starts_with(here.voter_key, 'device_')
        ), counted as (
            select array_agg(here.key) as keys, array_agg(here.votes) as votes
            from (select asked.key, count(*)::int as votes from asked group by asked.key) here
        ), refused as (
            select asked.ordinal, taken.wait
            from counted
            cross join take_rates(counted.keys, counted.votes, network_votes_a_minute) taken
            join asked on asked.key = taken.key
            where asked.place > taken.granted
        )
        select array_agg(case when refused.ordinal is null then here.turn else 0 end order by here.ordinal),
            array_agg(coalesce(refused.wait, here.wait) order by here.ordinal)
        into turns, waits
        from unnest(turns, waits) with ordinality here (turn, wait, ordinal)
        left join refused on refused.ordinal = here.ordinal;
        -- What the network had no room for must not use up the voter's own minute, or the wait would not be true.
        perform give_back_rates(array_agg(back.key), array_agg(back.votes))
        from (
            select 'vote ' || here.voter_key as key, count(*)::int as votes
            from unnest(voter_keys, granted, turns) here (voter_key, granted, turn)
            where here.granted > 0 and here.turn = 0
            group by here.voter_key
        ) back
        having count(*) > 0;
    end if;
    return next;
exception
    when serialization_failure or deadlock_detected then
        raise;
    when others then
        raise warning 'the vote limiter failed: %', sqlerrm;
        turns := array_fill(-1, array[cardinality(voter_keys)]);
        waits := null;
        remaining := null;
        return next;
end
$$;

-- Forgets the keys that have been quiet for two minutes, passing over those that are in use.
create or replace function sweep_rates()
returns bigint
language sql
security definer
set search_path = public, pg_temp
as $$
    with quiet as (
        select key
        from rate_windows
        where minute < dailies_now() - interval '2 minutes'
        for update skip locked
    ), swept as (
        delete from rate_windows
        using quiet
        where rate_windows.key = quiet.key
        returning 1
    )
    select count(*) from swept;
$$;

revoke all on function take_rates(text[], int[], int), give_back_rates(text[], int[]) from public;
revoke all on function take_vote_rates(text[], text[]), sweep_rates() from public;
grant execute on function sweep_rates() to dailies_jobs;
revoke all on function take_limits(text[], int[], int[]) from public;
grant execute on function take_limits(text[], int[], int[]) to dailies_web;
revoke all on function settle_rates(text[], int[], int[], timestamptz) from public;
grant execute on function settle_rates(text[], int[], int[], timestamptz) to dailies_web;
