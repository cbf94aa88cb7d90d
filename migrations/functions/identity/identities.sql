-- All changes of one identity happen one after the other.
create or replace function lock_identity(provider_key text, subject_key text)
returns void
language sql
set search_path = public, pg_temp
as $$
    select pg_advisory_xact_lock(hashtextextended('identity ' || provider_key || ' ' || subject_key, 0));
$$;

-- Creates the account of a person whom a provider has identified. An address counts only when it is verified.
create or replace function create_identity_member(
    provider_key text,
    subject_key text,
    address text,
    is_verified boolean
)
returns uuid
language plpgsql
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := dailies_now();
    made uuid;
begin
    insert into users (email, created_at, updated_at)
    values (case when is_verified then address end, moment, moment)
    returning id into made;
    insert into identities (provider, subject, user_id, email, email_verified, created_at)
    values (provider_key, subject_key, made, address, is_verified, moment);
    return made;
end
$$;

-- Updates an identity from what its provider says today. The account's own address follows only where it was this one.
create or replace function refresh_identity(
    provider_key text,
    subject_key text,
    address text,
    is_verified boolean
)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    known identities;
begin
    select * into known from identities where provider = provider_key and subject = subject_key for update;
    update users
    set email = address,
        updated_at = dailies_now()
    where id = known.user_id and is_verified and address is not null
        and (email is null or lower(email) = lower(known.email)) and email is distinct from address;
    update identities
    set email = address,
        email_verified = is_verified
    where provider = provider_key and subject = subject_key;
end
$$;

-- Signs in a person whom a provider has identified, as a new member if the identity is new. The owner of a verified
-- address of ADMIN_EMAILS (which the caller has compared) becomes an admin; their other sessions end. Outcomes:
-- signed_in, blocked.
create or replace function sign_in_by_identity(
    provider_key text,
    subject_key text,
    address text,
    is_verified boolean,
    is_admin_address boolean,
    session_hash bytea,
    replaced_hash bytea,
    device_key text,
    agent text,
    session_days int
)
returns table (outcome text, member uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    known identities;
    who uuid;
begin
    perform lock_identity(provider_key, subject_key);
    select * into known from identities where provider = provider_key and subject = subject_key;
    if known.blocked_at is not null then
        return query select 'blocked', null::uuid;
        return;
    end if;
    if known.user_id is null then
        who := create_identity_member(provider_key, subject_key, address, is_verified);
    else
        who := known.user_id;
        perform refresh_identity(provider_key, subject_key, address, is_verified);
    end if;
    update identities
    set last_used_at = dailies_now()
    where provider = provider_key and subject = subject_key;

    if is_admin_address and is_verified then
        update users
        set role = 'admin',
            updated_at = dailies_now()
        where id = who and role = 'member' and banned_at is null;
        if found then
            perform write_audit(
                null, 'member.grant_admin', 'member', who::text, 'ADMIN_EMAILS names a verified address',
                '{"role": "member"}', jsonb_build_object('role', 'admin', 'provider', provider_key)
            );
            perform end_other_sessions(who, null);
        end if;
    end if;
    perform begin_session(who, session_hash, replaced_hash, device_key, agent, session_days);
    return query select 'signed_in', who;
end
$$;

-- Links a further identity to a member, which the audit log records without the address. Outcomes: linked, already (it is the member's), taken (it is another member's).
create or replace function link_identity(
    linked_user uuid,
    provider_key text,
    subject_key text,
    address text,
    is_verified boolean
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    owner_id uuid;
begin
    perform lock_identity(provider_key, subject_key);
    select user_id into owner_id from identities where provider = provider_key and subject = subject_key;
    if owner_id is not null then
        return case when owner_id = linked_user then 'already' else 'taken' end;
    end if;
    insert into identities (provider, subject, user_id, email, email_verified, created_at)
    values (provider_key, subject_key, linked_user, address, is_verified, dailies_now());
    perform write_audit(
        linked_user, 'member.link_sign_in', 'member', linked_user::text,
        after => jsonb_build_object('provider', provider_key)
    );
    return 'linked';
end
$$;

create or replace function list_identities(member uuid)
returns table (
    id uuid,
    provider text,
    email text,
    email_verified boolean,
    created_at timestamptz,
    last_used_at timestamptz
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select id, provider, email, email_verified, created_at, last_used_at
    from identities
    where user_id = member
    order by created_at, id;
$$;

-- Removes an identity from a member, never the last that can sign in, which the audit log records. `kept_providers` are those that can be signed in
-- with; links by e-mail count when mail can be sent. Outcomes: removed, unknown, last.
create or replace function remove_identity(
    member uuid,
    identity uuid,
    kept_providers text[],
    mail_counts boolean
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    removed text;
begin
    -- Two removals at once must not each count on the identity that the other removes.
    perform from users where users.id = member for update;
    if not exists (select from identities where identities.id = identity and user_id = member) then
        return 'unknown';
    end if;
    if not exists (
            select from identities
            where user_id = member and identities.id <> identity and provider = any (kept_providers)
                and blocked_at is null
        )
        and not (
            mail_counts
            and exists (
                select from identities
                where user_id = member and identities.id <> identity and provider = 'email'
            )
        )
    then
        return 'last';
    end if;
    delete from identities where identities.id = identity returning provider into removed;
    perform write_audit(
        member, 'member.unlink_sign_in', 'member', member::text, before => jsonb_build_object('provider', removed)
    );
    return 'removed';
end
$$;

revoke all on function
    lock_identity(text, text),
    create_identity_member(text, text, text, boolean),
    refresh_identity(text, text, text, boolean),
    sign_in_by_identity(text, text, text, boolean, boolean, bytea, bytea, text, text, int),
    link_identity(uuid, text, text, text, boolean),
    list_identities(uuid),
    remove_identity(uuid, uuid, text[], boolean)
    from public;
grant execute on function
    sign_in_by_identity(text, text, text, boolean, boolean, bytea, bytea, text, text, int),
    link_identity(uuid, text, text, text, boolean),
    list_identities(uuid),
    remove_identity(uuid, uuid, text[], boolean)
    to dailies_web;
