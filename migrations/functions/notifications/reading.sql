-- What a member is notified of, the latest first: the member's own rows and those for everybody since the member joined,
-- but for the kinds that the member does not want on the site. `before` is the id at which the page before ended.
create or replace function list_notifications(member uuid, before bigint, row_limit int, only_unread boolean)
returns table (
    id bigint,
    kind text,
    facts jsonb,
    created_at timestamptz,
    is_read boolean,
    is_for_everybody boolean,
    actor_name text,
    actor_avatar text
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    with shown as (
        (
            select own.id, own.kind, own.facts, own.created_at, own.read_at is not null as is_read,
                false as is_for_everybody, own.actor_user_id
            from notifications own
            where own.user_id = member and own.is_listed and (before is null or own.id < before)
                and (not only_unread or own.read_at is null)
            order by own.id desc
            limit row_limit
        )
        union all
        (
            select news.id, news.kind, news.facts, news.created_at, news.is_read, true, null::uuid
            from news_for_everybody(member) news
            where (before is null or news.id < before) and (not only_unread or not news.is_read)
            order by news.id desc
            limit row_limit
        )
    )
    select shown.id, shown.kind, shown.facts, shown.created_at, shown.is_read, shown.is_for_everybody,
        actors.username, actors.avatar_seed
    from shown
    left join users actors on actors.id = shown.actor_user_id and actors.left_at is null
    order by shown.id desc
    limit row_limit;
$$;

-- The rows for everybody as a member sees them.
create or replace function news_for_everybody(member uuid)
returns table (id bigint, kind text, facts jsonb, created_at timestamptz, is_read boolean)
language sql
stable
set search_path = public, pg_temp
as $$
    select news.id, news.kind, news.facts, news.created_at,
        news.id <= coalesce(marks.read_until, 0) or coalesce(news.id = any (marks.read_ids), false)
    from users
    join notifications news on news.user_id is null and news.created_at >= users.created_at
    left join notification_marks marks on marks.user_id = users.id
    where users.id = member
        and not exists (
            select
            from notification_choices choices
            where choices.user_id = member and choices.kind = news.kind and not choices.in_app
        );
$$;

-- How many notifications a member has not read; 100 means that many or more.
create or replace function count_unread(member uuid)
returns int
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select least(100, own.count + news.count)::int
    from (
        select count(*)
        from (
            select
            from notifications
            where user_id = member and read_at is null and is_listed
            limit 100
        ) listed
    ) own
    cross join (
        select count(*)
        from news_for_everybody(member) unread
        where not unread.is_read
    ) news;
$$;

-- Marks notifications of a member as read: those of `ids`, and all up to `until`. What is not listed was not read, and is
-- still mailed. Returns how many are still unread.
create or replace function mark_notifications(member uuid, ids bigint[], until bigint)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    changed int;
    news_until constant bigint := coalesce(
        (select max(id) from notifications where user_id is null and id <= until), 0
    );
    news_ids constant bigint[] := array(
        select id from notifications where user_id is null and id = any (ids) order by id
    );
    is_new boolean := false;
begin
    update notifications
    set read_at = dailies_now()
    where user_id = member and read_at is null and is_listed and (id = any (ids) or id <= until);
    get diagnostics changed = row_count;
    if news_until > 0 or cardinality(news_ids) > 0 then
        insert into notification_marks as kept (user_id, read_until, read_ids)
        values (member, news_until, news_ids)
        on conflict (user_id) do update
        set read_until = greatest(kept.read_until, excluded.read_until),
            read_ids = array(
                select distinct known
                from unnest(kept.read_ids || excluded.read_ids) known
                where known > greatest(kept.read_until, excluded.read_until)
                order by known
            )
        where excluded.read_until > kept.read_until or not excluded.read_ids <@ kept.read_ids;
        is_new := found;
    end if;
    if changed > 0 or is_new then
        perform announce_unread(member);
    end if;
    return count_unread(member);
end
$$;

-- How a member wants to learn of each kind that the member has decided on.
create or replace function find_notification_choices(member uuid)
returns table (kind text, in_app boolean, push boolean, email boolean)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select choices.kind, choices.in_app, choices.push, choices.email
    from notification_choices choices
    where choices.user_id = member;
$$;

-- Saves by which ways a member wants to learn of `kinds`: each array names those that are on; null leaves a way as it is.
create or replace function save_notification_choices(
    member uuid,
    kinds text[],
    in_app text[],
    push text[],
    email text[]
)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into notification_choices as kept (user_id, kind, in_app, push, email)
    select member, named.kind, coalesce(named.kind = any (save_notification_choices.in_app), true),
        coalesce(named.kind = any (save_notification_choices.push), false),
        coalesce(named.kind = any (save_notification_choices.email), false)
    from unnest(kinds) named (kind)
    order by named.kind
    on conflict (user_id, kind) do update
    set in_app = case when save_notification_choices.in_app is null then kept.in_app else excluded.in_app end,
        push = case when save_notification_choices.push is null then kept.push else excluded.push end,
        email = case when save_notification_choices.email is null then kept.email else excluded.email end;
    -- News for everybody of a kind that is not wanted counts no more.
    if save_notification_choices.in_app is not null then
        perform announce_unread(member);
    end if;
end
$$;

revoke all on function
    list_notifications(uuid, bigint, int, boolean),
    news_for_everybody(uuid),
    count_unread(uuid),
    mark_notifications(uuid, bigint[], bigint),
    find_notification_choices(uuid),
    save_notification_choices(uuid, text[], text[], text[], text[])
from public;
grant execute on function
    list_notifications(uuid, bigint, int, boolean),
    count_unread(uuid),
    mark_notifications(uuid, bigint[], bigint),
    find_notification_choices(uuid),
    save_notification_choices(uuid, text[], text[], text[], text[])
to dailies_web, dailies_jobs;
