-- Creates a key. Outcomes: created (with its id), too_many_keys, admin_only, unknown. The member's row is the lock
-- under which keys are counted, so that of two keys created at once only one can be the last.
create or replace function create_api_key(
    member uuid,
    key_hash bytea,
    key_name text,
    key_scopes text[],
    days int,
    out outcome text,
    out key_id uuid
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    most constant int := 20;
    holder users;
begin
    select * into holder from users where id = member for no key update;
    outcome := case
        when holder.id is null or holder.banned_at is not null then 'unknown'
        when 'admin' = any (key_scopes) and holder.role <> 'admin' then 'admin_only'
        when most <= (
            select count(*)
            from api_keys
            where user_id = member and revoked_at is null and coalesce(expires_at > dailies_now(), true)
        ) then 'too_many_keys'
        else 'created'
    end;
    if outcome <> 'created' then
        return;
    end if;
    insert into api_keys (user_id, token_hash, name, scopes, created_at, expires_at)
    values (
        member, key_hash, key_name, key_scopes, dailies_now(),
        case when days is not null then dailies_now() + make_interval(days => days) end
    )
    returning id into key_id;
end
$$;

-- The requests of a key by day since one, the latest first; of the last 30 days without one.
create or replace function key_usage(wanted uuid, since date default null)
returns jsonb
language sql
stable
set search_path = public, pg_temp
as $$
    select coalesce(
        jsonb_agg(jsonb_build_object('day', day, 'requests', requests, 'refused', refused) order by day desc), '[]'
    )
    from key_days
    where key_id = wanted and day >= coalesce(since, (dailies_now() at time zone 'utc')::date - 29);
$$;

-- The keys of a member that were not revoked, the newest first, including expired ones.
drop function if exists list_api_keys(uuid);
create or replace function list_api_keys(member uuid)
returns table (
    id uuid,
    name text,
    scopes text[],
    created_at timestamptz,
    last_used_at timestamptz,
    expires_at timestamptz,
    tier text,
    limits jsonb,
    usage jsonb
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select id, name, scopes, created_at, last_used_at, expires_at, tier, limits, key_usage(id)
    from api_keys
    where user_id = member and revoked_at is null
    order by created_at desc, id;
$$;

-- Ends a key of a member; false when the member has no such key.
create or replace function revoke_api_key(member uuid, key_id uuid)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    ended bytea;
begin
    update api_keys
    set revoked_at = dailies_now()
    where id = key_id and user_id = member and revoked_at is null
    returning token_hash into ended;
    if ended is null then
        return false;
    end if;
    perform announce_change('sessions', 'key:' || encode(ended, 'hex'));
    return true;
end
$$;

-- The member whose key this is, and its scopes; no row when it is not valid. Its use is recorded to the minute.
drop function if exists find_api_key(bytea);
create or replace function find_api_key(key_hash bytea)
returns table (
    key_id uuid,
    user_id uuid,
    username text,
    role text,
    scopes text[],
    expires_at timestamptz,
    tier text,
    limits jsonb
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    this_minute constant timestamptz := date_trunc('minute', dailies_now());
begin
    update api_keys
    set last_used_at = this_minute
    where token_hash = key_hash and revoked_at is null and coalesce(expires_at > dailies_now(), true)
        and last_used_at is distinct from this_minute;
    return query
    select keys.id, users.id, users.username, users.role, keys.scopes, keys.expires_at,
        keys.tier, keys.limits
    from api_keys keys
    join users on users.id = keys.user_id
    where keys.token_hash = key_hash and keys.revoked_at is null and users.banned_at is null
        and coalesce(keys.expires_at > dailies_now(), true);
end
$$;

-- Deletes keys that ended a month ago, a batch at a time.
create or replace function sweep_api_keys(batch int)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    swept int;
begin
    delete from api_keys
    where id in (
        select id
        from api_keys
        where least(revoked_at, expires_at) < dailies_now() - interval '30 days'
        limit batch
        for update skip locked
    );
    get diagnostics swept = row_count;
    return swept;
end
$$;

revoke all on function
    key_usage(uuid, date),
    create_api_key(uuid, bytea, text, text[], int),
    list_api_keys(uuid),
    revoke_api_key(uuid, uuid),
    find_api_key(bytea),
    sweep_api_keys(int)
    from public;
grant execute on function sweep_api_keys(int) to dailies_jobs;
grant execute on function
    create_api_key(uuid, bytea, text, text[], int),
    list_api_keys(uuid),
    revoke_api_key(uuid, uuid),
    find_api_key(bytea)
    to dailies_web;
