-- A name that was given up after this time still leads to its member, and no other member can have it.
create or replace function usernames_reserved_since()
returns timestamptz
language sql
stable
as $$
    select dailies_now() - interval '90 days';
$$;

-- The member whom a name means: its holder, or the member who gave it up lately. Null when there is none.
create or replace function username_holder(name text)
returns uuid
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select coalesce(
        (select id from users where username = name),
        (
            select user_id
            from username_history
            where username = name and given_up_at > usernames_reserved_since()
            order by given_up_at desc
            limit 1
        )
    );
$$;

-- Reserves a name for its former member, whichever way another would get it, and records names that are given up. Two
-- who change the same names take turns; the locks are taken in one order.
create or replace function reserve_usernames()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    given_up constant text := case when tg_op = 'UPDATE' then old.username end;
begin
    perform pg_advisory_xact_lock(hashtextextended('dailies.username.' || name, 0))
    from unnest(array[given_up, new.username]) name
    where name is not null
    order by name;
    if exists (
        select from username_history
        where username = new.username and user_id <> new.id and given_up_at > usernames_reserved_since()
    ) then
        raise exception 'this name leads to another member' using
            errcode = 'unique_violation',
            constraint = 'users_username_key',
            table = 'users';
    end if;
    if given_up is not null then
        insert into username_history (username, user_id, given_up_at)
        values (given_up, new.id, dailies_now());
        -- Public pages show the name with the clips.
        perform announce_change('clips', 'renamed');
    end if;
    return new;
end
$$;

create or replace trigger users_reserve_usernames_on_insert
before insert on users
for each row
when (new.username is not null)
execute function reserve_usernames();

create or replace trigger users_reserve_usernames_on_update
before update of username on users
for each row
when (new.username is distinct from old.username)
execute function reserve_usernames();

-- Gives a member the first username. Outcomes: chosen, taken, has_one, unknown.
create or replace function choose_username(member uuid, wanted text, age_confirmed boolean)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    update users
    set username = wanted,
        age_confirmed_at = case when age_confirmed then dailies_now() else age_confirmed_at end,
        updated_at = dailies_now()
    where id = member and username is null;
    if found then
        return 'chosen';
    end if;
    return case when exists (select from users where id = member) then 'has_one' else 'unknown' end;
exception
    when unique_violation then
        return 'taken';
end
$$;

-- A member changes the username, once in 30 days. Outcomes: changed, unchanged, taken, too_soon, no_name; with the time
-- from which the next change is possible.
create or replace function change_username(member uuid, wanted text)
returns table (outcome text, next_change_at timestamptz)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    waiting_time constant interval := interval '30 days';
    current users;
begin
    select * into current from users where id = member for no key update;
    if current.username is null then
        return query select 'no_name', null::timestamptz;
    elsif current.username = wanted then
        return query select 'unchanged', current.username_changed_at + waiting_time;
    elsif current.username_changed_at + waiting_time > dailies_now() then
        return query select 'too_soon', current.username_changed_at + waiting_time;
    else
        update users
        set username = wanted,
            username_changed_at = dailies_now(),
            updated_at = dailies_now()
        where id = member;
        return query select 'changed', dailies_now() + waiting_time;
    end if;
exception
    when unique_violation then
        return query select 'taken', null::timestamptz;
end
$$;

-- An admin changes the username of a member. Outcomes: done, member_not_found, taken, not_admin.
create or replace function rename_member(actor uuid, member uuid, wanted text, reason text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    name_before text;
begin
    if not may_administer(actor) then
        return 'not_admin';
    end if;
    select username into name_before from users where id = member for no key update;
    if not found then
        return 'member_not_found';
    end if;
    if name_before is distinct from wanted then
        update users
        set username = wanted,
            updated_at = dailies_now()
        where id = member;
        perform write_audit(
            actor, 'member.rename', 'member', member::text, reason,
            jsonb_build_object('username', name_before), jsonb_build_object('username', wanted)
        );
    end if;
    return 'done';
exception
    when unique_violation then
        return 'taken';
end
$$;

revoke all on function
    usernames_reserved_since(),
    username_holder(text),
    reserve_usernames(),
    choose_username(uuid, text, boolean),
    change_username(uuid, text),
    rename_member(uuid, uuid, text, text)
    from public;
grant execute on function choose_username(uuid, text, boolean), change_username(uuid, text) to dailies_web;
grant execute on function username_holder(text), rename_member(uuid, uuid, text, text) to dailies_web, dailies_jobs;
