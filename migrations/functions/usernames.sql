-- Gives a member another name. The old one leads to the new one for 90 days and is nobody else's meanwhile. A member
-- may do it once in 30 days; an admin may do it for anybody at any time, and that is written down. Outcomes: renamed,
-- same, taken, too_soon (with the time from which it may be done), unknown.
create or replace function rename_member(
    actor uuid,
    member uuid,
    new_username text,
    out outcome text,
    out allowed_at timestamptz
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := dailies_now();
    old_username text;
begin
    if actor is distinct from member then
        perform require_admin(actor);
    end if;
    select username into old_username from users where id = member for no key update;
    if old_username is null then
        outcome := 'unknown';
        return;
    end if;
    if old_username = new_username then
        outcome := 'same';
        return;
    end if;
    if actor = member then
        select max(changed_at) + interval '30 days'
        into allowed_at
        from username_history
        where user_id = member and changed_at > moment - interval '30 days';
        if allowed_at > moment then
            outcome := 'too_soon';
            return;
        end if;
        allowed_at := null;
    end if;
    if exists (
        select from username_history
        where username = new_username and user_id <> member and changed_at > moment - interval '90 days'
    ) then
        outcome := 'taken';
        return;
    end if;
    update users
    set username = new_username,
        updated_at = moment
    where id = member;
    insert into username_history (user_id, username, changed_at)
    values (member, old_username, moment);
    if actor is distinct from member then
        perform write_audit(
            actor, 'user.rename', 'user', member::text, null, jsonb_build_object('username', old_username),
            jsonb_build_object('username', new_username)
        );
    end if;
    -- The name stands under clips on pages that everybody sees.
    perform announce_change('clips', 'renamed');
    outcome := 'renamed';
exception
    when unique_violation then
        outcome := 'taken';
end
$$;

-- The name that a member has now who had this one within the last 90 days; null when nobody had.
create or replace function username_after(old_username text)
returns text
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select users.username
    from username_history history
    join users on users.id = history.user_id
    where history.username = old_username and history.changed_at > dailies_now() - interval '90 days'
    order by history.changed_at desc
    limit 1;
$$;

revoke all on function rename_member(uuid, uuid, text), username_after(text) from public;
grant execute on function rename_member(uuid, uuid, text), username_after(text) to dailies_web, dailies_jobs;
