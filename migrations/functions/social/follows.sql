-- Members who follow members.

-- Keeps users.follower_count equal to the rows, in the transaction that changes them.
create or replace function count_followers()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    -- Two that count several members at once take turns; the locks are taken in one order.
    perform from users where id in (select followed_id from changed) order by id for no key update;
    update users
    set follower_count = users.follower_count + counted.follows * case tg_op when 'INSERT' then 1 else -1 end
    from (select followed_id, count(*)::int as follows from changed group by followed_id) counted
    where users.id = counted.followed_id;
    return null;
end
$$;

create or replace trigger follows_counted
after insert on follows
referencing new table as changed
for each statement
execute function count_followers();

create or replace trigger follows_uncounted
after delete on follows
referencing old table as changed
for each statement
execute function count_followers();

-- Whether a member has blocked another one.
create or replace function has_blocked(blocker uuid, other uuid)
returns boolean
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select exists (select from user_blocks where user_id = blocker and blocked_id = other);
$$;

-- Two of whom one blocks the other follow each other no more.
create or replace function end_follows_of_block()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    -- A follow that is being written holds the lock on the followed member, so it is either seen here or sees the block.
    perform from users where id in (new.user_id, new.blocked_id) order by id for no key update;
    delete from follows
    where (follower_id, followed_id) in ((new.user_id, new.blocked_id), (new.blocked_id, new.user_id));
    return null;
end
$$;

create or replace trigger user_blocks_end_follows
after insert on user_blocks
for each row
execute function end_follows_of_block();

-- Follows a member, or does so no more. Said again, it changes nothing. Outcomes: done, member_not_found, own_account,
-- member_banned, blocked, no_name, follow_limit.
create or replace function follow_member(
    member uuid,
    wanted uuid,
    wish boolean,
    most int,
    out outcome text,
    out followers int
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    person users;
begin
    select * into person from users where id = wanted for no key update;
    if person.id is null or person.left_at is not null then
        outcome := 'member_not_found';
        return;
    elsif wanted = member then
        outcome := 'own_account';
        return;
    end if;
    outcome := 'done';
    if not wish then
        delete from follows where follower_id = member and followed_id = wanted;
    elsif person.banned_at is not null then
        outcome := 'member_banned';
    elsif has_blocked(wanted, member) or has_blocked(member, wanted) then
        outcome := 'blocked';
    elsif (select username from users where id = member) is null then
        outcome := 'no_name';
    elsif exists (select from follows where follower_id = member and followed_id = wanted) then
        null; -- As wished.
    elsif (select count(*) from follows where follower_id = member) >= most then
        outcome := 'follow_limit';
    else
        insert into follows (follower_id, followed_id, created_at)
        values (member, wanted, dailies_now())
        on conflict do nothing;
        -- Once for each two members, however often one changes the mind. The key does not name the follower, who may leave.
        perform notify_member(
            wanted, 'follower', encode(sha256(uuid_send(member) || uuid_send(wanted)), 'hex'), '{}', member
        );
    end if;
    followers := (select follower_count from users where id = wanted);
end
$$;

-- Of some members, by name, which ones a member follows or has blocked.
create or replace function ties_with(member uuid, names text[])
returns table (username text, is_followed boolean, is_blocked boolean)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select users.username,
        exists (select from follows where follower_id = member and followed_id = users.id),
        has_blocked(member, users.id)
    from users
    where users.username = any (names);
$$;

-- Members whose follower_count differs from the rows; none on a sound site.
create or replace function follower_drift()
returns table (user_id uuid, found int, expected int)
language sql
stable
set search_path = public, pg_temp
as $$
    select users.id, users.follower_count, coalesce(counted.follows, 0)
    from users
    left join (
        select followed_id, count(*)::int as follows
        from follows
        group by followed_id
    ) counted on counted.followed_id = users.id
    where users.follower_count <> coalesce(counted.follows, 0)
    order by users.id;
$$;

-- Corrects them, and returns what they were.
create or replace function repair_followers()
returns table (user_id uuid, found int, expected int)
language plpgsql
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    lock table follows in share row exclusive mode;
    return query
    with drifted as (
        select * from follower_drift()
    ), repaired as (
        update users
        set follower_count = drifted.expected
        from drifted
        where users.id = drifted.user_id
    )
    select * from drifted order by user_id;
end
$$;

revoke all on function
    count_followers(),
    has_blocked(uuid, uuid),
    end_follows_of_block(),
    follow_member(uuid, uuid, boolean, int),
    ties_with(uuid, text[]),
    follower_drift(),
    repair_followers()
    from public;
grant execute on function
    follow_member(uuid, uuid, boolean, int),
    ties_with(uuid, text[])
    to dailies_web;
grant execute on function follower_drift(), repair_followers() to dailies_jobs;
