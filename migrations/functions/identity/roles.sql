-- Whether the actor may administer members: like require_admin(), but an admin who has just lost that right, as when
-- two demote each other, is an outcome and not an error.
create or replace function may_administer(actor uuid)
returns boolean
language plpgsql
volatile
as $$
begin
    if actor is not null then
        return exists (select from users where id = actor and role = 'admin' and banned_at is null);
    end if;
    perform require_admin(actor);
    return true;
end
$$;

-- Roles and bans change under one lock, so that two demotions at the same time cannot leave the site without an admin,
-- and a ban cannot hit a member who has just become one.
create or replace function lock_roles()
returns void
language sql
as $$
    select pg_advisory_xact_lock(hashtextextended('dailies.roles', 0));
$$;

-- Makes a member an admin or ends that. Every session of the member ends, so that the member signs in again with the
-- new role. Outcomes: done, member_not_found, own_account, last_admin, member_banned, not_admin.
create or replace function set_member_role(actor uuid, member uuid, new_role text, reason text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    current users;
begin
    perform lock_roles();
    if not may_administer(actor) then
        return 'not_admin';
    end if;
    select * into current from users where id = member for no key update;
    if current.id is null then
        return 'member_not_found';
    elsif current.role = new_role then
        return 'done';
    elsif current.banned_at is not null then
        return 'member_banned';
    elsif current.role = 'admin' and not exists (select from users where role = 'admin' and id <> member) then
        return 'last_admin';
    elsif member = actor then
        return 'own_account';
    end if;
    update users
    set role = new_role,
        updated_at = dailies_now()
    where id = member;
    delete from sessions where user_id = member;
    perform write_audit(
        actor, case new_role when 'admin' then 'member.grant_admin' else 'member.revoke_admin' end, 'member',
        member::text, reason, jsonb_build_object('role', current.role), jsonb_build_object('role', new_role)
    );
    return 'done';
end
$$;

-- Processes that cache a member learn of a change at once, whichever way it was made. A ban ends every session and
-- every API key of the member. The loss of an admin's rights ends the keys with the scope admin; otherwise they would
-- work again when the rights come back.
create or replace function announce_member()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    if new.banned_at is not null and old.banned_at is null then
        delete from sessions where user_id = new.id;
        update api_keys set revoked_at = dailies_now() where user_id = new.id and revoked_at is null;
    end if;
    if old.role = 'admin' and new.role <> 'admin' then
        update api_keys
        set revoked_at = dailies_now()
        where user_id = new.id and revoked_at is null and 'admin' = any (scopes);
    end if;
    perform announce_change('sessions', 'user:' || new.id);
    return null;
end
$$;

create or replace trigger users_announce
after update of username, role, avatar_seed, banned_at, ban_reason on users
for each row
when (
    (old.username, old.role, old.avatar_seed, old.banned_at, old.ban_reason)
        is distinct from (new.username, new.role, new.avatar_seed, new.banned_at, new.ban_reason)
)
execute function announce_member();

revoke all on function
    may_administer(uuid),
    lock_roles(),
    set_member_role(uuid, uuid, text, text),
    announce_member()
    from public;
grant execute on function set_member_role(uuid, uuid, text, text) to dailies_web, dailies_jobs;
