-- Everything that changes which slot is open or which clips compete in it holds this one lock, so that two advances, or
-- an advance and an approval, follow each other instead of interleaving. It ends with the transaction.
create or replace function lock_film()
returns void
language sql
as $$
    select pg_advisory_xact_lock(hashtextextended('dailies.film', 0));
$$;

-- Opens a slot for a full round if a clip competes in it, else lets it wait for one. Returns the event to publish.
create or replace function open_slot(opening_season uuid, opening_position int)
returns table (name text, data jsonb)
language plpgsql
as $$
declare
    clip_count int;
begin
    select count(*)
    into clip_count
    from tournament_clips
    where season_id = opening_season and slot_position = opening_position and status = 'active';

    update story_slots
    set status = case when clip_count > 0 then 'voting' else 'waiting_for_clips' end,
        voting_started_at = case when clip_count > 0 then dailies_now() end,
        voting_ends_at = case when clip_count > 0 then dailies_now() + make_interval(secs => seasons.round_seconds) end,
        review_ends_at = null,
        extensions = 0
    from seasons
    where seasons.id = opening_season
        and story_slots.season_id = opening_season
        and story_slots.position = opening_position;

    perform announce_change('film', 'slot_opened');
    if clip_count > 0 then
        perform notify_everybody(
            'new_round', concat_ws('/', opening_season, opening_position, extract(epoch from slots.voting_started_at)),
            jsonb_build_object(
                'name', seasons.label, 'slot', opening_position, 'clips', clip_count,
                'endsAt', rfc3339(slots.voting_ends_at), 'path', '/dashboard'
            )
        )
        from story_slots slots
        join seasons on seasons.id = slots.season_id
        where slots.season_id = opening_season and slots.position = opening_position;
    end if;

    return query
    select case when clip_count > 0 then 'round_opened' else 'round_waiting' end,
        jsonb_build_object(
            'seasonId', opening_season,
            'slot', opening_position,
            'totalSlots', seasons.total_slots,
            'status', story_slots.status,
            'clips', clip_count,
            'votingEndsAt', rfc3339(story_slots.voting_ends_at)
        )
    from story_slots
    join seasons on seasons.id = story_slots.season_id
    where story_slots.season_id = opening_season and story_slots.position = opening_position;
end
$$;

create or replace function extension_event(slot story_slots)
returns jsonb
language sql
stable
as $$
    select jsonb_build_object(
        'seasonId', slot.season_id,
        'slot', slot.position,
        'extensions', slot.extensions,
        'votingEndsAt', rfc3339(slot.voting_ends_at)
    );
$$;

-- Ends the voting slot of a season by the rules of the round and opens what follows. The caller holds lock_film().
-- Returns the events to publish, in order. `forced` closes now, even below min_votes.
create or replace function close_round(closing_season uuid, closing_position int, forced boolean)
returns table (name text, data jsonb)
language plpgsql
as $$
declare
    max_extensions constant int := 3;
    season seasons;
    slot story_slots;
begin
    select * into strict season from seasons where id = closing_season for no key update;
    -- Votes hold a share lock on the slot while they are counted, so this waits for every vote that came in time.
    select * into strict slot
    from story_slots
    where season_id = closing_season and position = closing_position
    for update;
    -- What the caller read may have changed before the row was locked.
    if slot.status <> 'voting' or not (forced or slot.voting_ends_at <= dailies_now()) then
        return;
    end if;

    perform from tournament_clips
    where season_id = closing_season and slot_position = closing_position and status = 'active'
    order by id
    for update;

    if not forced and slot.extensions < max_extensions and exists (
        select from tournament_clips
        where season_id = closing_season and slot_position = closing_position and status = 'active'
    ) and not exists (
        select from tournament_clips
        where season_id = closing_season and slot_position = closing_position and status = 'active'
            and vote_count >= season.min_votes
    ) then
        update story_slots
        set voting_ends_at = dailies_now() + make_interval(secs => season.round_seconds),
            extensions = extensions + 1
        where season_id = closing_season and position = closing_position
        returning * into slot;
        perform announce_change('film', 'round_extended');
        return query select 'round_extended', extension_event(slot);
        return;
    end if;

    if season.review_flagged and flagged_votes_decide(closing_season, closing_position) then
        return query select * from begin_review(closing_season, closing_position);
        return;
    end if;
    return query select * from finalize_round(closing_season, closing_position);
end
$$;

-- Extends the open round by the part of its last hour that an outage of more than ten minutes took. Otherwise no one
-- could vote in the hour in which most do, and the round would close as soon as the server is back.
create or replace function extend_after_outage()
returns table (name text, data jsonb)
language plpgsql
as $$
declare
    down_from timestamptz;
    slot story_slots;
begin
    select beaten_at into down_from from film_pulse;
    insert into film_pulse (beaten_at)
    values (dailies_now())
    on conflict (singleton) do update set beaten_at = excluded.beaten_at;

    for slot in
        update story_slots
        set voting_ends_at = voting_ends_at + (serving_since() - greatest(down_from, last_hour.began_at))
        from (
            select season_id, position, greatest(voting_started_at, voting_ends_at - interval '1 hour') as began_at
            from story_slots
            where status = 'voting'
        ) last_hour
        where last_hour.season_id = story_slots.season_id
            and last_hour.position = story_slots.position
            and story_slots.status = 'voting'
            and down_from is not null
            and least(serving_since(), voting_ends_at) - greatest(down_from, last_hour.began_at)
                > interval '10 minutes'
        returning story_slots.*
    loop
        perform announce_change('film', 'round_extended');
        return query select 'round_extended', extension_event(slot);
    end loop;
end
$$;

-- Closes every round whose time is over, and ends every review whose time is over. A round that was due long ago is
-- closed once: the next one lasts its full length from now, so that downtime skips no round. Calling it again changes
-- nothing.
create or replace function advance_rounds()
returns table (name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    due record;
begin
    perform lock_film();
    return query select * from extend_after_outage();
    for due in
        select season_id, position
        from story_slots
        where status = 'voting' and voting_ends_at <= dailies_now()
        order by voting_ends_at, season_id
    loop
        return query select * from close_round(due.season_id, due.position, false);
    end loop;
    return query select * from end_due_reviews();
end
$$;

-- An admin ends the open round of the active season early. No row: no round is open, or it is not that of `slot`, which the
-- admin believes is open; null for any. Of several requests at once for one slot only the first finds it open. `why` is
-- published with the result; without it nothing is.
drop function if exists advance_now(uuid, int);
create or replace function advance_now(actor uuid, slot int default null, why text default null)
returns table (name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    open_round record;
begin
    perform require_admin(actor);
    perform lock_film();
    for open_round in
        select story_slots.season_id, story_slots.position, story_slots.voting_ends_at
        from story_slots
        join seasons on seasons.id = story_slots.season_id
        where story_slots.status = 'voting' and seasons.status = 'active'
            and (slot is null or story_slots.position = slot)
    loop
        if why is not null then
            perform record_intervention(open_round.season_id, open_round.position, 'round_advanced', true, why);
        end if;
        return query select * from close_round(open_round.season_id, open_round.position, true);
        perform write_audit(
            actor, 'round.advance', 'slot', open_round.season_id || '/' || open_round.position, why,
            jsonb_build_object('status', 'voting', 'votingEndsAt', rfc3339(open_round.voting_ends_at)),
            (
                select jsonb_build_object('status', status, 'winnerClipId', winner_clip_id)
                from story_slots
                where season_id = open_round.season_id and position = open_round.position
            )
        );
    end loop;
end
$$;

revoke all on function
    lock_film(),
    open_slot(uuid, int),
    close_round(uuid, int, boolean),
    extend_after_outage(),
    advance_rounds(),
    advance_now(uuid, int, text)
    from public;
grant execute on function advance_rounds(), advance_now(uuid, int, text) to dailies_web, dailies_jobs;
