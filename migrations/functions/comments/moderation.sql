-- What admins decide about comments.

-- Gives a comment another state by an admin's decision. Without a reason a rejection writes no statement of reasons. Returns
-- the decision's id.
create or replace function set_comment_state(
    actor uuid,
    concerned comments,
    wanted text,
    is_deleted boolean,
    rule text,
    reason text
)
returns uuid
language plpgsql
set search_path = public, pg_temp
as $$
declare
    decision constant uuid := gen_random_uuid();
begin
    update comments
    set state = wanted,
        deleted_at = case when is_deleted then coalesce(deleted_at, dailies_now()) else deleted_at end,
        decision_id = decision,
        decided_by = actor,
        decided_at = dailies_now(),
        state_before = concerned.state,
        deleted_before = concerned.deleted_at
    where id = concerned.id;
    if wanted = 'rejected' and concerned.user_id is not null then
        perform write_statement(
            actor, concerned.user_id, null, 'reject', rule, reason, decision, about_comment => concerned.id
        );
    elsif concerned.user_id is not null then
        perform end_statements(actor, concerned.user_id, null, 'reject', concerned.id);
    end if;
    perform write_audit(
        actor,
        'comment.' || case
            when is_deleted then 'delete'
            else case wanted when 'approved' then 'approve' when 'flagged' then 'flag' else 'reject' end
        end,
        'comment', concerned.id::text, reason, jsonb_build_object('state', concerned.state),
        jsonb_build_object('state', wanted, 'rule', rule)
    );
    return decision;
end
$$;

-- Decides on comments: approve (seen, and not hidden by reports any more), flag (hidden until somebody decides), reject
-- (removed, with a statement of reasons) or delete (the same, and the author sees it no more). One row for each comment with
-- the outcome and the decision by which it can be undone: done, comment_not_found, unchanged (it has that state), gone (its
-- author has deleted it).
create or replace function moderate_comments(actor uuid, ids uuid[], action text, rule text, reason text)
returns table (comment_id uuid, outcome text, decision_id uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    wanted_state constant text :=
        case action when 'approve' then 'approved' when 'flag' then 'flagged' else 'rejected' end;
    wanted uuid;
    concerned comments;
begin
    perform require_admin(actor);
    -- Parents before their replies, as those who write replies lock them.
    perform
    from comments
    where id = any (ids) or id in (select parent_id from comments where id = any (ids))
    order by parent_id is not null, id
    for no key update;
    foreach wanted in array ids loop
        select * into concerned from comments where id = wanted;
        if concerned.id is null then
            return query select wanted, 'comment_not_found', null::uuid;
        elsif concerned.state = wanted_state and (action <> 'delete' or concerned.deleted_at is not null) then
            return query select wanted, 'unchanged', null::uuid;
        elsif concerned.deleted_at is not null and concerned.state <> 'rejected' then
            return query select wanted, 'gone', null::uuid;
        else
            -- An approval brings back what an admin has deleted.
            if action = 'approve' and concerned.deleted_at is not null then
                if concerned.text = '' then
                    return query select wanted, 'gone', null::uuid;
                    continue;
                end if;
                update comments set deleted_at = null where id = wanted;
            end if;
            return query
            select wanted, 'done',
                set_comment_state(actor, concerned, wanted_state, action = 'delete', rule, reason);
        end if;
    end loop;
end
$$;

-- Undoes decisions on comments: each is again what it was before. One row for each decision: done, or superseded (undone
-- already, decided again since, or erased).
create or replace function undo_comment_decisions(actor uuid, decisions uuid[])
returns table (decision_id uuid, outcome text)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    wanted uuid;
    concerned comments;
begin
    perform require_admin(actor);
    perform
    from comments
    where decision_id = any (decisions)
        or id in (select parent_id from comments where decision_id = any (decisions))
    order by parent_id is not null, id
    for no key update;
    foreach wanted in array decisions loop
        select * into concerned from comments where decision_id = wanted;
        if concerned.id is null or concerned.text = '' then
            return query select wanted, 'superseded';
            continue;
        end if;
        update comments
        set state = state_before,
            deleted_at = deleted_before,
            decision_id = null,
            decided_by = actor,
            decided_at = dailies_now(),
            state_before = null,
            deleted_before = null
        where id = concerned.id;
        if concerned.user_id is not null then
            update statements_of_reasons
            set is_undone = true,
                ended_at = coalesce(ended_at, dailies_now())
            where statements_of_reasons.decision_id = wanted;
            perform note_appeals(concerned.user_id, null, concerned.id);
        end if;
        perform write_audit(
            actor, 'comment.undo', 'comment', concerned.id::text, null, jsonb_build_object('state', concerned.state),
            jsonb_build_object('state', concerned.state_before)
        );
        return query select wanted, 'done';
    end loop;
end
$$;

-- Hides a comment that three people have reported, until an admin decides. What an admin has approved stays.
create or replace function hide_reported_comment(concerned bigint)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    if (select count(*) from reports where case_id = concerned and answered_at is null) >= 3 then
        -- The parent first, as those who answer it lock it.
        perform
        from comments
        where id in (
            select comments.parent_id
            from moderation_cases cases
            join comments on comments.id = cases.comment_id
            where cases.id = concerned
        )
        for no key update;
        update comments
        set state = 'reported'
        from moderation_cases cases
        where cases.id = concerned and comments.id = cases.comment_id and comments.state = 'new';
    end if;
end
$$;

-- What stays of a member's comments when the account is deleted: threads without author and text. Whom the member has
-- blocked, and what the member likes, goes with the account.
create or replace function forget_comments(member uuid)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    delete from moderation_cases
    where comment_id in (select id from comments where user_id = member);
    perform
    from comments
    where id in (select parent_id from comments where user_id = member)
    order by id
    for no key update;
    update comments
    set text = '',
        deleted_at = coalesce(deleted_at, dailies_now()),
        user_id = null
    where user_id = member;
end
$$;

revoke all on function
    set_comment_state(uuid, comments, text, boolean, text, text),
    moderate_comments(uuid, uuid[], text, text, text),
    undo_comment_decisions(uuid, uuid[]),
    hide_reported_comment(bigint),
    forget_comments(uuid)
    from public;
grant execute on function
    moderate_comments(uuid, uuid[], text, text, text),
    undo_comment_decisions(uuid, uuid[])
    to dailies_web, dailies_jobs;
