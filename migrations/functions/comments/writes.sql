-- Writing comments, liking and deleting them, and blocking members.

-- Notifies creators of comments on their clips, and authors of replies; `written` are new comments. While a creator has not
-- read of a comment on a clip, no further one on it is told: a much discussed clip is one line, not thousands. What is not
-- listed on the site can never be read there, so push messages and mails alone wait for an hour instead.
create or replace function notify_of_comments(written uuid[])
returns void
language plpgsql
set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    note record;
begin
    for note in
        select distinct on (clips.id) comments.id, comments.user_id as author, clips.id as clip_id,
            clips.user_id as creator, clips.title
        from unnest(written) given (id)
        join comments on comments.id = given.id
        join tournament_clips clips on clips.id = comments.clip_id
        left join comments parents on parents.id = comments.parent_id
        where clips.user_id <> comments.user_id and parents.user_id is distinct from clips.user_id
            and not exists (
                select from user_blocks where user_id = clips.user_id and blocked_id = comments.user_id
            )
            and not exists (
                select
                from comment_counts counts
                join notifications
                    on notifications.user_id = clips.user_id and notifications.kind = 'comment'
                    and notifications.event_key = counts.notice_key and notifications.read_at is null
                    and (notifications.is_listed or notifications.created_at > dailies_now() - interval '1 hour')
                where counts.subject_id = clips.id
            )
        order by clips.id, comments.created_at, comments.id
    loop
        perform notify_member(
            note.creator, 'comment', 'comment:' || note.id,
            jsonb_build_object('title', note.title, 'path', '/clip/' || note.clip_id || '#comments'), note.author
        );
        update comment_counts set notice_key = 'comment:' || note.id where subject_id = note.clip_id;
    end loop;
    for note in
        select comments.id, comments.user_id as author, parents.user_id as creator,
            coalesce(clips.title, comparisons.title) as title,
            coalesce('/clip/' || clips.id, '/comparisons/' || comparisons.slug) as path
        from unnest(written) given (id)
        join comments on comments.id = given.id
        join comments parents on parents.id = comments.parent_id
        left join tournament_clips clips on clips.id = comments.clip_id
        left join comparisons on comparisons.id = comments.comparison_id
        where parents.user_id <> comments.user_id
    loop
        perform notify_member(
            note.creator, 'comment', 'reply:' || note.id,
            jsonb_build_object('title', note.title, 'path', note.path || '#comments', 'reply', true), note.author
        );
    end loop;
end
$$;

-- Writes comments, a batch at a time. Texts are stored in the normal form C. Outcomes, in the order of the items: done,
-- text_too_long, clip_not_found, comparison_not_found, comment_not_found (no such parent there), reply_depth,
-- comment_gone (the parent is deleted or hidden), blocked (the parent's author has blocked the writer).
create or replace function post_comments(
    members uuid[],
    clips uuid[],
    comparisons uuid[],
    parents uuid[],
    texts text[]
)
returns table (outcome text, id uuid, created_at timestamptz, text text, avatar_seed text)
language plpgsql
security definer
set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := dailies_now();
    judged record;
begin
    -- Those who delete or hide a parent at the same time wait, or are seen.
    perform from comments where comments.id = any (parents) order by comments.id for no key update;
    with asked as materialized (
        select place, members[place] as member, clips[place] as clip, comparisons[place] as comparison,
            parents[place] as parent, normalize(texts[place]) as words
        from generate_series(1, cardinality(members)) place
    ), ruled as materialized (
        select asked.*, gen_random_uuid() as new_id,
            case
                when char_length(asked.words) > 500 then 'text_too_long'
                when asked.clip is not null and not exists (
                    select from tournament_clips shown
                    where shown.id = asked.clip and shown.status in ('active', 'locked', 'eliminated')
                        and shown.video_key is not null
                    offset 0
                ) then 'clip_not_found'
                when asked.comparison is not null and not exists (
                    select from comparisons shown
                    where shown.id = asked.comparison and shown.is_public and shown.archived_at is null
                    offset 0
                ) then 'comparison_not_found'
                when asked.parent is not null then coalesce(
                    (
                        select case
                            when parent.parent_id is not null then 'reply_depth'
                            when not parent.is_visible then 'comment_gone'
                            when exists (
                                select from user_blocks
                                where user_id = parent.user_id and blocked_id = asked.member
                            ) then 'blocked'
                            else 'done'
                        end
                        from comments parent
                        where parent.id = asked.parent
                            and parent.subject_id = coalesce(asked.clip, asked.comparison)
                    ),
                    'comment_not_found'
                )
                else 'done'
            end as outcome
        from asked
    ), written as (
        -- Of one batch too, the later comment is the newer one.
        insert into comments (id, clip_id, comparison_id, parent_id, user_id, text, created_at)
        select new_id, clip, comparison, parent, member, words, moment + place * interval '1 microsecond'
        from ruled
        where outcome = 'done'
        order by place
    )
    select array_agg(outcome order by place) as outcomes, array_agg(new_id order by place) as ids,
        array_agg(words order by place) as texts, array_agg(new_id) filter (where outcome = 'done') as written
    into judged
    from ruled;
    if judged.written is not null then
        perform notify_of_comments(judged.written);
    end if;
    return query
    select given.outcome, given.id, moment + given.place * interval '1 microsecond', given.words, users.avatar_seed
    from unnest(judged.outcomes, judged.ids, judged.texts, members) with ordinality
        given (outcome, id, words, member, place)
    left join users on users.id = given.member
    order by given.place;
end
$$;

-- Makes a member like a comment, or like it no more. Outcomes: done, comment_not_found; with the likes it has then.
create or replace function like_comment(member uuid, wanted uuid, wish boolean)
returns table (outcome text, likes int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    -- Locked first: of two likes at once, the second one sees the first.
    perform from comments where id = wanted and is_visible for no key update;
    if not found then
        return query select 'comment_not_found', 0;
        return;
    end if;
    if wish then
        insert into comment_likes (comment_id, user_id, created_at)
        values (wanted, member, dailies_now())
        on conflict do nothing;
    else
        delete from comment_likes where comment_id = wanted and user_id = member;
    end if;
    return query select 'done', like_count from comments where id = wanted;
end
$$;

-- Deletes a comment of a member, or takes that back within ten minutes. The row keeps its thread. Outcomes: done,
-- comment_not_found, not_own_comment, restore_too_late.
create or replace function delete_comment(member uuid, wanted uuid, wish boolean)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept comments;
begin
    -- The parent first, as those who answer it lock it.
    perform
    from comments
    where id = (select parent_id from comments where id = wanted)
    for no key update;
    select * into kept from comments where id = wanted for no key update;
    if kept.id is null or kept.user_id is distinct from member and not kept.is_visible then
        return 'comment_not_found';
    elsif kept.user_id is distinct from member then
        return 'not_own_comment';
    elsif not wish and kept.deleted_at is not null
        and (kept.deleted_at < dailies_now() - interval '10 minutes' or kept.state = 'rejected' or kept.text = '')
    then
        return 'restore_too_late';
    end if;
    update comments
    set deleted_at = case when wish then coalesce(deleted_at, dailies_now()) end
    where id = wanted;
    return 'done';
end
$$;

-- Erases what members deleted more than 30 days ago, 1,000 at a time. The rows keep their threads. A comment with an open
-- report waits for its decision.
create or replace function sweep_comments()
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    swept int;
begin
    with old as (
        select comments.id
        from comments
        where deleted_at < dailies_now() - interval '30 days' and text <> ''
            and not exists (
                select from moderation_cases cases
                where cases.comment_id = comments.id
                    and (cases.state in ('open', 'reviewing') or cases.appealed_at is not null)
            )
        order by deleted_at
        limit 1000
        for update skip locked
    )
    update comments
    set text = ''
    from old
    where comments.id = old.id;
    get diagnostics swept = row_count;
    return swept;
end
$$;

-- Blocks a member for another one, or unblocks. Outcomes: done, own_account, member_not_found, too_many_blocks.
create or replace function block_member(member uuid, other uuid, wish boolean)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    if member = other then
        return 'own_account';
    elsif not wish then
        delete from user_blocks where user_id = member and blocked_id = other;
        return 'done';
    elsif not exists (select from users where id = other and username is not null and left_at is null) then
        return 'member_not_found';
    elsif (select count(*) from user_blocks where user_id = member) >= 1000 then
        return 'too_many_blocks';
    end if;
    insert into user_blocks (user_id, blocked_id, created_at)
    values (member, other, dailies_now())
    on conflict do nothing;
    return 'done';
end
$$;

revoke all on function
    notify_of_comments(uuid[]),
    post_comments(uuid[], uuid[], uuid[], uuid[], text[]),
    like_comment(uuid, uuid, boolean),
    delete_comment(uuid, uuid, boolean),
    sweep_comments(),
    block_member(uuid, uuid, boolean)
    from public;
grant execute on function
    post_comments(uuid[], uuid[], uuid[], uuid[], text[]),
    like_comment(uuid, uuid, boolean),
    delete_comment(uuid, uuid, boolean),
    block_member(uuid, uuid, boolean)
    to dailies_web, dailies_jobs;
grant execute on function sweep_comments() to dailies_jobs;
