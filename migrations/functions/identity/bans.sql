-- Bans a member: sessions end (announce_member), clips leave the race, and the votes of the open round count no more;
-- lift_ban() brings each of these back. What is in the film stays. Outcomes: done, member_not_found, own_account,
-- member_is_admin, member_banned, not_admin.
create or replace function ban_member(actor uuid, member uuid, reason text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := dailies_now();
    current users;
    voided int;
    withdrawn int;
begin
    -- In the order in which everything that counts votes locks: the film, clips, then people.
    perform lock_film();
    perform lock_roles();
    if not may_administer(actor) then
        return 'not_admin';
    end if;
    select * into current from users where id = member;
    if current.id is null then
        return 'member_not_found';
    elsif member = actor then
        return 'own_account';
    elsif current.role = 'admin' then
        return 'member_is_admin';
    elsif current.banned_at is not null then
        return 'member_banned';
    end if;
    voided := void_votes_of_member(actor, member);

    perform from tournament_clips where user_id = member and status in ('active', 'pending') order by id for update;
    update tournament_clips
    set status = 'rejected',
        rejection_reason = 'The account of its creator is banned.',
        withdrawn_at = moment
    where user_id = member and (status = 'active' or (status = 'pending' and decided_at is not null));
    get diagnostics withdrawn = row_count;

    update users
    set banned_at = moment,
        ban_reason = reason,
        updated_at = moment
    where id = member;
    perform write_statement(actor, member, null, 'ban', null, reason);
    perform write_audit(
        actor, 'member.ban', 'member', member::text, reason, jsonb_build_object('banned', false),
        jsonb_build_object('banned', true, 'votesVoided', voided, 'clipsWithdrawn', withdrawn)
    );
    if voided + withdrawn > 0 then
        perform announce_change('clips', 'banned');
    end if;
    return 'done';
end
$$;

-- Lifts a ban: clips return to their slot, or to the open one when theirs is decided, and the votes of a round that is
-- still open count again. The first row holds the outcome, those after it the events to publish. Outcomes: done,
-- member_not_found, member_not_banned, not_admin.
create or replace function lift_ban(actor uuid, member uuid, reason text)
returns table (outcome text, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    current users;
    restored int;
    returning_clips uuid[];
    waiting story_slots;
begin
    perform lock_film();
    perform lock_roles();
    if not may_administer(actor) then
        return query select 'not_admin', null::text, null::jsonb;
        return;
    end if;
    select * into current from users where id = member;
    if current.id is null or current.banned_at is null then
        return query
        select case when current.id is null then 'member_not_found' else 'member_not_banned' end, null::text, null::jsonb;
        return;
    end if;
    restored := restore_votes_of_member(actor, member);

    update users
    set banned_at = null,
        ban_reason = null,
        updated_at = dailies_now()
    where id = member;
    perform end_statements(actor, member, null, 'ban');

    select array_agg(id order by id)
    into returning_clips
    from (
        select id
        from tournament_clips
        where user_id = member and withdrawn_at is not null and status = 'rejected'
        order by id
        for update
    ) withdrawn;
    perform write_audit(
        actor, 'member.lift_ban', 'member', member::text, reason,
        jsonb_build_object('banned', true, 'reason', current.ban_reason),
        jsonb_build_object(
            'banned', false, 'votesRestored', restored, 'clipsReturned', coalesce(cardinality(returning_clips), 0)
        )
    );
    return query select 'done', null::text, null::jsonb;

    update tournament_clips
    set status = 'active',
        rejection_reason = null
    from story_slots slots
    where tournament_clips.id = any (returning_clips)
        and slots.season_id = tournament_clips.season_id
        and slots.position = tournament_clips.slot_position
        and slots.status <> 'locked';
    for waiting in
        select *
        from story_slots slots
        where slots.status = 'waiting_for_clips' and exists (
            select from tournament_clips
            where id = any (returning_clips) and status = 'active' and season_id = slots.season_id
                and slot_position = slots.position
        )
    loop
        return query
        select null::text, opened.name, opened.data
        from open_slot(waiting.season_id, waiting.position) opened;
    end loop;
    return query
    select null::text, decided.name, decided.data
    from approve_clips(
        actor, array(select id from tournament_clips where id = any (returning_clips) and status = 'rejected')
    ) decided
    where decided.name is not null;
    update tournament_clips set withdrawn_at = null where id = any (returning_clips);
    if restored > 0 or returning_clips is not null then
        perform announce_change('clips', 'ban_lifted');
    end if;
end
$$;

revoke all on function
    ban_member(uuid, uuid, text),
    lift_ban(uuid, uuid, text)
    from public;
grant execute on function ban_member(uuid, uuid, text), lift_ban(uuid, uuid, text) to dailies_web, dailies_jobs;
