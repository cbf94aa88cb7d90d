-- Votes that arrive a second time: nginx repeats a request when its host dies before the answer, and the first attempt may
-- have been counted. `requests` in cast_votes and undo_votes are the ids that nginx gave the requests, in hexadecimal.

-- The ids of requests with one more; of many the last thirty, the most that a voter may send in a minute.
create or replace function add_request(known bytea, added bytea)
returns bytea
language sql
immutable
parallel safe
as $$
    select case
        when known is null or added is null then coalesce(added, known)
        else substr(known || added, greatest(1, length(known) + length(added) - 30 * 8 + 1))
    end;
$$;

-- Whether a voter's vote for a clip holds the cast of this request.
create or replace function has_cast_in_request(of_season uuid, of_slot int, voter text, clip uuid, request bytea)
returns boolean
language plpgsql
stable
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    perform
    from votes
    where season_id = of_season and slot_position = of_slot and voter_key = voter and clip_id = clip
        and voided_at is null and position(request in requests) > 0;
    return found;
end
$$;

-- Whether this request has undone a vote of the voter. A repeat comes within seconds, possibly after midnight.
create or replace function has_undone_in_request(voter text, today date, request bytea)
returns boolean
language plpgsql
stable
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    perform
    from voter_days
    where voter_key = voter and day >= today - 1 and position(request in undone) > 0;
    return found;
end
$$;

-- The turns of a batch, where a refused vote gets one that has been counted already: the first attempt may have been the
-- last that the voter's minute had room for. Each such vote comes after the others of its voter.
create or replace function admit_repeats(turns int[], voter_keys text[], clip_ids uuid[], requests text[])
returns int[]
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    if requests is null then
        return turns;
    end if;
    return (
        select array_agg(
            case when is_repeat then before + row_number else turn end
            order by ordinal
        )
        from (
            select asked.*,
                row_number() over (partition by voter_key, is_repeat order by ordinal)::int as row_number,
                coalesce(max(turn) over (partition by voter_key), 0) as before
            from (
                select here.*,
                    here.turn = 0 and here.request <> '' and coalesce(
                        (
                            select has_cast_in_request(
                                season_id, slot_position, here.voter_key, here.clip_id, decode(here.request, 'hex'))
                            from tournament_clips
                            where id = here.clip_id
                        ), false
                    ) as is_repeat
                from unnest(turns, voter_keys, clip_ids, requests) with ordinality
                    here (turn, voter_key, clip_id, request, ordinal)
            ) asked
        ) placed
    );
end
$$;

revoke all on function
    add_request(bytea, bytea),
    has_cast_in_request(uuid, int, text, uuid, bytea),
    has_undone_in_request(text, date, bytea),
    admit_repeats(int[], text[], uuid[], text[])
    from public;
