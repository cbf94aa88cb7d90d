-- The steps of cast_votes() that few votes need. As parts of its statement they would be made ready for each batch.

-- The weight of a cast by its letter in `votes.kinds`; c is one beyond what its network may add to the clip.
create or replace function vote_weight(letter text)
returns int
language sql
immutable
parallel safe
as $$
    select case letter when 'n' then 1 when 's' then 3 when 'm' then 10 when 'c' then 0 end;
$$;

-- The code for a clip that is not in the open round.
create or replace function refuse_slot(of_season uuid, of_slot int)
returns text
language plpgsql
stable
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    perform
    from story_slots
    where season_id = of_season and position = of_slot and status in ('voting', 'under_review');
    return case when found then 'round_over' else 'wrong_slot' end;
end
$$;

-- Whether a member has voted for a clip from this device.
create or replace function has_cast_as_member(of_season uuid, of_slot int, device text, clip uuid)
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
    where season_id = of_season and slot_position = of_slot and device_key = device and clip_id = clip
        and user_id is not null and voided_at is null;
    return found;
end
$$;

-- Adds a cast to a vote that its voter may repeat.
drop function if exists cast_again(uuid, int, text, uuid, text, bytea, text[]);
create or replace function cast_again(
    of_season uuid,
    of_slot int,
    voter text,
    clip uuid,
    letter text,
    of_network bytea,
    added text[],
    request bytea
)
returns void
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    update votes
    set casts = casts + 1,
        weight = weight + vote_weight(letter),
        kinds = kinds || letter,
        network = of_network,
        flags = add_flags(flags, added),
        requests = add_request(requests, request),
        updated_at = dailies_now()
    where season_id = of_season and slot_position = of_slot and voter_key = voter and clip_id = clip
        and voided_at is null;
end
$$;

-- Flags what a voter has cast in the round since a moment, except for one clip. Returns how many votes.
create or replace function flag_earlier_votes(
    of_season uuid,
    of_slot int,
    voter text,
    except_for uuid,
    since timestamptz,
    flag text
)
returns int
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    flagged int;
begin
    update votes
    set flags = add_flags(flags, array[flag])
    where season_id = of_season and slot_position = of_slot and voter_key = voter
        and clip_id >= '00000000-0000-0000-0000-000000000000' and clip_id <> except_for
        and voided_at is null and updated_at >= since;
    get diagnostics flagged = row_count;
    return flagged;
end
$$;

revoke all on function
    refuse_slot(uuid, int),
    has_cast_as_member(uuid, int, text, uuid),
    cast_again(uuid, int, text, uuid, text, bytea, text[], bytea),
    flag_earlier_votes(uuid, int, text, uuid, timestamptz, text)
    from public;
