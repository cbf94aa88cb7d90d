-- Puts a key that has not been revoked into another tier, in every process at once. `own_limits` holds requests a minute by
-- class, for the tier `own` only. False when there is no such key.
create or replace function set_key_tier(actor uuid, changed uuid, new_tier text, own_limits jsonb)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    old api_keys;
begin
    perform require_admin(actor);
    select * into old from api_keys where id = changed and revoked_at is null for update;
    if old.id is null then
        return false;
    end if;
    if (old.tier, old.limits) is not distinct from (new_tier, own_limits) then
        return true;
    end if;
    update api_keys
    set tier = new_tier,
        limits = own_limits
    where id = changed;
    perform announce_change('sessions', 'key:' || encode(old.token_hash, 'hex'));
    -- Under the member, whose log it is; the key's name is the member's own.
    perform write_audit(
        actor, 'member.change_key', 'member', old.user_id::text, null,
        jsonb_strip_nulls(jsonb_build_object('key', changed, 'tier', old.tier, 'limits', old.limits)),
        jsonb_strip_nulls(jsonb_build_object('key', changed, 'tier', new_tier, 'limits', own_limits))
    );
    return true;
end
$$;

-- The keys of a member for an admin.
create or replace function administered_keys(actor uuid, member uuid)
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
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
begin
    perform require_admin(actor);
    return query select * from list_api_keys(member);
end
$$;

-- Adds what a process has counted to the days of keys, which are distinct. Keys that are gone are skipped. Rows are locked
-- in the order of the keys.
create or replace function add_key_usage(keys uuid[], counted bigint[], refusals bigint[])
returns void
language sql
security definer
set search_path = public, pg_temp
as $$
    insert into key_days (key_id, day, requests, refused)
    select told.key, (dailies_now() at time zone 'utc')::date, told.requests, told.refused
    from unnest(keys, counted, refusals) told (key, requests, refused)
    join api_keys on api_keys.id = told.key
    order by told.key
    on conflict (key_id, day) do update
    set requests = key_days.requests + excluded.requests,
        refused = key_days.refused + excluded.refused;
$$;

-- Deletes days that are 90 days old.
create or replace function sweep_key_days()
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    swept int;
begin
    delete from key_days where day < (dailies_now() at time zone 'utc')::date - 90;
    get diagnostics swept = row_count;
    return swept;
end
$$;

revoke all on function
    set_key_tier(uuid, uuid, text, jsonb),
    administered_keys(uuid, uuid),
    add_key_usage(uuid[], bigint[], bigint[]),
    sweep_key_days()
    from public;
grant execute on function
    set_key_tier(uuid, uuid, text, jsonb),
    administered_keys(uuid, uuid),
    add_key_usage(uuid[], bigint[], bigint[])
    to dailies_web;
grant execute on function sweep_key_days() to dailies_jobs;
