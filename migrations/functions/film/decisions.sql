-- Notes a decision on a clip, `old` being the clip before it. It replaces the one before, so that only the last decision
-- can be undone. Returns its id.
create or replace function note_decision(old tournament_clips, action text)
returns uuid
language sql
as $$
    insert into clip_decisions (
        clip_id, action, decided_at, status_before, reason_before, decided_by_before, decided_at_before,
        withdrawn_at_before
    )
    values (
        old.id, note_decision.action, dailies_now(), old.status, old.rejection_reason, old.decided_by, old.decided_at,
        old.withdrawn_at
    )
    on conflict (clip_id) do update
    set id = gen_random_uuid(),
        action = excluded.action,
        decided_at = excluded.decided_at,
        status_before = excluded.status_before,
        reason_before = excluded.reason_before,
        decided_by_before = excluded.decided_by_before,
        decided_at_before = excluded.decided_at_before,
        withdrawn_at_before = excluded.withdrawn_at_before
    returning id;
$$;

-- Why a decision cannot be undone; null when it can. No counted vote may be lost, and a round that is decided stays so.
-- Codes: not_open (the film, a ban or the creator has changed the clip since), round_over (the round of the clip is over),
-- has_votes (the clip was approved and has votes), creator_banned.
create or replace function undo_refusal(decision clip_decisions, clip tournament_clips)
returns text
language plpgsql
stable
as $$
declare
    slot story_slots;
    is_banned constant boolean := exists (select from users where id = clip.user_id and banned_at is not null);
begin
    select * into slot from story_slots where season_id = clip.season_id and position = clip.slot_position;
    return case
        when clip.creator_withdrew_at is not null then 'not_open'
        when decision.action = 'approve' then case
            -- It waits for a season.
            when clip.status = 'pending' then null
            when clip.status <> 'active' then 'not_open'
            when slot.status = 'under_review' or slot.status = 'voting' and slot.voting_ends_at <= dailies_now()
                or exists (
                    select from slot_results
                    where clip_id = clip.id and closed_at >= decision.decided_at
                )
            then 'round_over'
            when clip.vote_count > 0 then 'has_votes'
        end
        when clip.status <> 'rejected' then 'not_open'
        -- A ban took it out before, and has been lifted since.
        when decision.withdrawn_at_before is not null and not is_banned then 'not_open'
        when decision.status_before = 'active' then case
            when is_banned then 'creator_banned'
            when slot.status = 'upcoming' then null
            when slot.status = 'voting' and slot.voting_ends_at > dailies_now()
                and slot.voting_started_at <= decision.decided_at
            then null
            when slot.status = 'under_review' and slot.voting_started_at <= decision.decided_at then null
            else 'round_over'
        end
    end;
end
$$;

-- Undoes decisions: each clip is again what it was before. A clip that leaves a round keeps its slot and its views, as a
-- rejected one does. A round without clips and votes waits for a clip again. One row for each decision with its outcome:
-- undone, superseded (undone already, or decided again since) and the codes of undo_refusal; then one row for each event
-- to publish.
create or replace function undo_decisions(actor uuid, undone uuid[])
returns table (decision_id uuid, clip_id uuid, outcome text, slot_position int, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    wanted uuid;
    decision clip_decisions;
    clip tournament_clips;
    refusal text;
    changed uuid[] := '{}';
    is_public boolean := false;
    empty story_slots;
begin
    perform require_admin(actor);
    perform lock_film();
    -- Rows are locked in the order of their ids, as votes lock them.
    perform
    from tournament_clips
    where id in (select clip_decisions.clip_id from clip_decisions where clip_decisions.id = any (undone))
    order by id
    for update;

    foreach wanted in array undone loop
        select * into decision from clip_decisions where clip_decisions.id = wanted;
        if decision.id is null then
            return query select wanted, null::uuid, 'superseded', null::int, null::text, null::jsonb;
            continue;
        end if;
        select * into clip from tournament_clips where tournament_clips.id = decision.clip_id;
        refusal := undo_refusal(decision, clip);
        if refusal is not null then
            return query select wanted, clip.id, refusal, clip.slot_position, null::text, null::jsonb;
            continue;
        end if;
        update tournament_clips
        set status = decision.status_before,
            rejection_reason = decision.reason_before,
            decided_by = decision.decided_by_before,
            decided_at = decision.decided_at_before,
            withdrawn_at = decision.withdrawn_at_before,
            activated_at = case when decision.status_before = 'pending' then null else activated_at end
        where tournament_clips.id = clip.id;
        delete from clip_decisions where clip_decisions.id = wanted;
        perform undo_statement(actor, clip, decision);
        perform retract_notification(clip.user_id, array['clip_approved', 'clip_rejected'], wanted::text);
        perform audit_clip(actor, 'clip.undo', clip);
        changed := changed || clip.id;
        is_public := is_public or 'active' in (clip.status, decision.status_before);
        return query
        select wanted, clip.id, 'undone', case when decision.status_before = 'active' then clip.slot_position end,
            null::text, null::jsonb;
    end loop;

    if is_public then
        perform announce_change('clips', 'decision_undone');
    end if;
    perform notify_creators(changed);
    for empty in
        select *
        from story_slots slots
        where slots.status = 'voting'
            and exists (
                select from tournament_clips clips
                where clips.id = any (changed) and clips.season_id = slots.season_id
                    and clips.slot_position = slots.position
            )
            and not exists (
                select from tournament_clips clips
                where clips.status = 'active' and clips.season_id = slots.season_id
                    and clips.slot_position = slots.position
            )
            and not exists (
                select from votes
                where votes.season_id = slots.season_id and votes.slot_position = slots.position
            )
    loop
        return query
        select null::uuid, null::uuid, null::text, empty.position, opened.name, opened.data
        from reopen_slot(empty.season_id, empty.position) opened;
    end loop;
end
$$;

revoke all on function
    note_decision(tournament_clips, text),
    undo_refusal(clip_decisions, tournament_clips),
    undo_decisions(uuid, uuid[])
    from public;
grant execute on function undo_decisions(uuid, uuid[]) to dailies_web, dailies_jobs;
