-- What keeps the counts of comments, replies and likes true, in the transaction of each change. A statement's changes are
-- added up first, so that a batch of comments on one clip changes its count once.
drop trigger if exists comments_written on comments;
drop trigger if exists comments_changed on comments;
drop trigger if exists comments_gone on comments;
drop trigger if exists comment_likes_given on comment_likes;
drop trigger if exists comment_likes_taken_back on comment_likes;

-- Adds changes to the counts of clips and comparisons, and to the replies of comments. What is gone has no count.
create or replace function add_comment_counts(
    clips uuid[],
    comparisons uuid[],
    subject_changes int[],
    parents uuid[],
    parent_changes int[]
)
returns void
language plpgsql
set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
    update comments
    set reply_count = comments.reply_count + given.change
    from unnest(parents, parent_changes) given (parent_id, change)
    where comments.id = given.parent_id and given.change <> 0;
    insert into comment_counts as counts (clip_id, comparison_id, visible)
    select given.clip_id, given.comparison_id, given.change
    from unnest(clips, comparisons, subject_changes) given (clip_id, comparison_id, change)
    where given.change > 0
    order by coalesce(given.clip_id, given.comparison_id)
    on conflict (subject_id) do update
    set visible = counts.visible + excluded.visible;
    update comment_counts
    set visible = visible + given.change
    from unnest(clips, comparisons, subject_changes) given (clip_id, comparison_id, change)
    where comment_counts.subject_id = coalesce(given.clip_id, given.comparison_id) and given.change < 0;
end
$$;

create or replace function count_comments()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    sign constant int := case tg_op when 'DELETE' then -1 else 1 end;
    changed record;
begin
    select array_agg(clip_id) filter (where parent_id is null) as clips,
        array_agg(comparison_id) filter (where parent_id is null) as comparisons,
        array_agg(change) filter (where parent_id is null) as subject_changes,
        array_agg(parent_id) filter (where parent_id is not null) as parents,
        array_agg(change) filter (where parent_id is not null) as parent_changes
    into changed
    from (
        select clip_id, comparison_id, null::uuid as parent_id, sign * count(*)::int as change
        from comments_here
        where is_visible
        group by clip_id, comparison_id
        union all
        select null, null, parent_id, sign * count(*)::int
        from comments_here
        where is_visible and parent_id is not null
        group by parent_id
    ) counted;
    if changed.clips is not null or changed.parents is not null then
        perform add_comment_counts(
            changed.clips, changed.comparisons, changed.subject_changes, changed.parents, changed.parent_changes
        );
    end if;
    return null;
end
$$;

create or replace function count_changed_comments()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    changed record;
begin
    select array_agg(clip_id) filter (where parent_id is null) as clips,
        array_agg(comparison_id) filter (where parent_id is null) as comparisons,
        array_agg(change) filter (where parent_id is null) as subject_changes,
        array_agg(parent_id) filter (where parent_id is not null) as parents,
        array_agg(change) filter (where parent_id is not null) as parent_changes
    into changed
    -- Added up and not joined: nothing is known of how many rows a statement has changed.
    from (
        select clip_id, comparison_id, null::uuid as parent_id, sum(sign)::int as change
        from (
            select clip_id, comparison_id, -1 as sign from comments_before where is_visible
            union all
            select clip_id, comparison_id, 1 from comments_after where is_visible
        ) here
        group by clip_id, comparison_id
        having sum(sign) <> 0
        union all
        select null, null, parent_id, sum(sign)::int
        from (
            select parent_id, -1 as sign from comments_before where is_visible and parent_id is not null
            union all
            select parent_id, 1 from comments_after where is_visible and parent_id is not null
        ) here
        group by parent_id
        having sum(sign) <> 0
    ) counted;
    if changed.clips is not null or changed.parents is not null then
        perform add_comment_counts(
            changed.clips, changed.comparisons, changed.subject_changes, changed.parents, changed.parent_changes
        );
    end if;
    return null;
end
$$;

create trigger comments_written
after insert on comments
referencing new table as comments_here
for each statement
execute function count_comments();
create trigger comments_changed
after update on comments
referencing old table as comments_before new table as comments_after
for each statement
execute function count_changed_comments();
create trigger comments_gone
after delete on comments
referencing old table as comments_here
for each statement
execute function count_comments();

create or replace function count_comment_likes()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    sign constant int := case tg_op when 'INSERT' then 1 else -1 end;
begin
    update comments
    set like_count = like_count + counted.change
    from (select comment_id, sign * count(*)::int as change from likes_changed group by comment_id) counted
    where comments.id = counted.comment_id;
    return null;
end
$$;
create trigger comment_likes_given
after insert on comment_likes
referencing new table as likes_changed
for each statement
execute function count_comment_likes();
create trigger comment_likes_taken_back
after delete on comment_likes
referencing old table as likes_changed
for each statement
execute function count_comment_likes();

-- How many comments everyone sees of each of these clips, replies among them; no row for a clip without comments.
create or replace function get_comment_counts(clip_ids uuid[])
returns table (clip_id uuid, comment_count int)
language sql
stable
set search_path = public, pg_temp
as $$
    select counts.clip_id, counts.visible
    from comment_counts counts
    where counts.subject_id = any (clip_ids) and counts.clip_id is not null;
$$;

-- Counts that differ from the rows; none on a sound site.
create or replace function comment_drift()
returns table (fault text, subject_id uuid, found int, expected int)
language sql
stable
set search_path = public, pg_temp
as $$
    select 'comments', coalesce(counts.subject_id, rows.subject_id), coalesce(counts.visible, 0), coalesce(rows.visible, 0)
    from comment_counts counts
    full join (
        select comments.subject_id, count(*)::int as visible
        from comments
        where is_visible
        group by comments.subject_id
    ) rows on rows.subject_id = counts.subject_id
    where coalesce(counts.visible, 0) <> coalesce(rows.visible, 0)
    union all
    select 'replies', parents.id, parents.reply_count, coalesce(rows.visible, 0)
    from comments parents
    left join (
        select parent_id, count(*)::int as visible
        from comments
        where is_visible and parent_id is not null
        group by parent_id
    ) rows on rows.parent_id = parents.id
    where parents.reply_count <> coalesce(rows.visible, 0)
    union all
    select 'likes', comments.id, comments.like_count, coalesce(rows.likes, 0)
    from comments
    left join (
        select comment_id, count(*)::int as likes
        from comment_likes
        group by comment_id
    ) rows on rows.comment_id = comments.id
    where comments.like_count <> coalesce(rows.likes, 0);
$$;

-- Makes every count what the rows say, and returns how they differed.
create or replace function repair_comments()
returns table (fault text, subject_id uuid, found int, expected int)
language plpgsql
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    drift record;
begin
    lock table comments, comment_likes in share row exclusive mode;
    for drift in select * from comment_drift() loop
        case drift.fault
            when 'comments' then
                insert into comment_counts as counts (clip_id, comparison_id, visible)
                select clip_id, comparison_id, drift.expected
                from (
                    select clip_id, comparison_id from comments where comments.subject_id = drift.subject_id limit 1
                ) place
                on conflict (subject_id) do update
                set visible = excluded.visible;
                if not found then
                    delete from comment_counts where comment_counts.subject_id = drift.subject_id;
                end if;
            when 'replies' then
                update comments set reply_count = drift.expected where id = drift.subject_id;
            else
                update comments set like_count = drift.expected where id = drift.subject_id;
        end case;
        return query select drift.fault, drift.subject_id, drift.found, drift.expected;
    end loop;
end
$$;

revoke all on function
    add_comment_counts(uuid[], uuid[], int[], uuid[], int[]),
    count_comments(),
    count_changed_comments(),
    count_comment_likes(),
    get_comment_counts(uuid[]),
    comment_drift(),
    repair_comments()
    from public;
grant execute on function get_comment_counts(uuid[]) to dailies_web, dailies_jobs;
grant execute on function comment_drift(), repair_comments() to dailies_jobs;
