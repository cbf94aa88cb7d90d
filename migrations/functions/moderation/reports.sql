drop function if exists report_thing(uuid, uuid, uuid, text, text, text);

-- Reports a clip, a member or a comment, exactly one of them. A second report of the same person about a thing that is not
-- decided yet is joined to the first. Outcomes: received, joined, clip_not_found, member_not_found, comment_not_found,
-- own_clip, own_account, own_comment.
create or replace function report_thing(
    reported_clip uuid,
    reported_member uuid,
    reported_comment uuid,
    reporter uuid,
    reporter_key text,
    reason text,
    details text
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    clip tournament_clips;
    concerned bigint;
    joined bigint;
begin
    if reported_clip is not null then
        select * into clip from tournament_clips where id = reported_clip;
        if clip.id is not null and clip.user_id = reporter then
            return 'own_clip';
        elsif clip.id is null or clip.status not in ('active', 'locked', 'eliminated')
            and not exists (select from slot_results where clip_id = clip.id)
        then
            return 'clip_not_found';
        end if;
    elsif reported_comment is not null then
        if exists (select from comments where id = reported_comment and user_id = reporter) then
            return 'own_comment';
        elsif not exists (select from comments where id = reported_comment and is_visible) then
            return 'comment_not_found';
        end if;
    elsif reported_member = reporter then
        return 'own_account';
    elsif not exists (
        select from users where id = reported_member and username is not null and left_at is null
    ) then
        return 'member_not_found';
    end if;
    -- Of two who report a thing for the first time at once, the second finds the case of the first.
    perform pg_advisory_xact_lock(hashtextextended('case ' || coalesce(reported_clip, reported_comment, reported_member), 0));
    select id
    into concerned
    from moderation_cases
    where clip_id = reported_clip or comment_id = reported_comment
        or reported_clip is null and reported_comment is null and member_id = reported_member
    for update;
    if concerned is null then
        insert into moderation_cases (clip_id, comment_id, member_id, opened_at)
        values (
            reported_clip, reported_comment,
            case when reported_clip is null and reported_comment is null then reported_member end, dailies_now()
        )
        returning id into concerned;
    end if;
    -- What is said last counts; silence keeps what was said before.
    update reports
    set reason = report_thing.reason,
        details = case when report_thing.details = '' then details else report_thing.details end
    where case_id = concerned and reporter_key = report_thing.reporter_key and answered_at is null
    returning id into joined;
    if joined is not null then
        return 'joined';
    end if;
    insert into reports (case_id, reason, details, reporter_id, reporter_key, created_at)
    values (
        concerned, report_thing.reason, report_thing.details, reporter, report_thing.reporter_key, dailies_now()
    );
    update moderation_cases
    set state = 'open',
        opened_at = dailies_now(),
        decided_at = null,
        decided_by = null
    where id = concerned and state in ('resolved', 'dismissed');
    if reported_comment is not null then
        perform hide_reported_comment(concerned);
    end if;
    return 'received';
end
$$;

-- Decides a case: review (somebody looks at it), dismiss, warn, reject (the clip or comment) or ban (its creator or author, or
-- the member).
-- `reason` is what the person concerned reads; after a dismissal, what the reporters read. Outcomes: done, case_not_found,
-- case_closed (no report waits), clip_not_open (the clip is in the film or competes no more), comment_gone (its author has
-- deleted it), and those of ban_member.
create or replace function decide_case(actor uuid, decided bigint, action text, rule text, reason text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    concerned moderation_cases;
    person uuid;
    refusal text;
    answered int;
    new_state constant text := case action when 'review' then 'reviewing' when 'dismiss' then 'dismissed' else 'resolved' end;
begin
    perform require_admin(actor);
    -- Before the row: what approves, bans and deletes locks in this order.
    perform lock_film();
    select * into concerned from moderation_cases where id = decided for update;
    if concerned.id is null then
        return 'case_not_found';
    elsif concerned.state not in ('open', 'reviewing') then
        return 'case_closed';
    end if;
    person := coalesce(
        concerned.member_id,
        (select user_id from tournament_clips where id = concerned.clip_id),
        (select user_id from comments where id = concerned.comment_id)
    );
    if action = 'reject' then
        if concerned.comment_id is not null then
            -- Another admin may have removed it on the page of comments.
            select case outcomes.outcome
                    when 'done' then null when 'unchanged' then null when 'gone' then 'comment_gone'
                    else outcomes.outcome
                end
            into refusal
            from moderate_comments(actor, array[concerned.comment_id], 'reject', decide_case.rule, decide_case.reason)
                outcomes;
        elsif concerned.clip_id is null then
            return 'clip_not_found';
        else
            select case outcomes.outcome
                    when 'rejected' then null when 'not_open' then 'clip_not_open' else 'clip_not_found'
                end
            into refusal
            from reject_clips(actor, array[concerned.clip_id], decide_case.reason) outcomes;
        end if;
    elsif action = 'dismiss' and concerned.comment_id is not null then
        -- What reports have hidden is shown again, and stays.
        perform
        from moderate_comments(
            actor,
            array(
                select id from comments
                where id = concerned.comment_id and state in ('new', 'reported') and deleted_at is null
            ),
            'approve', null, null
        );
    elsif action = 'ban' then
        refusal := nullif(ban_member(actor, person, decide_case.reason), 'done');
    elsif action = 'warn' then
        perform write_statement(
            actor, person, concerned.clip_id, 'warn', decide_case.rule, decide_case.reason,
            about_comment => concerned.comment_id
        );
    end if;
    if refusal is not null then
        return refusal;
    end if;
    if action in ('reject', 'ban') then
        update statements_of_reasons
        set rule = decide_case.rule
        where user_id = person and statements_of_reasons.action = decide_case.action and ended_at is null
            and (clip_id = concerned.clip_id or comment_id = concerned.comment_id or decide_case.action = 'ban');
    end if;
    update reports
    set state = new_state,
        answered_at = case when action <> 'review' then dailies_now() end,
        answer = case when action = 'dismiss' then decide_case.reason end,
        reporter_key = case when action = 'review' then reporter_key end
    where case_id = decided and answered_at is null;
    get diagnostics answered = row_count;
    update moderation_cases
    set state = new_state,
        decided_at = dailies_now(),
        decided_by = actor
    where id = decided;
    perform write_audit(
        actor, 'report.' || action,
        case
            when concerned.clip_id is not null then 'clip'
            when concerned.comment_id is not null then 'comment'
            else 'member'
        end,
        coalesce(concerned.clip_id, concerned.comment_id, concerned.member_id)::text, decide_case.reason,
        jsonb_build_object('state', concerned.state),
        jsonb_build_object('state', new_state, 'reports', answered, 'rule', decide_case.rule)
    );
    return 'done';
end
$$;

-- What stays of reports when an account is deleted: those that the member made keep neither words nor key, those about
-- clips that stay keep no words, and those about anything else of the member are deleted.
create or replace function forget_reports(member uuid, kept uuid[], ended uuid[])
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    update reports
    set reporter_key = null,
        details = ''
    where reporter_id = member;
    update reports
    set details = ''
    where case_id in (select id from moderation_cases where clip_id = any (kept));
    delete from moderation_cases where clip_id = any (ended) or member_id = member;
end
$$;

revoke all on function
    report_thing(uuid, uuid, uuid, uuid, text, text, text),
    decide_case(uuid, bigint, text, text, text),
    forget_reports(uuid, uuid[], uuid[])
    from public;
grant execute on function
    report_thing(uuid, uuid, uuid, uuid, text, text, text),
    decide_case(uuid, bigint, text, text, text)
    to dailies_web;

drop function if exists own_reports(uuid);
-- The latest reports of a member, with the title or name that each is about while that is public; of a comment the name of
-- its author.
create or replace function own_reports(member uuid)
returns table (
    reason text,
    state text,
    created_at timestamptz,
    answered_at timestamptz,
    answer text,
    subject_name text,
    is_clip boolean,
    is_comment boolean
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select reports.reason, reports.state, reports.created_at, reports.answered_at, reports.answer,
        coalesce(case when clips.status in ('active', 'locked', 'eliminated') then clips.title end, people.username),
        cases.clip_id is not null, cases.comment_id is not null
    from reports
    join moderation_cases cases on cases.id = reports.case_id
    left join tournament_clips clips on clips.id = cases.clip_id
    left join comments on comments.id = cases.comment_id and comments.is_visible
    left join users people on people.id = coalesce(cases.member_id, comments.user_id)
    where reports.reporter_id = member
    order by reports.id desc
    limit 50;
$$;

revoke all on function own_reports(uuid) from public;
grant execute on function own_reports(uuid) to dailies_web;
