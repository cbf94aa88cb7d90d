-- Whether a clip may be shown and compete: its files exist, its creator is not banned, and its removal from the film was not
-- asked for.
create or replace function may_compete(clip tournament_clips)
returns boolean
language sql
stable
as $$
    select clip.processing = 'ready' and clip.video_key is not null and clip.poster_key is not null
        and not exists (select from users where id = clip.user_id and banned_at is not null)
        and not exists (select from film_removals where clip_id = clip.id);
$$;

-- What a slot is at the moment, as an admin sees it. An act names the parts that the admin believes.
create or replace function slot_facts(slot story_slots)
returns jsonb
language sql
stable
as $$
    select jsonb_build_object(
        'slot', slot.position,
        'status', slot.status,
        'winnerClipId', slot.winner_clip_id,
        'winnerTitle', (select title from tournament_clips where id = slot.winner_clip_id),
        'votingEndsAt', rfc3339(slot.voting_ends_at)
    );
$$;

-- Locks what an act on a slot may change, and says why the act cannot begin; null when it can. `expected` holds the parts of
-- slot_facts() that the admin saw. Outcomes: slot_not_found; slot_changed with what the slot is now. The caller holds
-- lock_film().
create or replace function begin_slot_act(
    of_season uuid,
    of_slot int,
    expected jsonb,
    out outcome text,
    out facts jsonb,
    out season seasons,
    out slot story_slots
)
language plpgsql
as $$
begin
    select * into season from seasons where id = of_season for no key update;
    select * into slot from story_slots where season_id = of_season and position = of_slot for update;
    if slot.position is null then
        outcome := 'slot_not_found';
        return;
    end if;
    facts := slot_facts(slot);
    if expected is not null and not facts @> expected then
        outcome := 'slot_changed';
        return;
    end if;
    -- In the order in which everything locks clips.
    perform from tournament_clips where season_id = of_season and status in ('active', 'locked') order by id for update;
end
$$;

-- The data of the event `winner_selected`.
create or replace function winner_event(of_season uuid, of_slot int)
returns jsonb
language sql
stable
as $$
    select jsonb_build_object(
        'seasonId', of_season,
        'slot', of_slot,
        'totalSlots', seasons.total_slots,
        'clipId', clips.id,
        'title', clips.title,
        'username', users.username,
        'voteCount', clips.vote_count,
        'weightedScore', clips.weighted_score
    )
    from story_slots slots
    join seasons on seasons.id = slots.season_id
    join tournament_clips clips on clips.id = slots.winner_clip_id
    join users on users.id = clips.user_id
    where slots.season_id = of_season and slots.position = of_slot;
$$;

-- Makes a clip the film's in a slot, with the counts that it had in the slot's round; zero if it did not compete there.
create or replace function lock_into_film(locked uuid, of_season uuid, of_slot int)
returns void
language sql
as $$
    update tournament_clips
    set status = 'locked',
        slot_position = of_slot,
        vote_count = coalesce(result.vote_count, 0),
        weighted_score = coalesce(result.weighted_score, 0),
        view_count = coalesce(result.view_count, 0)
    from (select 1) once
    left join slot_results result
        on result.season_id = of_season and result.slot_position = of_slot and result.clip_id = locked
        and result.superseded_at is null
    where tournament_clips.id = locked;
    select notify_member(
        clips.user_id, 'clip_won', concat_ws('/', of_season, of_slot, locked),
        jsonb_build_object(
            'title', clips.title, 'slot', of_slot, 'name', seasons.label, 'path', '/clip/' || clips.id
        )
    )
    from tournament_clips clips
    join seasons on seasons.id = of_season
    where clips.id = locked;
$$;

-- Tells the creator of a clip that was in the film that it is there no more. `happened` says what an admin did.
create or replace function notify_of_lost_win(lost uuid, of_season uuid, of_slot int, happened text)
returns void
language plpgsql
as $$
declare
    clip tournament_clips;
begin
    select * into clip from tournament_clips where id = lost;
    perform retract_notification(clip.user_id, array['clip_won'], concat_ws('/', of_season, of_slot, lost));
    perform notify_member(
        clip.user_id, 'system', format('lost %s/%s/%s %s', of_season, of_slot, lost, extract(epoch from dailies_now())),
        jsonb_build_object(
            'title', format('“%s” is no longer the winner of slot %s', clip.title, of_slot),
            'text', happened, 'path', '/profile/clips#clip-' || clip.id
        )
    );
end
$$;

-- Sets the counters of a clip to the sums of its slot, which it may have left with votes before.
create or replace function recount_clip(counted uuid)
returns void
language sql
as $$
    update tournament_clips clips
    set vote_count = (
            select coalesce(sum(casts), 0)::int
            from votes
            where votes.season_id = clips.season_id and votes.slot_position = clips.slot_position
                and votes.clip_id = clips.id and votes.voided_at is null
        ),
        weighted_score = (
            select coalesce(sum(weight), 0)::int
            from votes
            where votes.season_id = clips.season_id and votes.slot_position = clips.slot_position
                and votes.clip_id = clips.id and votes.voided_at is null
        ),
        view_count = (
            select count(*)::int
            from clip_views
            where clip_views.season_id = clips.season_id and clip_views.slot_position = clips.slot_position
                and clip_views.clip_ids @> array[clips.id]
        )
    where clips.id = counted;
$$;

-- Lets a clip that is no longer in the film compete again: in the open slot of its season, or, while a result is under
-- review, in the slot after it. It is eliminated when the season is over, when it has competed often enough, or when it may
-- not be shown; the clip of a banned member comes back with the end of the ban. Returns the events to publish.
create or replace function return_to_race(returned uuid)
returns table (name text, data jsonb)
language plpgsql
as $$
declare
    clip tournament_clips;
    season seasons;
    target story_slots;
begin
    select * into strict clip from tournament_clips where id = returned;
    select * into strict season from seasons where id = clip.season_id;
    if season.status = 'active' then
        select *
        into target
        from story_slots
        where season_id = season.id and status <> 'locked'
        order by status = 'under_review', position
        limit 1;
    end if;
    if target.position is not null and exists (
        select from users where id = clip.user_id and banned_at is not null
    ) then
        update tournament_clips
        set status = 'rejected',
            rejection_reason = 'The account of its creator is banned.',
            withdrawn_at = dailies_now(),
            slot_position = target.position
        where id = returned;
        perform recount_clip(returned);
        return;
    end if;
    if target.position is null or not may_compete(clip) or clip.rounds >= season.max_rounds_per_clip then
        update tournament_clips set status = 'eliminated' where id = returned;
        return;
    end if;
    update tournament_clips
    set status = 'active',
        slot_position = target.position,
        activated_at = dailies_now()
    where id = returned;
    perform recount_clip(returned);
    if target.status = 'waiting_for_clips' then
        return query select * from open_slot(season.id, target.position);
    end if;
end
$$;

-- Gives a locked slot another winner. The result of its round stays, and so does the time at which it was locked, by which
-- its export is known. The clip that was in the film competes again, unless it was taken down. The caller holds the locks
-- of begin_slot_act(). Returns the events to publish.
create or replace function replace_winner(of_season uuid, of_slot int, chosen uuid)
returns table (name text, data jsonb)
language plpgsql
as $$
declare
    replaced tournament_clips;
begin
    select clips.*
    into strict replaced
    from story_slots slots
    join tournament_clips clips on clips.id = slots.winner_clip_id
    where slots.season_id = of_season and slots.position = of_slot;
    perform lock_into_film(chosen, of_season, of_slot);
    update story_slots
    set winner_clip_id = chosen
    where season_id = of_season and position = of_slot;
    perform announce_change('film', 'winner_replaced');
    perform emit_slot_won(of_season, of_slot);
    return query select 'winner_selected', winner_event(of_season, of_slot);
    if replaced.status = 'locked' then
        perform notify_of_lost_win(
            replaced.id, of_season, of_slot, 'An admin chose another one for the film. Yours competes again if its season is open.'
        );
        return query select * from return_to_race(replaced.id);
    else
        -- The place that its removal had left empty is taken.
        delete from film_removals where clip_id = replaced.id;
    end if;
end
$$;

-- Why a clip cannot be made the winner of a slot; null when it can. Codes: clip_not_found, clip_of_other_season,
-- clip_is_winner (of this slot), clip_in_film (in another slot), clip_not_in_race (pending, rejected or withdrawn, or its
-- file is gone), creator_banned.
create or replace function assignment_refusal(clip tournament_clips, of_season uuid, of_slot int)
returns text
language sql
stable
as $$
    select case
        when clip.id is null then 'clip_not_found'
        when clip.season_id is distinct from of_season then 'clip_of_other_season'
        when clip.status = 'locked' and clip.slot_position = of_slot then 'clip_is_winner'
        when clip.status = 'locked' then 'clip_in_film'
        when exists (select from users where id = clip.user_id and banned_at is not null) then 'creator_banned'
        when clip.status not in ('active', 'eliminated') or not may_compete(clip) then 'clip_not_in_race'
    end;
$$;

-- An admin makes a clip of the season the winner of a slot: of the open one, whose round ends with that, or of a locked one,
-- whose winner it replaces. Outcomes: done with a row of consequences and the events to publish; the codes of
-- begin_slot_act() and assignment_refusal(); slot_not_open.
create or replace function assign_winner(
    actor uuid,
    of_season uuid,
    of_slot int,
    chosen uuid,
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
    clip tournament_clips;
    refusal text;
    status_before text;
begin
    perform require_admin(actor);
    perform lock_film();
    act := begin_slot_act(of_season, of_slot, expected);
    if act.outcome is not null then
        return query select act.outcome, null::text, act.facts;
        return;
    end if;
    status_before := (act.slot).status;
    if status_before = 'upcoming' then
        return query select 'slot_not_open', null::text, act.facts;
        return;
    end if;
    select * into clip from tournament_clips where id = chosen for update;
    refusal := assignment_refusal(clip, of_season, of_slot);
    if refusal is not null then
        return query select refusal, null::text, act.facts;
        return;
    end if;
    if status_before = 'locked' then
        perform write_tallies(of_season);
    end if;
    perform record_intervention(of_season, of_slot, 'winner_assigned', true, why);

    return query
    select 'done', 'consequences', jsonb_build_object(
        'winner', jsonb_build_object('id', clip.id, 'title', clip.title),
        'replaced', case when status_before = 'locked' then (
            select jsonb_build_object('id', id, 'title', title)
            from tournament_clips
            where id = (act.slot).winner_clip_id
        ) end,
        'filmChanges', (act.season).status in ('finished', 'archived')
    );
    if status_before = 'locked' then
        return query
        select 'done', replaced.name, replaced.data from replace_winner(of_season, of_slot, chosen) replaced;
    else
        return query
        select 'done', closed.name, closed.data from finalize_round(of_season, of_slot, chosen) closed;
    end if;
    perform notify_creators(array_remove(array[chosen, (act.slot).winner_clip_id], null));
    perform write_audit(
        actor, 'slot.assign_winner', 'slot', of_season || '/' || of_slot, why,
        jsonb_build_object('status', status_before, 'winnerClipId', (act.slot).winner_clip_id),
        jsonb_build_object('status', 'locked', 'winnerClipId', chosen)
    );
end
$$;

-- An admin takes a clip out of the film. The best of the others that competed for its slot takes its place; without one the
-- place stays empty, which the film shows as a title card. The clip is rejected. Outcomes: done with a row of
-- consequences and the events to publish; clip_not_found; clip_not_in_film with what the clip is now.
create or replace function take_down_winner(actor uuid, taken uuid, why text)
returns table (outcome text, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    act record;
    clip tournament_clips;
    successor tournament_clips;
begin
    perform require_admin(actor);
    perform lock_film();
    select * into clip from tournament_clips where id = taken;
    if clip.id is null then
        return query select 'clip_not_found', null::text, null::jsonb;
        return;
    end if;
    if clip.status <> 'locked' then
        return query
        select 'clip_not_in_film', null::text, jsonb_build_object('title', clip.title, 'status', clip.status);
        return;
    end if;
    act := begin_slot_act(clip.season_id, clip.slot_position, null);
    perform write_tallies(clip.season_id);
    select rivals.*
    into successor
    from slot_results results
    join tournament_clips rivals on rivals.id = results.clip_id
    where results.season_id = clip.season_id and results.slot_position = clip.slot_position
        and results.superseded_at is null and rivals.id <> taken
        and assignment_refusal(rivals, clip.season_id, clip.slot_position) is null
    order by results.rank
    limit 1;

    update tournament_clips
    set status = 'rejected',
        rejection_reason = why,
        decided_by = actor,
        decided_at = dailies_now()
    where id = taken;
    delete from clip_decisions where clip_id = taken;
    perform write_statement(actor, clip.user_id, taken, 'reject', null, why);
    perform retract_notification(
        clip.user_id, array['clip_won'], concat_ws('/', clip.season_id, clip.slot_position, taken)
    );
    perform notify_of_decision(actor, clip, gen_random_uuid(), 'clip_rejected', why);
    perform record_intervention(clip.season_id, clip.slot_position, 'clip_taken_down', true, why);
    perform announce_change('clips', 'taken_down');
    return query
    select 'done', 'consequences', jsonb_build_object(
        'winner', case when successor.id is not null then
            jsonb_build_object('id', successor.id, 'title', successor.title)
        end,
        'replaced', jsonb_build_object('id', clip.id, 'title', clip.title),
        'leavesGap', successor.id is null,
        'filmChanges', (act.season).status in ('finished', 'archived')
    );
    if successor.id is not null then
        return query
        select 'done', replaced.name, replaced.data
        from replace_winner(clip.season_id, clip.slot_position, successor.id) replaced;
    else
        insert into film_removals (clip_id, asked_at)
        values (taken, dailies_now())
        on conflict do nothing;
        perform announce_change('film', 'winner_removed');
        return query
        select 'done', 'clip_taken_down',
            jsonb_build_object('seasonId', clip.season_id, 'slot', clip.slot_position, 'clipId', taken);
    end if;
    perform notify_creators(array_remove(array[taken, successor.id], null));
    perform write_audit(
        actor, 'clip.take_down', 'clip', taken::text, why,
        jsonb_build_object('status', 'locked', 'slot', clip.slot_position),
        jsonb_build_object('status', 'rejected', 'replacedBy', successor.id)
    );
end
$$;

-- Puts a clip that was taken down back into its place in the film, which a title card fills. No row when it has no such
-- place. Else the first row holds the outcome, restored, not_ready (its file is gone) or creator_banned, and those after it
-- the events to publish. The caller has checked the actor and holds lock_film().
create or replace function restore_to_film(actor uuid, restored uuid, why text)
returns table (outcome text, name text, data jsonb)
language plpgsql
as $$
declare
    act record;
    clip tournament_clips;
    place story_slots;
begin
    select * into clip from tournament_clips where id = restored;
    select * into place from story_slots where winner_clip_id = restored and status = 'locked';
    if place.position is null or clip.status <> 'rejected'
        or not exists (select from film_removals where clip_id = restored)
    then
        return;
    elsif clip.processing <> 'ready' or clip.video_key is null then
        return query select 'not_ready', null::text, null::jsonb;
        return;
    elsif exists (select from users where id = clip.user_id and banned_at is not null) then
        return query select 'creator_banned', null::text, null::jsonb;
        return;
    end if;
    act := begin_slot_act(place.season_id, place.position, null);
    perform write_tallies(place.season_id);
    delete from film_removals where clip_id = restored;
    perform lock_into_film(restored, place.season_id, place.position);
    update tournament_clips
    set rejection_reason = null,
        decided_by = actor,
        decided_at = dailies_now()
    where id = restored;
    perform record_intervention(
        place.season_id, place.position, 'clip_restored', true,
        left(coalesce(nullif(why, ''), 'The appeal of its creator was granted.'), 500)
    );
    perform end_statements(actor, clip.user_id, restored, 'reject');
    perform audit_clip(actor, 'clip.restore', clip, why);
    if (act.season).status in ('finished', 'archived') then
        perform request_film(place.season_id);
    end if;
    perform announce_change('clips', 'restored');
    perform announce_change('film', 'winner_restored');
    perform emit_slot_won(place.season_id, place.position);
    perform notify_creators(array[restored]);
    return query select 'restored', null::text, null::jsonb;
    return query select null::text, 'winner_selected', winner_event(place.season_id, place.position);
end
$$;

revoke all on function
    may_compete(tournament_clips),
    slot_facts(story_slots),
    begin_slot_act(uuid, int, jsonb),
    winner_event(uuid, int),
    lock_into_film(uuid, uuid, int),
    notify_of_lost_win(uuid, uuid, int, text),
    recount_clip(uuid),
    return_to_race(uuid),
    replace_winner(uuid, int, uuid),
    assignment_refusal(tournament_clips, uuid, int),
    assign_winner(uuid, uuid, int, uuid, jsonb, text),
    take_down_winner(uuid, uuid, text),
    restore_to_film(uuid, uuid, text)
    from public;
grant execute on function
    assign_winner(uuid, uuid, int, uuid, jsonb, text),
    take_down_winner(uuid, uuid, text)
    to dailies_web, dailies_jobs;
