-- How long a name that was given up leads to its member, and is nobody else's.
create or replace function username_is_kept_since()
returns timestamptz
language sql
stable
as $$
    select dailies_now() - interval '90 days';
$$;

-- The member whom a name means: who has it, or who gave it up lately. Null when nobody.
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
            where username = name and given_up_at > username_is_kept_since()
            order by given_up_at desc
            limit 1
        )
    );
$$;

-- A member takes another name, once in 30 days. Outcomes: changed, unchanged, taken, too_soon, no_name; with the time
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
    elsif username_holder(wanted) <> member then
        return query select 'taken', null::timestamptz;
    else
        update users
        set username = wanted,
            username_changed_at = dailies_now(),
            updated_at = dailies_now()
        where id = member;
        insert into username_history (username, user_id, given_up_at)
        values (current.username, member, dailies_now());
        -- The name stands under clips on pages that everybody sees.
        perform announce_change('clips', 'renamed');
        return query select 'changed', dailies_now() + waiting_time;
    end if;
exception
    when unique_violation then
        return query select 'taken', null::timestamptz;
end
$$;

revoke all on function username_is_kept_since(), username_holder(text), change_username(uuid, text) from public;
grant execute on function username_holder(text) to dailies_web, dailies_jobs;
grant execute on function change_username(uuid, text) to dailies_web;
