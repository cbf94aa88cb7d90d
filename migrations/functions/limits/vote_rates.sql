-- Decides which of one call's votes must wait, once limits have nothing left: `spent_*` are those limits. `places` are
-- the votes' places among those of their voter. What one limit granted for votes that the other one refuses is returned
-- to it: otherwise a full network would use up the voter's own minute, and the wait would not be true.
create or replace function refuse_votes(
    voter_keys text[],
    networks text[],
    places int[],
    spent_keys text[],
    spent_granted int[],
    spent_waits int[],
    out turns int[],
    out waits int[]
)
language plpgsql
set search_path = public, pg_temp
as $$
declare
    back_keys text[];
    back_votes int[];
begin
    with spent as (
        select * from unnest(spent_keys, spent_granted, spent_waits) here (key, granted, wait)
    ), asked as (
        select here.ordinal, here.place, here.voter_key, here.network_key,
            case when here.place > voter.granted then voter.wait end as voter_wait,
            network.granted as network_granted, network.wait as network_wait
        from (
            select here.ordinal, here.place, 'vote ' || here.voter_key as voter_key,
                case
                    when here.network <> '' and starts_with(here.voter_key, 'device_') then 'network ' || here.network
                end as network_key
            from unnest(voter_keys, networks, places) with ordinality here (voter_key, network, place, ordinal)
        ) here
        left join spent voter on voter.key = here.voter_key
        left join spent network on network.key = here.network_key
    ), placed as (
        select asked.*,
            count(*) filter (where voter_wait is null) over (
                partition by network_key
                order by ordinal
            ) as network_place
        from asked
    ), judged as (
        select placed.*, coalesce(voter_wait, case when network_place > network_granted then network_wait end) as wait
        from placed
    ), unused as (
        select voter_key as key, count(*) as votes
        from judged
        where voter_wait is null and wait is not null
        group by voter_key
        union all
        select network_key, least(count(*), min(network_granted)) - count(*) filter (where wait is null)
        from judged
        where network_key is not null
        group by network_key
    )
    select answer.turns, answer.waits, back.keys, back.votes
    into refuse_votes.turns, refuse_votes.waits, back_keys, back_votes
    from (
        select array_agg(case when wait is null then place else 0 end order by ordinal) as turns,
            array_agg(wait order by ordinal) as waits
        from judged
    ) answer
    cross join (
        select array_agg(key) as keys, array_agg(votes::int) as votes
        from unused
        where votes > 0
    ) back;
    if back_keys is not null then
        perform return_rates(back_keys, back_votes);
    end if;
end
$$;

-- The votes of one call that the limits let through: 30 a minute for a voter, 600 for the visitors of one network.
-- `turn` is the vote's place among the granted votes of its voter, 0 when it is refused, -1 for all when the limiter
-- cannot decide, and -2 for all when voting is off, which counts nothing.
create or replace function consume_vote_rates(
    voter_keys text[],
    networks text[],
    voting_enabled boolean,
    out turns int[],
    out waits int[],
    out remaining int[]
)
language plpgsql
set search_path = public, pg_temp
-- The sets exist only in this call and have no index: compared row by row they would cost the square of the batch.
set enable_nestloop = off
set enable_hashjoin = on
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    votes_a_minute constant int := 30;
    network_votes_a_minute constant int := 600;
    this_minute constant timestamptz := date_bin('1 minute', dailies_now(), 'epoch');
    next_minute constant timestamptz := this_minute + interval '1 minute';
    elapsed constant float8 := extract(epoch from dailies_now() - this_minute) / 60;
    spent_keys text[];
    spent_granted int[];
    spent_waits int[];
begin
    if not voting_enabled then
        turns := array_fill(-2, array[cardinality(voter_keys)]);
        return;
    end if;
    with asked as materialized (
        select ordinal, 'vote ' || voter_keys[ordinal] as key,
            case
                when networks[ordinal] <> '' and starts_with(voter_keys[ordinal], 'device_')
                then 'network ' || networks[ordinal]
            end as network_key,
            row_number() over (partition by voter_keys[ordinal] order by ordinal)::int as place
        from generate_series(1, cardinality(voter_keys)) ordinal
    ), consumed as (
        insert into rate_windows as windows (key, minute, current_count, previous_count, granted, allowed)
        select wanted.key, this_minute, least(wanted.votes, wanted.allowed), 0, least(wanted.votes, wanted.allowed),
            wanted.allowed
        from (
            select asked.key, count(*)::int as votes, votes_a_minute as allowed
            from asked
            group by asked.key
            union all
            select asked.network_key, count(*)::int, network_votes_a_minute
            from asked
            where asked.network_key is not null
            group by asked.network_key
        ) wanted
        order by wanted.key collate "C"
        on conflict (key) do update
        set minute = case windows.minute when next_minute then next_minute else this_minute end,
            current_count = rate_now(windows.minute, windows.current_count, this_minute) + rate_grant(
                excluded.granted, excluded.allowed, rate_now(windows.minute, windows.current_count, this_minute),
                rate_before(windows.minute, windows.current_count, windows.previous_count, this_minute),
                case windows.minute when next_minute then 0 else elapsed end),
            previous_count = rate_before(windows.minute, windows.current_count, windows.previous_count, this_minute),
            granted = rate_grant(
                excluded.granted, excluded.allowed, rate_now(windows.minute, windows.current_count, this_minute),
                rate_before(windows.minute, windows.current_count, windows.previous_count, this_minute),
                case windows.minute when next_minute then 0 else elapsed end),
            allowed = excluded.allowed
        returning windows.key, windows.granted,
            rate_wait(windows.allowed, windows.current_count, windows.previous_count,
                case windows.minute when next_minute then 0 else elapsed end) as wait,
            rate_grant(windows.allowed, windows.allowed, windows.current_count, windows.previous_count,
                case windows.minute when next_minute then 0 else elapsed end)
                as remaining
    )
    select granted.places, granted.remaining, spent.keys, spent.granted, spent.waits
    into turns, remaining, spent_keys, spent_granted, spent_waits
    from (
        select array_agg(asked.place order by asked.ordinal) as places,
            array_agg(consumed.remaining order by asked.ordinal) as remaining
        from asked
        join consumed on consumed.key = asked.key
    ) granted
    cross join (
        select array_agg(consumed.key) as keys, array_agg(consumed.granted) as granted, array_agg(consumed.wait) as waits
        from consumed
        where consumed.remaining = 0
    ) spent;
    if spent_keys is not null then
        select refused.turns, refused.waits
        into turns, waits
        from refuse_votes(voter_keys, networks, turns, spent_keys, spent_granted, spent_waits) refused;
    end if;
exception
    when serialization_failure or deadlock_detected then
        raise;
    when others then
        raise warning 'the vote limiter failed: %', sqlerrm;
        turns := array_fill(-1, array[cardinality(voter_keys)]);
        waits := null;
        remaining := null;
end
$$;

-- The answers to the votes whose turn is below 1. What was not counted leaves the room in the voter's minute unsaid.
drop function if exists refused_turns(int[], int[]);
create or replace function refused_turns(turns int[], waits int[], remaining int[])
returns setof vote_answer
language plpgsql
immutable
set search_path = public, pg_temp
as $$
begin
    return query
    select here.ordinal::int,
        case here.turn when 0 then 'rate_limited' when -1 then 'limiter_unavailable' else 'feature_off' end,
        here.wait, case here.turn when 0 then 0 when -2 then here.room end, null::int, null::int, null::int, null::int,
        null::int, null::int
    from unnest(turns, waits, remaining) with ordinality here (turn, wait, room, ordinal)
    where here.turn < 1;
end
$$;

revoke all on function
    refuse_votes(text[], text[], int[], text[], int[], int[]),
    consume_vote_rates(text[], text[], boolean),
    refused_turns(int[], int[], int[])
    from public;
