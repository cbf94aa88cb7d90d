-- What admins do to one slot beside choosing its winner. Each act holds lock_film(), names what the admin believes
-- (begin_slot_act), and is published with its reason.

-- Takes a slot back to `upcoming` before it opens again or for good: what was cast in it counts no more, and no void of it can
-- be undone.
create or replace function close_slot_again(of_season uuid, of_slot int)
returns void
language plpgsql
as $$
begin
    update votes
    set voided_at = coalesce(voided_at, dailies_now()),
        void_id = null
    where season_id = of_season and slot_position = of_slot and (voided_at is null or void_id is not null);
    delete from clip_views
    where season_id = of_season and slot_position = of_slot;
    update tournament_clips
    set vote_count = 0,
        weighted_score = 0,
        view_count = 0
    where season_id = of_season and slot_position = of_slot;
    -- Receipts are for rounds that have a result.
    delete from round_voters where season_id = of_season and slot_position = of_slot;
    update slot_results
    set superseded_at = dailies_now()
    where season_id = of_season and slot_position = of_slot and superseded_at is null;
    update story_slots
    set status = 'upcoming',
        winner_clip_id = null,
        locked_at = null,
        voting_started_at = null,
        voting_ends_at = null,
        review_ends_at = null,
        extensions = 0
    where season_id = of_season and position = of_slot;
end
$$;

-- Brings clips back into the race of a slot with nothing counted for them. Those of banned members come back with the end of
-- the ban, and those that may not be shown are eliminated.
create or replace function bring_back(returning_clips uuid[], of_slot int)
returns void
language sql
as $$
    update tournament_clips clips
    set slot_position = of_slot,
        vote_count = 0,
        weighted_score = 0,
        view_count = 0,
        status = case
            when makers.banned_at is not null then 'rejected'
            when may_compete(clips) then 'active'
            else 'eliminated'
        end,
        rejection_reason = case
            when makers.banned_at is not null then 'The account of its creator is banned.'
        end,
        withdrawn_at = case when makers.banned_at is not null then dailies_now() end
    from users makers
    where clips.id = any (returning_clips) and makers.id = clips.user_id;
$$;

-- An admin opens the last locked slot again for a full round. The slot after it closes, and its clips come back with the
-- winner and with those that were eliminated here. The result is superseded and stays. Outcomes: done with a row of
-- consequences and the events to publish; the codes of begin_slot_act(); slot_not_locked; slot_not_last with the last
-- locked one; another_season_active.
create or replace function unlock_slot(actor uuid, of_season uuid, of_slot int, expected jsonb, why text)
returns table (outcome text, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    act record;
    last_locked int;
    following story_slots;
    returning_clips uuid[];
    votes_gone int;
begin
    perform require_admin(actor);
    perform lock_film();
    act := begin_slot_act(of_season, of_slot, expected);
    if act.outcome is not null then
        return query select act.outcome, null::text, act.facts;
        return;
    end if;
    if (act.slot).status <> 'locked' then
        return query select 'slot_not_locked', null::text, act.facts;
        return;
    end if;
    last_locked := (select max(position) from story_slots where season_id = of_season and status = 'locked');
    if of_slot <> last_locked then
        return query select 'slot_not_last', null::text, jsonb_build_object('slot', last_locked);
        return;
    end if;
    if (act.season).status <> 'active' and exists (select from seasons where status = 'active') then
        return query select 'another_season_active', null::text, null::jsonb;
        return;
    end if;
    perform write_tallies(of_season);
    select * into following from story_slots where season_id = of_season and position = of_slot + 1 for update;

    -- The winner, those that competed with it and are eliminated or move on, and those that have joined since.
    returning_clips := array(
        select id
        from tournament_clips
        where season_id = of_season and (
            id = (act.slot).winner_clip_id and status = 'locked'
            or status = 'active' and slot_position >= of_slot
            or status = 'eliminated' and slot_position = of_slot
        )
        order by id
        for update
    );
    votes_gone := (
        select count(*)
        from votes
        where season_id = of_season and slot_position in (of_slot, of_slot + 1) and voided_at is null
    );
    update tournament_clips
    set rounds = greatest(0, rounds - 1)
    where id in (
        select clip_id
        from slot_results
        where season_id = of_season and slot_position = of_slot and superseded_at is null
    );
    if following.status <> 'upcoming' then
        if exists (select from votes where season_id = of_season and slot_position = of_slot + 1 and voided_at is null) then
            perform record_intervention(of_season, of_slot + 1, 'round_cancelled', true, why);
        end if;
        perform close_slot_again(of_season, of_slot + 1);
    end if;
    perform close_slot_again(of_season, of_slot);
    perform bring_back(returning_clips, of_slot);
    update seasons
    set status = 'active',
        finished_at = null
    where id = of_season and status <> 'active';
    perform record_intervention(of_season, of_slot, 'slot_unlocked', true, why);
    if (act.slot).winner_clip_id is not null then
        perform notify_of_lost_win(
            (act.slot).winner_clip_id, of_season, of_slot, 'An admin opened the slot again. Your take competes once more.'
        );
    end if;
    perform notify_creators(array[(act.slot).winner_clip_id]);
    perform write_audit(
        actor, 'slot.unlock', 'slot', of_season || '/' || of_slot, why,
        jsonb_build_object('status', 'locked', 'winnerClipId', (act.slot).winner_clip_id),
        jsonb_build_object('votesVoided', votes_gone, 'clipsReturned', cardinality(returning_clips))
    );
    return query
    select 'done', 'consequences', jsonb_build_object(
        'replaced', (
            select jsonb_build_object('id', id, 'title', title)
            from tournament_clips
            where id = (act.slot).winner_clip_id
        ),
        'votes', votes_gone,
        'clips', cardinality(returning_clips),
        'closesSlot', case when following.status <> 'upcoming' then following.position end,
        'seasonStatus', case when (act.season).status <> 'active' then 'active' end,
        'filmChanges', (act.season).status <> 'active'
    );
    return query
    select 'done', 'slot_unlocked', jsonb_build_object('seasonId', of_season, 'slot', of_slot);
    return query
    select 'done', opened.name, opened.data from open_slot(of_season, of_slot) opened;
end
$$;

-- An admin takes every vote of a slot out of the count. It is a void like any other, so it can be undone. Outcomes: done with
-- a row of consequences and the event; the codes of begin_slot_act(); no_such_votes.
create or replace function reset_votes(actor uuid, of_season uuid, of_slot int, expected jsonb, why text)
returns table (outcome text, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    act record;
    made vote_voids;
begin
    perform require_admin(actor);
    perform lock_film();
    act := begin_slot_act(of_season, of_slot, expected);
    if act.outcome is not null then
        return query select act.outcome, null::text, act.facts;
        return;
    end if;
    select * into made from apply_void(actor, of_season, of_slot, '{}', why, 'reset');
    if made.id is null then
        return query select 'no_such_votes', null::text, act.facts;
        return;
    end if;
    -- The visitors of a network may bring their full weight again.
    delete from vote_network_clips where round_started = (act.slot).voting_started_at and (act.slot).status <> 'locked';
    perform write_audit(
        actor, 'votes.reset', 'slot', of_season || '/' || of_slot, why, null,
        jsonb_build_object('void', made.id, 'votes', made.votes, 'weight', made.weight)
    );
    return query
    select 'done', 'consequences', jsonb_build_object(
        'votes', made.votes,
        'voidId', made.id,
        'resultStays', (act.slot).status = 'locked'
    );
    return query
    select 'done', 'votes_reset', jsonb_build_object('seasonId', of_season, 'slot', of_slot);
end
$$;

-- An admin changes when the open round ends. Outcomes: done with a row of consequences and the event; the codes of
-- begin_slot_act(); slot_not_open; end_out_of_range (not in the future, or more than a year away).
create or replace function set_round_end(
    actor uuid,
    of_season uuid,
    of_slot int,
    ends timestamptz,
    expected jsonb,
    why text
)
returns table (outcome text, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    act record;
    moved story_slots;
begin
    perform require_admin(actor);
    perform lock_film();
    act := begin_slot_act(of_season, of_slot, expected);
    if act.outcome is not null then
        return query select act.outcome, null::text, act.facts;
        return;
    end if;
    if (act.slot).status <> 'voting' then
        return query select 'slot_not_open', null::text, act.facts;
        return;
    end if;
    if ends <= dailies_now() or ends > dailies_now() + interval '1 year' then
        return query select 'end_out_of_range', null::text, act.facts;
        return;
    end if;
    update story_slots
    set voting_ends_at = ends
    where season_id = of_season and position = of_slot
    returning * into moved;
    perform record_intervention(of_season, of_slot, 'round_rescheduled', true, why);
    perform announce_change('film', 'round_rescheduled');
    perform write_audit(
        actor, 'round.reschedule', 'slot', of_season || '/' || of_slot, why,
        jsonb_build_object('votingEndsAt', rfc3339((act.slot).voting_ends_at)),
        jsonb_build_object('votingEndsAt', rfc3339(ends))
    );
    return query
    select 'done', 'consequences', jsonb_build_object('votingEndsAt', rfc3339(ends));
    return query
    select 'done', 'round_rescheduled', extension_event(moved);
end
$$;

revoke all on function
    close_slot_again(uuid, int),
    bring_back(uuid[], int),
    unlock_slot(uuid, uuid, int, jsonb, text),
    reset_votes(uuid, uuid, int, jsonb, text),
    set_round_end(uuid, uuid, int, timestamptz, jsonb, text)
    from public;
grant execute on function
    unlock_slot(uuid, uuid, int, jsonb, text),
    reset_votes(uuid, uuid, int, jsonb, text),
    set_round_end(uuid, uuid, int, timestamptz, jsonb, text)
    to dailies_web, dailies_jobs;
