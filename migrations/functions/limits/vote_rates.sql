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

-- The votes of one call whose voters do not all differ, or whose limits have nothing left: what `granted` and `room` grant
-- for `keys` is shared out. `turns` are the votes' places among the granted votes of their voter, 0 for a refused one.
create or replace function share_turns(
    voter_keys text[],
    networks text[],
    keys text[],
    granted int[],
    room int[],
    this_minute timestamptz,
    elapsed float8,
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
    spent_keys text[];
    spent_granted int[];
    spent_waits int[];
begin
    select array_agg(asked.place order by asked.ordinal), array_agg(windows.room order by asked.ordinal)
    into share_turns.turns, share_turns.remaining
    from (
        select here.ordinal, 'vote ' || here.voter_key as key,
            row_number() over (partition by here.voter_key order by here.ordinal)::int as place
        from unnest(voter_keys) with ordinality here (voter_key, ordinal)
    ) asked
    join unnest(keys, share_turns.room) windows (key, room) on windows.key = asked.key;
    if 0 < all (room) then
        return;
    end if;
    select array_agg(spent.key), array_agg(spent.granted), array_agg(spent.wait)
    into spent_keys, spent_granted, spent_waits
    from (
        select here.key, here.granted,
            (
                select rate_wait(
                    windows.allowed, windows.current_count, windows.previous_count,
                    case when windows.minute > this_minute then 0 else elapsed end)
                from rate_windows windows
                where windows.key = here.key
            ) as wait
        from unnest(keys, share_turns.granted, share_turns.room) here (key, granted, room)
        where here.room = 0
    ) spent;
    select refused.turns, refused.waits
    into share_turns.turns, share_turns.waits
    from refuse_votes(voter_keys, networks, share_turns.turns, spent_keys, spent_granted, spent_waits) refused;
end
$$;

-- The votes of one call that the limits let through: 30 a minute for a voter, 600 for the visitors of one network.
-- `turn` is the vote's place among the granted votes of its voter, 0 when it is refused, -1 for all when the limiter
-- cannot decide, and -2 for all when voting is off, which counts nothing.
--
-- rate_now(), rate_before() and rate_grant() say what the windows hold and grant; they are written out here, since moments are
-- compared in a twentieth of the time that it takes to subtract them.
-- `is_plain` says that every vote is granted, and that the voters differ and come in the order of their keys.
drop function if exists consume_vote_rates(text[], text[], boolean);
create or replace function consume_vote_rates(
    voter_keys text[],
    networks text[],
    voting_enabled boolean,
    out turns int[],
    out waits int[],
    out remaining int[],
    out is_plain boolean
)
language plpgsql
as $$
declare
    votes_a_minute constant int := 30;
    network_votes_a_minute constant int := 600;
    votes constant int := cardinality(voter_keys);
    moment constant timestamptz := dailies_now();
    this_minute constant timestamptz := date_bin('1 minute', moment, 'epoch');
    next_minute constant timestamptz := this_minute + interval '1 minute';
    last_minute constant timestamptz := this_minute - interval '1 minute';
    elapsed constant float8 := extract(epoch from moment - this_minute) / 60;
    keys text[];
    granted int[];
    room int[];
    shared record;
begin
    if not voting_enabled then
        turns := array_fill(-2, array[votes]);
        is_plain := false;
        return;
    end if;
    with consumed as (
        insert into rate_windows as windows (key, minute, current_count, previous_count, granted, allowed)
        select wanted.key, this_minute, least(wanted.votes, wanted.allowed), 0, least(wanted.votes, wanted.allowed),
            wanted.allowed
        from (
            select asked.key, count(*)::int as votes,
                case when starts_with(asked.key, 'v') then votes_a_minute else network_votes_a_minute end as allowed
            from (
                select unnest(array[
                    'vote ' || voter_keys[place],
                    case
                        when networks[place] <> '' and starts_with(voter_keys[place], 'device_')
                        then 'network ' || networks[place]
                    end
                ]) collate "C" as key
                from generate_series(1, votes) place
            ) asked
            where asked.key is not null
            group by asked.key
            order by asked.key
        ) wanted
        on conflict (key) do update
        set minute = case when windows.minute = next_minute then next_minute else this_minute end,
            current_count = case when windows.minute in (this_minute, next_minute) then windows.current_count else 0 end
                + greatest(0, least(excluded.granted, floor(
                    excluded.allowed
                    - case
                        when windows.minute = this_minute then windows.previous_count * (1 - elapsed) + windows.current_count
                        when windows.minute = next_minute then windows.previous_count + windows.current_count
                        when windows.minute = last_minute then windows.current_count * (1 - elapsed)
                        else 0
                    end)::int)),
            previous_count = case
                when windows.minute in (this_minute, next_minute) then windows.previous_count
                when windows.minute = last_minute then windows.current_count
                else 0
            end,
            granted = greatest(0, least(excluded.granted, floor(
                excluded.allowed
                - case
                    when windows.minute = this_minute then windows.previous_count * (1 - elapsed) + windows.current_count
                    when windows.minute = next_minute then windows.previous_count + windows.current_count
                    when windows.minute = last_minute then windows.current_count * (1 - elapsed)
                    else 0
                end)::int)),
            allowed = excluded.allowed
        returning windows.key, windows.granted,
            greatest(0, floor(
                windows.allowed - windows.current_count
                - windows.previous_count * case when windows.minute = next_minute then 1 else 1 - elapsed end)::int) as room
    )
    select array_agg(consumed.key), array_agg(consumed.granted), array_agg(consumed.room)
    into keys, granted, room
    from consumed;
    is_plain := 0 < all (room);
    for place in 2..votes loop
        exit when not is_plain;
        is_plain := voter_keys[place] collate "C" > voter_keys[place - 1];
    end loop;
    -- Then the voters' windows are the last ones, in the same order.
    if is_plain then
        turns := array_fill(1, array[votes]);
        remaining := room[cardinality(room) - votes + 1:];
        return;
    end if;
    shared := share_turns(voter_keys, networks, keys, granted, room, this_minute, elapsed);
    turns := shared.turns;
    waits := shared.waits;
    remaining := shared.remaining;
exception
    when serialization_failure or deadlock_detected then
        raise;
    when others then
        raise warning 'the vote limiter failed: %', sqlerrm;
        is_plain := false;
        turns := array_fill(-1, array[votes]);
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
    share_turns(text[], text[], text[], int[], int[], timestamptz, float8),
    consume_vote_rates(text[], text[], boolean),
    refused_turns(int[], int[], int[])
    from public;
