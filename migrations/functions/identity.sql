-- Whoever keeps a member in memory hears of a change at once, whichever way it was made. A ban ends every session and
-- every API key; so does the loss of an admin's rights for keys that were given them, or they would come back with it.
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

-- Whether a link would still sign somebody in: good, used, expired or unknown. It stays as it is.
create or replace function sign_in_link_state(link_hash bytea)
returns text
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select coalesce(
        (
            select case
                    when used_at is not null then 'used'
                    when expires_at <= dailies_now() then 'expired'
                    else 'good'
                end
            from sign_in_links
            where token_hash = link_hash
        ),
        'unknown'
    );
$$;

-- Begins a session in place of the one that this browser has. The votes of the device in the open round become the
-- member's.
create or replace function begin_session(
    member uuid,
    session_hash bytea,
    replaced_hash bytea,
    device_key text,
    agent text,
    session_days int
)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := dailies_now();
begin
    if replaced_hash is not null then
        perform forget_session(replaced_hash);
    end if;
    insert into sessions (
        token_hash, user_id, created_at, authenticated_at, last_seen_at, used_at, expires_at, user_agent
    )
    values (
        session_hash, member, moment, moment, moment, moment, moment + make_interval(days => session_days),
        left(agent, 500)
    );
    -- A banned member has no say; until the ban is lifted the device's votes stay the device's.
    if not exists (select from users where id = member and banned_at is not null) then
        perform adopt_device_votes(device_key, member);
    end if;
end
$$;

-- Uses a link up and begins a session in place of the one that this browser has. Of two who come with the same link
-- the row's lock lets one through.
-- Outcomes: signed_in, used, expired, unknown.
create or replace function sign_in_by_link(
    link_hash bytea,
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
    moment constant timestamptz := dailies_now();
    link_user uuid;
    link_address text;
begin
    update sign_in_links
    set used_at = moment
    where token_hash = link_hash and used_at is null and expires_at > moment
    returning user_id, address into link_user, link_address;
    if not found then
        return query select sign_in_link_state(link_hash), null::uuid;
        return;
    end if;
    if link_address is not null then
        link_user := member_of_email(link_address);
    end if;

    perform begin_session(link_user, session_hash, replaced_hash, device_key, agent, session_days);
    return query select 'signed_in', link_user;
end
$$;

-- The members of sessions that have not ended, in the order in which they are asked for; who has none is left out. Many
-- are asked for at a time, so that a crowd costs few statements; each is looked up by its key. Nothing is written: whose
-- use is to be written down is late, and touch_sessions() does it. Once there was a break of half an hour a session stays
-- out of use until the next sign-in.
drop function if exists find_session(bytea, int);
drop function if exists find_sessions(bytea[], int);
create or replace function find_sessions(hashes bytea[])
returns table (
    ordinal int,
    user_id uuid,
    username text,
    role text,
    avatar_seed text,
    banned_at timestamptz,
    ban_reason text,
    authenticated_at timestamptz,
    expires_at timestamptz,
    in_use boolean,
    is_late boolean
)
language plpgsql
stable
security definer
set search_path = public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := dailies_now();
    break_begins constant timestamptz := moment - interval '30 minutes';
    hour_begins constant timestamptz := moment - interval '1 hour';
    admins_begin constant timestamptz := moment - interval '1 minute';
    others_begin constant timestamptz := moment - interval '5 minutes';
begin
    return query
    select asked.ordinal::int, found.*
    from unnest(hashes) with ordinality asked (hash, ordinal)
    cross join lateral (
        select users.id, users.username, users.role, users.avatar_seed, users.banned_at, users.ban_reason,
            sessions.authenticated_at, sessions.expires_at, sessions.used_at > break_begins,
            sessions.last_seen_at < hour_begins
                or sessions.used_at > break_begins
                and sessions.used_at < case users.role when 'admin' then admins_begin else others_begin end
        from sessions
        join users on users.id = sessions.user_id
        where sessions.token_hash = asked.hash and sessions.expires_at > moment
        offset 0
    ) found;
end
$$;

-- Writes the use of sessions down that find_sessions() called late, and tells when they end now. The end of a session
-- moves on with its use, written down at most once an hour. That it is in use is written down more often, an admin's
-- most; what had a break of half an hour stays out of use.
create or replace function touch_sessions(hashes bytea[], session_days int)
returns table (token_hash bytea, expires_at timestamptz)
language plpgsql
security definer
set search_path = public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := dailies_now();
    break_begins constant timestamptz := moment - interval '30 minutes';
    hour_begins constant timestamptz := moment - interval '1 hour';
begin
    -- Whoever else writes the same down just now says the same.
    return query
    update sessions
    set used_at = case when used_at > break_begins then moment else used_at end,
        last_seen_at = case when last_seen_at < hour_begins then moment else last_seen_at end,
        expires_at = case
            when last_seen_at < hour_begins then moment + make_interval(days => session_days)
            else expires_at
        end
    from (
        select free.token_hash
        from unnest(hashes) late (hash)
        cross join lateral (
            select token_hash
            from sessions
            where token_hash = late.hash and expires_at > moment
            for update skip locked
        ) free
    ) mine
    where sessions.token_hash = mine.token_hash
    returning sessions.token_hash, sessions.expires_at;
end
$$;

create or replace function list_sessions(member uuid)
returns table (
    token_hash bytea,
    created_at timestamptz,
    last_seen_at timestamptz,
    expires_at timestamptz,
    user_agent text
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select token_hash, created_at, last_seen_at, expires_at, user_agent
    from sessions
    where user_id = member and expires_at > dailies_now()
    order by last_seen_at desc, created_at desc, token_hash;
$$;

create or replace function forget_session(session_hash bytea)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    delete from sessions where token_hash = session_hash;
    if not found then
        return false;
    end if;
    perform announce_change('sessions', 'session:' || encode(session_hash, 'hex'));
    return true;
end
$$;

-- Ends one session of a member; false when the member has no such session.
create or replace function end_session(member uuid, session_hash bytea)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform from sessions where token_hash = session_hash and user_id = member for update;
    if not found then
        return false;
    end if;
    return forget_session(session_hash);
end
$$;

-- Ends all sessions of a member but one (none when it is null) and tells how many there were.
create or replace function end_other_sessions(member uuid, kept_hash bytea)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    ended int;
begin
    delete from sessions where user_id = member and token_hash is distinct from kept_hash;
    get diagnostics ended = row_count;
    if ended > 0 then
        perform announce_change('sessions', 'user:' || member);
    end if;
    return ended;
end
$$;

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

-- Sessions, links and sign-ins on their way whose time is over, a batch at a time.
create or replace function sweep_sessions(batch int)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    swept int;
    swept_links int;
begin
    delete from sessions
    where token_hash in (
        select token_hash from sessions where expires_at < dailies_now() limit batch for update skip locked
    );
    get diagnostics swept = row_count;
    delete from sign_in_links
    where token_hash in (
        select token_hash
        from sign_in_links
        where expires_at < dailies_now() - interval '7 days'
        limit batch
        for update skip locked
    );
    get diagnostics swept_links = row_count;
    return swept + swept_links + sweep_sign_in_flows(batch);
end
$$;

revoke all on function announce_member(), forget_session(bytea), sweep_sessions(int) from public;
revoke all on function sign_in_link_state(bytea), find_sessions(bytea[]), list_sessions(uuid) from public;
revoke all on function touch_sessions(bytea[], int) from public;
revoke all on function sign_in_by_link(bytea, bytea, bytea, text, text, int) from public;
revoke all on function begin_session(uuid, bytea, bytea, text, text, int) from public;
revoke all on function end_session(uuid, bytea), end_other_sessions(uuid, bytea) from public;
revoke all on function choose_username(uuid, text, boolean) from public;
grant execute on function sign_in_link_state(bytea), find_sessions(bytea[]), list_sessions(uuid) to dailies_web;
grant execute on function touch_sessions(bytea[], int) to dailies_web;
grant execute on function sign_in_by_link(bytea, bytea, bytea, text, text, int) to dailies_web;
grant execute on function end_session(uuid, bytea), end_other_sessions(uuid, bytea) to dailies_web;
grant execute on function choose_username(uuid, text, boolean) to dailies_web;
grant execute on function sweep_sessions(int) to dailies_jobs;
