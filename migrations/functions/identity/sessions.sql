-- Begins a session, replacing the one that this browser has. The votes of the device in the open round become the
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
    -- A banned member may not vote; until the ban is lifted the device's votes stay the device's.
    if not exists (select from users where id = member and banned_at is not null) then
        perform adopt_device_votes(device_key, member);
    end if;
end
$$;

-- The members of sessions that have not ended, in the order in which they are asked for; a session that has ended has
-- no row. Many are asked for at a time, so that a crowd costs few statements; each is looked up by its key. Nothing is
-- written: `is_late` says that touch_sessions() is due. After a break of half an hour a session stays out of use until
-- the next sign-in.
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

-- Records the use of sessions that find_sessions() called late, and returns when they end now. The end of a session
-- moves with its use, at most once an hour. That it is in use is recorded more often, most often for admins; a session
-- that had a break of half an hour stays out of use.
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
    -- A row that another call locks is being updated to the same values.
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

-- Ends all sessions of a member but one (all when it is null), and returns how many ended.
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

-- Deletes sessions, links and sign-in flows whose time is over, a batch at a time.
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

revoke all on function
    begin_session(uuid, bytea, bytea, text, text, int),
    find_sessions(bytea[]),
    touch_sessions(bytea[], int),
    list_sessions(uuid),
    forget_session(bytea),
    end_session(uuid, bytea),
    end_other_sessions(uuid, bytea),
    sweep_sessions(int)
    from public;
grant execute on function sweep_sessions(int) to dailies_jobs;
grant execute on function
    find_sessions(bytea[]),
    touch_sessions(bytea[], int),
    list_sessions(uuid),
    end_session(uuid, bytea),
    end_other_sessions(uuid, bytea)
    to dailies_web;
