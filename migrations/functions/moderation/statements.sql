drop function if exists write_statement(uuid, uuid, uuid, text, text, text, uuid);
drop function if exists end_statements(uuid, uuid, uuid, text);
drop function if exists note_appeals(uuid, uuid);

-- Writes the statement of reasons for a decision: `action` is reject, warn or ban. A statement about the same clip, comment
-- or ban that still holds is replaced. Returns its id.
create or replace function write_statement(
    actor uuid,
    person uuid,
    about uuid,
    action text,
    rule text,
    reason text,
    decision uuid default null,
    about_comment uuid default null
)
returns uuid
language plpgsql
set search_path = public, pg_temp
as $$
declare
    written uuid;
begin
    if write_statement.action <> 'warn' then
        perform end_statements(actor, person, about, write_statement.action, about_comment);
    end if;
    insert into statements_of_reasons (
        user_id, clip_id, clip_title, comment_id, comment_text, action, rule, reason, decided_at, decided_by, decision_id
    )
    values (
        person, about, (select title from tournament_clips where id = about), about_comment,
        (select text from comments where id = about_comment), write_statement.action, write_statement.rule,
        write_statement.reason, dailies_now(), actor, decision
    )
    returning id into written;
    return written;
end
$$;

-- Notes that decisions of one kind on a clip or comment, or the ban of a member, hold no more. An appeal that waits has
-- succeeded.
create or replace function end_statements(
    actor uuid,
    person uuid,
    about uuid,
    ended_action text,
    about_comment uuid default null
)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    update statements_of_reasons
    set ended_at = dailies_now(),
        appeal_outcome = case when appealed_at is not null then coalesce(appeal_outcome, 'granted') end,
        appeal_decided_at = case when appealed_at is not null then coalesce(appeal_decided_at, dailies_now()) end,
        appeal_decided_by = case when appealed_at is not null then coalesce(appeal_decided_by, actor) end
    where user_id = person and clip_id is not distinct from about and comment_id is not distinct from about_comment
        and action = ended_action and ended_at is null;
    if found then
        perform note_appeals(person, about, about_comment);
    end if;
end
$$;

-- The decision on a clip was undone, as though it had not been made; an earlier rejection holds again.
create or replace function undo_statement(actor uuid, clip tournament_clips, decision clip_decisions)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    update statements_of_reasons
    set is_undone = true,
        ended_at = coalesce(ended_at, dailies_now())
    where decision_id = decision.id;
    perform note_appeals(clip.user_id, clip.id);
    if decision.status_before = 'rejected' and decision.withdrawn_at_before is null then
        update statements_of_reasons
        set ended_at = null
        where id = (
            select id
            from statements_of_reasons
            where clip_id = clip.id and action = 'reject' and not is_undone
                and appeal_outcome is distinct from 'granted'
            order by decided_at desc
            limit 1
        );
    end if;
end
$$;

-- Keeps in the case of a clip, comment or member since when an appeal waits. A case is made when there is none.
create or replace function note_appeals(person uuid, about uuid, about_comment uuid default null)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    since constant timestamptz := (
        select min(appealed_at)
        from statements_of_reasons
        where user_id = person and clip_id is not distinct from about and comment_id is not distinct from about_comment
            and appealed_at is not null and appeal_outcome is null and ended_at is null
    );
begin
    update moderation_cases
    set appealed_at = since
    where clip_id = about or comment_id = about_comment
        or about is null and about_comment is null and member_id = person;
    if not found and since is not null then
        insert into moderation_cases (clip_id, comment_id, member_id, state, opened_at, appealed_at)
        values (
            about, about_comment, case when about is null and about_comment is null then person end, 'resolved',
            dailies_now(), since
        );
    end if;
end
$$;

-- A member appeals against a decision, once; without one, against the own ban. Outcomes: done, already_appealed,
-- not_banned, statement_not_found, decision_ended.
create or replace function appeal_statement(member uuid, statement uuid, said text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    found_statement statements_of_reasons;
begin
    select *
    into found_statement
    from statements_of_reasons
    where user_id = member and not is_undone
        and (
            id = statement
            or statement is null and action = 'ban' and ended_at is null
        )
    for update;
    if found_statement.id is null then
        return case when statement is null then 'not_banned' else 'statement_not_found' end;
    elsif found_statement.appealed_at is not null then
        return 'already_appealed';
    elsif found_statement.ended_at is not null then
        return 'decision_ended';
    end if;
    update statements_of_reasons
    set appeal = said,
        appealed_at = dailies_now()
    where id = found_statement.id;
    perform note_appeals(member, found_statement.clip_id, found_statement.comment_id);
    return 'done';
end
$$;

-- The appeal of a member against the own ban; no row without a ban, nulls without an appeal.
create or replace function ban_appeal(member uuid)
returns table (appealed_at timestamptz, outcome text, answer text)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select appealed_at, appeal_outcome, appeal_answer
    from statements_of_reasons
    where user_id = member and action = 'ban' and ended_at is null;
$$;

-- Decides on an appeal. `granted` restores what the decision took: the clip, in its place in the film while that is empty,
-- or the account. Where there are several
-- admins, another one than who decided must do it. The first row holds the outcome, those after it the events to publish.
-- Outcomes: done, statement_not_found, no_open_appeal, own_decision, not_admin, and those of approve_clips and lift_ban
-- that refuse it.
create or replace function decide_appeal(actor uuid, statement uuid, granted boolean, answer text)
returns table (outcome text, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    decided statements_of_reasons;
    step record;
    refusal text;
    events jsonb[] := '{}';
    was_in_film boolean := false;
begin
    perform require_admin(actor);
    -- Before the row: what approves, bans and deletes locks in this order.
    perform lock_film();
    select * into decided from statements_of_reasons where id = statement for update;
    refusal := case
        when decided.id is null then 'statement_not_found'
        when decided.appealed_at is null or decided.appeal_outcome is not null or decided.ended_at is not null
        then 'no_open_appeal'
        when decided.decided_by = actor and exists (
            select from users where role = 'admin' and banned_at is null and id <> actor
        ) then 'own_decision'
    end;
    if refusal is null and granted and decided.action = 'reject' and decided.comment_text is not null then
        -- Where the comment has been erased since, only the decision ends.
        perform
        from moderate_comments(actor, array[decided.comment_id], 'approve', null, answer)
        where decided.comment_id is not null;
    elsif refusal is null and granted and decided.action = 'reject' then
        for step in select * from restore_to_film(actor, decided.clip_id, answer) loop
            was_in_film := true;
            if step.outcome is not null and step.outcome <> 'restored' then
                refusal := step.outcome;
            elsif step.name is not null then
                events := array_append(events, jsonb_build_object('name', step.name, 'data', step.data));
            end if;
        end loop;
    end if;
    if refusal is null and granted and decided.action = 'reject' and decided.comment_text is null and not was_in_film
    then
        for step in select * from approve_clips(actor, array[decided.clip_id]) loop
            if step.outcome is not null and step.outcome not in ('approved', 'approved_next_season', 'already_active')
            then
                refusal := step.outcome;
            elsif step.name is not null then
                events := array_append(events, jsonb_build_object('name', step.name, 'data', step.data));
            end if;
        end loop;
    elsif refusal is null and granted and decided.action = 'ban' then
        for step in select * from lift_ban(actor, decided.user_id, answer) loop
            if step.outcome is not null and step.outcome <> 'done' then
                refusal := step.outcome;
            elsif step.name is not null then
                events := array_append(events, jsonb_build_object('name', step.name, 'data', step.data));
            end if;
        end loop;
    end if;
    if refusal is not null then
        return query select refusal, null::text, null::jsonb;
        return;
    end if;
    update statements_of_reasons
    set appeal_outcome = case when granted then 'granted' else 'upheld' end,
        appeal_answer = answer,
        appeal_decided_at = dailies_now(),
        appeal_decided_by = actor,
        ended_at = case when granted then coalesce(ended_at, dailies_now()) end,
        mailed_at = null
    where id = statement;
    perform note_appeals(decided.user_id, decided.clip_id, decided.comment_id);
    perform write_audit(
        actor, case when granted then 'appeal.grant' else 'appeal.uphold' end,
        case
            when decided.clip_id is not null then 'clip'
            when decided.comment_id is not null then 'comment'
            else 'member'
        end,
        coalesce(decided.clip_id, decided.comment_id, decided.user_id)::text, answer, null,
        jsonb_build_object('decision', decided.action, 'statement', statement)
    );
    return query select 'done', null::text, null::jsonb;
    return query select null::text, event ->> 'name', event -> 'data' from unnest(events) event;
end
$$;

revoke all on function
    write_statement(uuid, uuid, uuid, text, text, text, uuid, uuid),
    end_statements(uuid, uuid, uuid, text, uuid),
    undo_statement(uuid, tournament_clips, clip_decisions),
    note_appeals(uuid, uuid, uuid),
    appeal_statement(uuid, uuid, text),
    ban_appeal(uuid),
    decide_appeal(uuid, uuid, boolean, text)
    from public;
grant execute on function
    appeal_statement(uuid, uuid, text),
    ban_appeal(uuid),
    decide_appeal(uuid, uuid, boolean, text)
    to dailies_web;
