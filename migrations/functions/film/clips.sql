-- The slot that an approved clip joins: the one that is voting or waiting; while a result is under review the slot
-- after it; without an active season the first slot of the newest draft; else none yet.
create or replace function slot_for_approval()
returns table (season_id uuid, slot_position int, slot_status text)
language sql
stable
as $$
    select slots.season_id, slots.position, slots.status
    from story_slots slots
    join seasons on seasons.id = slots.season_id
    where seasons.id = season_for_uploads() and slots.status <> 'locked'
    order by slots.status = 'under_review', slots.position
    limit 1;
$$;

-- What an admin may change of a clip, as the audit log records it.
create or replace function clip_facts(clip tournament_clips)
returns jsonb
language sql
immutable
as $$
    select jsonb_build_object(
        'title', clip.title, 'description', clip.description, 'genre', clip.genre, 'status', clip.status,
        'slot', clip.slot_position, 'rejectionReason', clip.rejection_reason
    );
$$;

-- Records what an admin did to a clip, `old` being the clip before: the facts that differ now.
create or replace function audit_clip(actor uuid, action text, old tournament_clips, reason text default null)
returns void
language plpgsql
as $$
declare
    clip tournament_clips;
begin
    select * into clip from tournament_clips where id = old.id;
    perform write_audit(
        actor, action, 'clip', old.id::text, reason, changed.before, changed.after
    )
    from changed_facts(clip_facts(old), clip_facts(clip)) changed;
end
$$;

-- Sends an event to the creators of clips on which an admin decides, so that their open pages read the clips again. It
-- names no clip: the page asks for what it may see.
create or replace function notify_creators(decided uuid[])
returns void
language plpgsql
as $$
declare
    creator uuid;
begin
    for creator in
        select distinct user_id from tournament_clips where id = any (decided)
    loop
        perform enqueue_job(
            'publish',
            jsonb_build_object(
                'channel', 'user:' || creator, 'name', 'clips_decided',
                'message', jsonb_build_object('name', 'clips_decided')::text
            ),
            job_priority => 1
        );
    end loop;
end
$$;

-- Notifies a creator of a decision on a clip. Which admin decided is not said. The notification goes when the decision is
-- undone.
create or replace function notify_of_decision(
    actor uuid,
    clip tournament_clips,
    decision uuid,
    kind text,
    reason text default null,
    slot int default null
)
returns void
language plpgsql
as $$
begin
    if clip.user_id is distinct from actor then
        perform notify_member(
            clip.user_id, notify_of_decision.kind, decision::text,
            jsonb_strip_nulls(
                jsonb_build_object(
                    'title', clip.title, 'reason', notify_of_decision.reason, 'slot', notify_of_decision.slot,
                    'path', '/profile/clips#clip-' || clip.id
                )
            )
        );
    end if;
end
$$;

-- Why a creator cannot withdraw a clip now; null when it is possible. Codes: clip_withdrawn, round_over (the votes are
-- being counted), clip_not_open (decided, or its file was refused).
create or replace function withdrawal_refusal(clip tournament_clips)
returns text
language sql
stable
as $$
    select case
        when clip.creator_withdrew_at is not null then 'clip_withdrawn'
        when clip.status not in ('pending', 'active') or clip.processing = 'failed' then 'clip_not_open'
        when clip.status = 'active' and exists (
            select
            from story_slots slots
            where slots.season_id = clip.season_id and slots.position = clip.slot_position
                and (
                    slots.status = 'under_review'
                    or slots.status = 'voting' and slots.voting_ends_at <= dailies_now()
                )
        ) then 'round_over'
    end;
$$;

-- Takes a clip of the member out of the queue or the round for good. Outcomes: done, clip_not_found and the codes of
-- withdrawal_refusal.
create or replace function withdraw_clip(member uuid, withdrawn uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    clip tournament_clips;
    refusal text;
begin
    -- As for a decision of an admin: the round must not be closed meanwhile.
    perform lock_film();
    select * into clip from tournament_clips where id = withdrawn and user_id = member for update;
    if clip.id is null then
        return 'clip_not_found';
    end if;
    refusal := withdrawal_refusal(clip);
    if refusal is not null then
        return refusal;
    end if;
    update tournament_clips
    set status = 'rejected',
        rejection_reason = 'Withdrawn by its creator.',
        creator_withdrew_at = dailies_now()
    where id = withdrawn;
    if clip.status = 'active' then
        perform announce_change('clips', 'withdrawn');
    end if;
    return 'done';
end
$$;

-- Notes that the member has opened the list of their own clips. Returns when they did so before; null at the first time.
create or replace function note_clips_seen(member uuid)
returns timestamptz
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    before timestamptz;
begin
    select clips_seen_at into before from users where id = member for no key update;
    update users set clips_seen_at = dailies_now() where id = member;
    return before;
end
$$;

-- Approves clips in the order given. One row for each clip with its outcome: approved, approved_next_season,
-- already_active, not_found, not_ready, not_open (locked, eliminated, withdrawn by its creator or taken out of the film),
-- creator_banned; then one row for each event to publish. `decision` is what undo_decisions() takes.
drop function if exists approve_clips(uuid, uuid[]);
create or replace function approve_clips(actor uuid, approved uuid[])
returns table (clip_id uuid, outcome text, slot_position int, decision uuid, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    target record;
    clip tournament_clips;
    wanted uuid;
    comes_back boolean;
    joined boolean := false;
    noted uuid;
    newly uuid[] := '{}';
begin
    perform require_admin(actor);
    perform lock_film();
    -- Rows are locked in the order of their ids, as votes lock them.
    perform from tournament_clips where id = any (approved) order by id for update;
    select * into target from slot_for_approval();

    foreach wanted in array approved loop
        select * into clip from tournament_clips where id = wanted;
        if clip.id is null then
            return query select wanted, 'not_found', null::int, null::uuid, null::text, null::jsonb;
        elsif clip.status = 'active' then
            return query select wanted, 'already_active', clip.slot_position, null::uuid, null::text, null::jsonb;
        elsif clip.status in ('locked', 'eliminated') or clip.creator_withdrew_at is not null
            or exists (select from film_removals where film_removals.clip_id = clip.id)
        then
            return query select wanted, 'not_open', clip.slot_position, null::uuid, null::text, null::jsonb;
        elsif clip.processing <> 'ready' then
            return query select wanted, 'not_ready', null::int, null::uuid, null::text, null::jsonb;
        elsif exists (select from users where id = clip.user_id and banned_at is not null) then
            return query select wanted, 'creator_banned', null::int, null::uuid, null::text, null::jsonb;
        elsif target.season_id is null then
            update tournament_clips
            set status = 'pending',
                rejection_reason = null,
                decided_by = actor,
                decided_at = dailies_now()
            where id = wanted;
            newly := newly || wanted;
            perform audit_clip(actor, 'clip.approve', clip);
            perform end_statements(actor, clip.user_id, clip.id, 'reject');
            noted := note_decision(clip, 'approve');
            perform notify_of_decision(actor, clip, noted, 'clip_approved');
            return query
            select wanted, 'approved_next_season', null::int, noted, null::text, null::jsonb;
        else
            -- A clip that was removed from this round and returns keeps what was cast for it in this round.
            comes_back := clip.season_id = target.season_id and clip.slot_position = target.slot_position;
            update tournament_clips
            set season_id = target.season_id,
                slot_position = target.slot_position,
                status = 'active',
                rejection_reason = null,
                decided_by = actor,
                decided_at = dailies_now(),
                activated_at = dailies_now(),
                vote_count = case when comes_back then vote_count else 0 end,
                weighted_score = case when comes_back then weighted_score else 0 end,
                view_count = case when comes_back then view_count else 0 end
            where id = wanted;
            joined := true;
            newly := newly || wanted;
            perform audit_clip(actor, 'clip.approve', clip);
            perform end_statements(actor, clip.user_id, clip.id, 'reject');
            noted := note_decision(clip, 'approve');
            perform notify_of_decision(actor, clip, noted, 'clip_approved', null, target.slot_position);
            return query
            select wanted, 'approved', target.slot_position, noted, null::text, null::jsonb;
        end if;
    end loop;

    if joined then
        perform announce_change('clips', 'approved');
    end if;
    perform notify_creators(approved);
    perform emit_clips_approved(newly);
    if joined and target.slot_status = 'waiting_for_clips' then
        return query
        select null::uuid, null::text, target.slot_position, null::uuid, opened.name, opened.data
        from open_slot(target.season_id, target.slot_position) opened;
    end if;
end
$$;

-- Removes clips from the queue or the round. Outcomes: rejected, not_found, not_open (locked, eliminated or withdrawn by
-- its creator). `decision` is what undo_decisions() takes.
drop function if exists reject_clips(uuid, uuid[], text);
create or replace function reject_clips(actor uuid, rejected uuid[], reason text)
returns table (clip_id uuid, outcome text, decision uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    clip tournament_clips;
    noted uuid;
begin
    perform require_admin(actor);
    perform lock_film();
    perform from tournament_clips where id = any (rejected) order by id for update;
    -- Only admins and creators can see a pending clip, so no cache holds it.
    if exists (select from tournament_clips where id = any (rejected) and status = 'active') then
        perform announce_change('clips', 'rejected');
    end if;
    for clip in
        select *
        from tournament_clips
        where id = any (rejected) and status in ('pending', 'active', 'rejected') and creator_withdrew_at is null
    loop
        perform write_audit(
            actor, 'clip.reject', 'clip', clip.id::text, reject_clips.reason,
            jsonb_build_object('status', clip.status, 'slot', clip.slot_position),
            jsonb_build_object('status', 'rejected')
        );
        noted := note_decision(clip, 'reject');
        perform write_statement(actor, clip.user_id, clip.id, 'reject', null, reject_clips.reason, noted);
        perform notify_of_decision(actor, clip, noted, 'clip_rejected', reject_clips.reason);
    end loop;
    perform notify_creators(rejected);
    return query
    with wanted as (
        select wanted.id, wanted.place
        from unnest(rejected) with ordinality wanted (id, place)
    ), decided as (
        update tournament_clips
        set status = 'rejected',
            rejection_reason = reason,
            withdrawn_at = null,
            decided_by = actor,
            decided_at = dailies_now()
        where id = any (rejected) and status in ('pending', 'active', 'rejected') and creator_withdrew_at is null
        returning id
    )
    select wanted.id,
        case
            when decided.id is not null then 'rejected'
            when clips.id is not null then 'not_open'
            else 'not_found'
        end,
        noted.id
    from wanted
    left join tournament_clips clips on clips.id = wanted.id
    left join decided on decided.id = wanted.id
    left join clip_decisions noted on noted.clip_id = decided.id
    order by wanted.place;
end
$$;

-- Corrects the title, description and genre of a clip. Null leaves a field as it is; false means that there is no such
-- clip.
create or replace function edit_clip(actor uuid, edited uuid, new_title text, new_description text, new_genre text)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    clip tournament_clips;
begin
    perform require_admin(actor);
    select * into clip from tournament_clips where id = edited for no key update;
    if clip.id is null then
        return false;
    end if;
    update tournament_clips
    set title = coalesce(new_title, title),
        description = coalesce(new_description, description),
        genre = coalesce(new_genre, genre)
    where id = edited;
    perform audit_clip(actor, 'clip.edit', clip);
    if clip.status not in ('pending', 'rejected') then
        perform announce_change('clips', 'edited');
    end if;
    return true;
end
$$;

-- How many people have sent in a clip that was not rejected.
create or replace function count_creators()
returns int
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select count(distinct user_id)::int
    from tournament_clips
    where status <> 'rejected';
$$;

revoke all on function
    clip_facts(tournament_clips),
    audit_clip(uuid, text, tournament_clips, text),
    approve_clips(uuid, uuid[]),
    reject_clips(uuid, uuid[], text),
    edit_clip(uuid, uuid, text, text, text),
    notify_creators(uuid[]),
    notify_of_decision(uuid, tournament_clips, uuid, text, text, int),
    withdrawal_refusal(tournament_clips),
    withdraw_clip(uuid, uuid),
    note_clips_seen(uuid),
    count_creators()
    from public;
grant execute on function
    approve_clips(uuid, uuid[]),
    reject_clips(uuid, uuid[], text),
    edit_clip(uuid, uuid, text, text, text),
    count_creators()
    to dailies_web, dailies_jobs;
grant execute on function
    withdrawal_refusal(tournament_clips),
    withdraw_clip(uuid, uuid),
    note_clips_seen(uuid)
    to dailies_web;
