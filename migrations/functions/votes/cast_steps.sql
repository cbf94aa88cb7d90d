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

-- The code for a clip that takes no votes in the open round.
create or replace function refuse_clip(clip uuid, of_season uuid, of_slot int)
returns text
language plpgsql
stable
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    known record;
begin
    select status, season_id, slot_position
    into known
    from tournament_clips
    where id = clip;
    return case
        when not found then 'clip_not_found'
        when known.status <> 'active' then 'clip_not_active'
        else refuse_slot(known.season_id, known.slot_position)
    end;
end
$$;

-- Takes votes off the counters that do not count or weigh nothing after all. The clips are locked.
create or replace function take_votes_off(
    clip_ids uuid[],
    asked_kinds text[],
    found_clips int[],
    codes text[],
    capped boolean[]
)
returns void
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    update tournament_clips
    set vote_count = tournament_clips.vote_count - lost.votes,
        weighted_score = tournament_clips.weighted_score - lost.weight
    from (
        select clip_ids[place] as clip_id, count(codes[place])::int as votes,
            sum(case asked_kinds[place] when 'standard' then 1 when 'super' then 3 else 10 end)::int as weight
        from generate_series(1, cardinality(clip_ids)) place
        where found_clips[place] is not null and (codes[place] is not null or capped[place])
        group by clip_ids[place]
    ) lost
    where tournament_clips.id = lost.clip_id;
end
$$;

-- Flags the first casts of a pattern, which are evidence too, once, when the pattern is complete: a burst, or a run in the
-- order of uploading.
create or replace function flag_patterns(
    of_season uuid,
    of_slot int,
    voter text,
    except_for uuid,
    today date,
    is_burst boolean,
    is_run boolean
)
returns void
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    moments int[];
    known int;
begin
    select voter_days.moments, cardinality(voter_days.moments)
    into moments, known
    from voter_days
    where voter_key = voter and day = today;
    if is_burst and (moments[known - 10] >= moments[known] - 10000) is not true then
        perform flag_earlier_votes(
            of_season, of_slot, voter, except_for, dailies_now() - interval '10 seconds', 'burst');
    end if;
    if is_run then
        perform flag_earlier_votes(
            of_season, of_slot, voter, except_for,
            (today::timestamp at time zone 'utc') + moments[known - 6] * interval '1 millisecond', 'upload_order');
    end if;
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
    refuse_clip(uuid, uuid, int),
    take_votes_off(uuid[], text[], int[], text[], boolean[]),
    flag_patterns(uuid, int, text, uuid, date, boolean, boolean),
    has_cast_as_member(uuid, int, text, uuid),
    cast_again(uuid, int, text, uuid, text, bytea, text[], bytea),
    flag_earlier_votes(uuid, int, text, uuid, timestamptz, text)
    from public;
