-- Remembers that a browser has gone to a provider; the flow ends after ten minutes.
create or replace function begin_sign_in_flow(
    state bytea,
    browser bytea,
    provider_key text,
    code_verifier text,
    token_nonce text,
    path text,
    linked_user uuid
)
returns void
language sql
security definer
set search_path = public, pg_temp
as $$
    insert into sign_in_flows (
        state_hash, browser_hash, provider, verifier, nonce, return_path, link_user_id, created_at, expires_at
    )
    values (
        state, browser, provider_key, code_verifier, token_nonce, path, linked_user, dailies_now(),
        dailies_now() + interval '10 minutes'
    );
$$;

-- Uses a flow up. Of two who come with the same state one gets it. Another browser or provider does not use it up, so
-- that whoever has seen an address can spoil nothing.
create or replace function take_sign_in_flow(state bytea, browser bytea, provider_key text)
returns table (verifier text, nonce text, return_path text, link_user_id uuid)
language sql
security definer
set search_path = public, pg_temp
as $$
    delete from sign_in_flows
    where state_hash = state and browser_hash = browser and provider = provider_key and expires_at > dailies_now()
    returning verifier, nonce, return_path, link_user_id;
$$;

-- Everything about one identity happens in one order.
create or replace function lock_identity(provider_key text, subject_key text)
returns void
language sql
set search_path = public, pg_temp
as $$
    select pg_advisory_xact_lock(hashtextextended('identity ' || provider_key || ' ' || subject_key, 0));
$$;

-- Makes the account of somebody whom a provider vouches for. An address counts only when it is verified.
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

-- Takes over what a provider says of an identity today. The account's own address follows only where it was this one.
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

-- Signs in whom a provider vouches for, as a new member if nobody has this identity yet. Whoever owns a verified address
-- of ADMIN_EMAILS (which the caller has compared) becomes an admin; their other sessions end with it.
-- Outcomes: signed_in, blocked.
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

-- Gives a member a further way in. Outcomes: linked, already (it is the member's), taken (it is somebody else's).
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

-- Takes a way in from a member, never the last one. `kept_providers` are those that can be signed in with; links by
-- e-mail count when they can be sent. Outcomes: removed, unknown, last.
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
begin
    -- Two removals at once must not each take the other for the way that stays.
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
    delete from identities where identities.id = identity;
    return 'removed';
end
$$;

-- Acts once on a message of the identity provider: `change` is created, updated or deleted.
-- Outcomes: created, updated, deleted, repeated (seen before), unknown (nobody has this identity), refused (an admin).
create or replace function apply_identity_webhook(
    message_id text,
    change text,
    provider_key text,
    subject_key text,
    address text,
    is_verified boolean,
    is_blocked boolean
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := dailies_now();
    subject_hash constant bytea := sha256(convert_to(provider_key || ' ' || subject_key, 'utf8'));
    who users;
begin
    insert into identity_webhooks (id, received_at)
    values (message_id, moment)
    on conflict (id) do nothing;
    if not found then
        return 'repeated';
    end if;
    perform lock_identity(provider_key, subject_key);
    select users.*
    into who
    from identities
    join users on users.id = identities.user_id
    where identities.provider = provider_key and identities.subject = subject_key;
    -- A departure takes its own locks, in the order in which everything takes them.
    if change <> 'deleted' then
        select * into who from users where users.id = who.id for update;
    end if;
    if who.role = 'admin' then
        return 'refused';
    end if;

    if change = 'deleted' then
        insert into removed_identities (identity_hash, removed_at)
        values (subject_hash, moment)
        on conflict (identity_hash) do nothing;
        if who.id is null then
            return 'unknown';
        end if;
        -- As if the member had left: what is part of a film stays without a name, all else goes.
        perform delete_member(who.id, false);
        return 'deleted';
    end if;

    if who.id is null then
        if change <> 'created' or exists (select from removed_identities where identity_hash = subject_hash) then
            return 'unknown';
        end if;
        who.id := create_identity_member(provider_key, subject_key, address, is_verified);
    else
        change := 'updated';
        perform refresh_identity(provider_key, subject_key, address, is_verified);
    end if;
    update identities
    set blocked_at = case when is_blocked then coalesce(blocked_at, moment) end
    where provider = provider_key and subject = subject_key;
    if is_blocked then
        perform end_other_sessions(who.id, null);
    end if;
    return change;
end
$$;

-- Flows and messages whose time is over, a batch at a time.
create or replace function sweep_sign_in_flows(batch int)
returns int
language plpgsql
set search_path = public, pg_temp
as $$
declare
    swept int;
    swept_messages int;
begin
    delete from sign_in_flows
    where state_hash in (
        select state_hash
        from sign_in_flows
        where expires_at < dailies_now()
        limit batch
        for update skip locked
    );
    get diagnostics swept = row_count;
    -- Older messages are refused by their time stamp.
    delete from identity_webhooks
    where id in (
        select id
        from identity_webhooks
        where received_at < dailies_now() - interval '1 day'
        limit batch
        for update skip locked
    );
    get diagnostics swept_messages = row_count;
    return swept + swept_messages;
end
$$;

revoke all on function lock_identity(text, text), sweep_sign_in_flows(int) from public;
revoke all on function create_identity_member(text, text, text, boolean) from public;
revoke all on function refresh_identity(text, text, text, boolean) from public;
revoke all on function begin_sign_in_flow(bytea, bytea, text, text, text, text, uuid) from public;
revoke all on function take_sign_in_flow(bytea, bytea, text) from public;
revoke all on function sign_in_by_identity(
    text, text, text, boolean, boolean, bytea, bytea, text, text, int
) from public;
revoke all on function link_identity(uuid, text, text, text, boolean), list_identities(uuid) from public;
revoke all on function remove_identity(uuid, uuid, text[], boolean) from public;
revoke all on function apply_identity_webhook(text, text, text, text, text, boolean, boolean) from public;
grant execute on function begin_sign_in_flow(bytea, bytea, text, text, text, text, uuid) to dailies_web;
grant execute on function take_sign_in_flow(bytea, bytea, text) to dailies_web;
grant execute on function sign_in_by_identity(
    text, text, text, boolean, boolean, bytea, bytea, text, text, int
) to dailies_web;
grant execute on function link_identity(uuid, text, text, text, boolean), list_identities(uuid) to dailies_web;
grant execute on function remove_identity(uuid, uuid, text[], boolean) to dailies_web;
grant execute on function apply_identity_webhook(text, text, text, text, text, boolean, boolean) to dailies_web;
