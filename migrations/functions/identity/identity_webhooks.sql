-- Applies a message of the identity provider once: `change` is created, updated or deleted. Outcomes: created, updated,
-- deleted, repeated (received before), unknown (no member has this identity), refused (an admin).
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
    -- delete_member() takes its own locks, in the order in which everything takes them.
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
        -- As if the member had left: clips in a film stay without a name, all else is deleted.
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

revoke all on function apply_identity_webhook(text, text, text, text, text, boolean, boolean) from public;
grant execute on function apply_identity_webhook(text, text, text, text, text, boolean, boolean) to dailies_web;
