-- A page of comments as a reader sees it: first a row without a place that holds the count, without what the reader does
-- not see because of a block, then the threads, then their replies, `most_replies` of each from the oldest. No row when the clip or comparison is not public. A thread whose
-- first comment is gone keeps its place, without author and text. `threads` are those after the values at which the page
-- before ended; with a `thread` the rows are the replies of that one, after the same values.
create or replace function list_comments(
    reader uuid,
    clip uuid,
    comparison uuid,
    thread uuid,
    by_likes boolean,
    after_likes bigint,
    after_moment timestamptz,
    after_id uuid,
    most int,
    most_replies int
)
returns table (
    place int,
    id uuid,
    parent_id uuid,
    author uuid,
    username text,
    avatar_seed text,
    text text,
    likes int,
    replies int,
    created_at timestamptz,
    is_visible boolean,
    is_liked boolean,
    total int
)
language plpgsql
stable
security definer
set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    subject constant uuid := coalesce(clip, comparison);
    -- Few members block anyone, and none more than a thousand.
    blocked constant uuid[] := array(select blocked_id from user_blocks where user_id = reader);
    found_threads uuid[];
begin
    if not (
        clip is not null and exists (
            select from tournament_clips
            where tournament_clips.id = clip and status in ('active', 'locked', 'eliminated') and video_key is not null
        )
        or comparison is not null and exists (
            select from comparisons where comparisons.id = comparison and is_public and archived_at is null
        )
    ) then
        return;
    end if;
    return query
    select 0, null::uuid, null::uuid, null::uuid, null::text, null::text, null::text, 0, 0, null::timestamptz, false,
        false,
        coalesce((select visible from comment_counts where subject_id = subject), 0)
            - case when cardinality(blocked) > 0 then count_blocked_comments(subject, blocked) else 0 end;
    if thread is not null then
        found_threads := array(
            select comments.id
            from comments
            where comments.parent_id = thread and comments.subject_id = subject and comments.is_visible
                and (comments.created_at, comments.id)
                    > (coalesce(after_moment, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
                and not coalesce(comments.user_id = any (blocked), false)
            order by comments.created_at, comments.id
            limit most
        );
    elsif by_likes then
        found_threads := array(
            select comments.id
            from comments
            where comments.subject_id = subject and comments.is_listed
                and (comments.like_count, comments.created_at, comments.id) < (
                    coalesce(after_likes, 2147483647)::int, coalesce(after_moment, 'infinity'),
                    coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                )
                and not coalesce(comments.user_id = any (blocked), false)
            order by comments.like_count desc, comments.created_at desc, comments.id desc
            limit most
        );
    else
        found_threads := array(
            select comments.id
            from comments
            where comments.subject_id = subject and comments.is_listed
                and (comments.created_at, comments.id) < (
                    coalesce(after_moment, 'infinity'), coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                )
                and not coalesce(comments.user_id = any (blocked), false)
            order by comments.created_at desc, comments.id desc
            limit most
        );
    end if;
    -- An offset keeps a look-up from being planned as a hash of all that the reader likes.
    return query
    with threads as materialized (
        select given.place::int, comments.id, comments.parent_id, comments.user_id, comments.text, comments.like_count,
            comments.reply_count, comments.created_at, comments.is_visible
        from unnest(found_threads) with ordinality given (id, place)
        join comments on comments.id = given.id
    )
    select shown.place, shown.id, shown.parent_id, shown.user_id, users.username, users.avatar_seed,
        case when shown.is_visible then shown.text else '' end, shown.like_count,
        shown.reply_count - case
            when cardinality(blocked) > 0 and shown.reply_count > 0 then (
                select count(*)::int
                from comments
                where comments.parent_id = shown.id and comments.is_visible and comments.user_id = any (blocked)
            )
            else 0
        end,
        shown.created_at,
        shown.is_visible,
        reader is not null and exists (
            select from comment_likes where comment_id = shown.id and user_id = reader offset 0
        ),
        0
    from (
        select * from threads
        union all
        select threads.place, answers.*
        from threads
        cross join lateral (
            select comments.id, comments.parent_id, comments.user_id, comments.text, comments.like_count,
                comments.reply_count, comments.created_at, comments.is_visible
            from comments
            where comments.parent_id = threads.id and comments.is_visible
                and not coalesce(comments.user_id = any (blocked), false)
            order by comments.created_at, comments.id
            limit most_replies
        ) answers
        where threads.reply_count > 0
    ) shown
    left join users on users.id = shown.user_id and shown.is_visible
    order by thread is null and shown.parent_id is not null, shown.place, shown.created_at, shown.id;
end
$$;

-- How many of the comments that everyone sees are not shown to a member who has blocked some: those of the blocked, and
-- the replies to them.
create or replace function count_blocked_comments(subject uuid, blocked uuid[])
returns int
language sql
stable
set search_path = public, pg_temp
as $$
    select count(distinct hidden.id)::int
    from (
        select comments.id
        from comments
        where comments.user_id = any (blocked) and comments.subject_id = subject and comments.is_visible
        union all
        select replies.id
        from comments threads
        join comments replies on replies.parent_id = threads.id and replies.is_visible
        where threads.user_id = any (blocked) and threads.subject_id = subject and threads.reply_count > 0
    ) hidden;
$$;

-- The members whom a member has blocked, the latest first.
create or replace function blocked_members(member uuid)
returns table (id uuid, username text, avatar_seed text, blocked_at timestamptz)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select users.id, users.username, users.avatar_seed, user_blocks.created_at
    from user_blocks
    join users on users.id = user_blocks.blocked_id
    where user_blocks.user_id = member
    order by user_blocks.created_at desc, users.id;
$$;

revoke all on function
    list_comments(uuid, uuid, uuid, uuid, boolean, bigint, timestamptz, uuid, int, int),
    count_blocked_comments(uuid, uuid[]),
    blocked_members(uuid)
    from public;
grant execute on function
    list_comments(uuid, uuid, uuid, uuid, boolean, bigint, timestamptz, uuid, int, int),
    blocked_members(uuid)
    to dailies_web, dailies_jobs;
