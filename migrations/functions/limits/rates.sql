-- What a window that was last used in `minute` has counted in this minute (rate_now) and in the minute before
-- (rate_before). A window that another call opened for the next minute, while this call waited for its row, stays open:
-- the call counts in that minute, which has just begun.
create or replace function rate_now(minute timestamptz, current_count int, this_minute timestamptz)
returns int
language sql
immutable
parallel safe
as $$
    select case
        when minute = this_minute or minute - this_minute = interval '1 minute' then current_count
        else 0
    end;
$$;

create or replace function rate_before(
    minute timestamptz,
    current_count int,
    previous_count int,
    this_minute timestamptz
)
returns int
language sql
immutable
parallel safe
as $$
    -- Moments are subtracted, not moved by a minute: that alone is immutable, and without it this would be a call.
    select case
        when minute = this_minute or minute - this_minute = interval '1 minute' then previous_count
        when this_minute - minute = interval '1 minute' then current_count
        else 0
    end;
$$;

-- How many of `asked` actions a window still grants. The minute before counts with the share of it that the sliding
-- window still covers.
create or replace function rate_grant(asked int, allowed int, current_count int, previous_count int, elapsed float8)
returns int
language sql
immutable
parallel safe
as $$
    select greatest(0, least(asked, floor(allowed - previous_count * (1 - elapsed) - current_count)::int));
$$;

-- Seconds until one more action is granted, if nothing else happens.
create or replace function rate_wait(allowed int, current_count int, previous_count int, elapsed float8)
returns int
language sql
immutable
parallel safe
as $$
    select greatest(1, ceil(60 * case
        when current_count >= allowed then 2 - elapsed - (allowed - 1)::float8 / current_count
        else 1 - elapsed - (allowed - 1 - current_count)::float8 / nullif(previous_count, 0)
    end)::int);
$$;

-- Consumes `asked[i]` actions of `keys[i]` from its sliding minute, which allows `allowed[i]`; keys are distinct. What
-- was refused is not counted, so that the returned wait is true; if anything was refused, nothing remains. Rows are
-- locked in the order of their keys.
create or replace function consume_rates(keys text[], asked int[], allowed int[])
returns table (key text, granted int, wait int, remaining int)
language plpgsql
security definer
set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    this_minute constant timestamptz := date_bin('1 minute', dailies_now(), 'epoch');
    next_minute constant timestamptz := this_minute + interval '1 minute';
    elapsed constant float8 := extract(epoch from dailies_now() - this_minute) / 60;
begin
    return query
    insert into rate_windows as windows (key, minute, current_count, previous_count, granted, allowed)
    select wanted.key, this_minute, least(wanted.asked, wanted.allowed), 0, least(wanted.asked, wanted.allowed),
        wanted.allowed
    from unnest(keys, asked, allowed) wanted (key, asked, allowed)
    order by wanted.key collate "C"
    on conflict (key) do update
    set minute = case windows.minute when next_minute then next_minute else this_minute end,
        current_count = rate_now(windows.minute, windows.current_count, this_minute) + rate_grant(
            excluded.granted, excluded.allowed, rate_now(windows.minute, windows.current_count, this_minute),
            rate_before(windows.minute, windows.current_count, windows.previous_count, this_minute),
            case windows.minute when next_minute then 0 else elapsed end),
        previous_count = rate_before(windows.minute, windows.current_count, windows.previous_count, this_minute),
        granted = rate_grant(
            excluded.granted, excluded.allowed, rate_now(windows.minute, windows.current_count, this_minute),
            rate_before(windows.minute, windows.current_count, windows.previous_count, this_minute),
            case windows.minute when next_minute then 0 else elapsed end),
        allowed = excluded.allowed
    returning windows.key, windows.granted,
        rate_wait(windows.allowed, windows.current_count, windows.previous_count,
            case windows.minute when next_minute then 0 else elapsed end),
        rate_grant(windows.allowed, windows.allowed, windows.current_count, windows.previous_count,
            case windows.minute when next_minute then 0 else elapsed end);
end
$$;

-- Adds what a process has already granted to the counts of `keys`, even beyond the limit. `current_granted` passed in
-- the minute `granted_in` and `previous_granted` in the one before; keys are distinct. Returns what all processes have
-- counted. Rows are locked in the order of their keys. A window that another call opened for the next minute, while
-- this call waited for its row, stays open.
create or replace function sync_rates(
    keys text[],
    current_granted int[],
    previous_granted int[],
    granted_in timestamptz
)
returns table (key text, minute timestamptz, current_count int, previous_count int, answered_at timestamptz)
language plpgsql
security definer
set search_path = public, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := dailies_now();
    this_minute constant timestamptz := date_bin('1 minute', moment, 'epoch');
    last_minute constant timestamptz := this_minute - interval '1 minute';
    next_minute constant timestamptz := this_minute + interval '1 minute';
begin
    return query
    insert into rate_windows as windows (key, minute, current_count, previous_count, granted)
    select told.key, this_minute,
        case when granted_in >= this_minute then greatest(0, told.in_current) else 0 end,
        case
            when granted_in >= this_minute then greatest(0, told.in_previous)
            when granted_in = last_minute then greatest(0, told.in_current)
            else 0
        end,
        0
    from unnest(keys, current_granted, previous_granted) told (key, in_current, in_previous)
    order by told.key collate "C"
    on conflict (key) do update
    set minute = case windows.minute when next_minute then next_minute else this_minute end,
        current_count = case windows.minute
            when this_minute then windows.current_count + excluded.current_count
            when next_minute then windows.current_count
            else excluded.current_count
        end,
        previous_count = case windows.minute
            when this_minute then windows.previous_count + excluded.previous_count
            when last_minute then windows.current_count + excluded.previous_count
            when next_minute then windows.previous_count + excluded.current_count
            else excluded.previous_count
        end,
        granted = 0
    returning windows.key, windows.minute, windows.current_count, windows.previous_count, moment;
end
$$;

-- Returns what consume_rates has just granted. The caller still holds the rows.
create or replace function return_rates(keys text[], votes int[])
returns void
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
as $$
begin
    for place in 1..cardinality(keys) loop
        update rate_windows
        set current_count = current_count - votes[place],
            granted = granted - votes[place]
        where key = keys[place];
    end loop;
end
$$;

-- Deletes the keys that were not used for two minutes, and skips those that are in use.
create or replace function sweep_rates()
returns bigint
language sql
security definer
set search_path = public, pg_temp
as $$
    with quiet as (
        select key
        from rate_windows
        where minute < dailies_now() - interval '2 minutes'
        for update skip locked
    ), swept as (
        delete from rate_windows
        using quiet
        where rate_windows.key = quiet.key
        returning 1
    )
    select count(*) from swept;
$$;

revoke all on function
    rate_now(timestamptz, int, timestamptz),
    rate_before(timestamptz, int, int, timestamptz),
    consume_rates(text[], int[], int[]),
    sync_rates(text[], int[], int[], timestamptz),
    return_rates(text[], int[]),
    sweep_rates()
    from public;
grant execute on function sweep_rates() to dailies_jobs;
grant execute on function
    consume_rates(text[], int[], int[]),
    sync_rates(text[], int[], int[], timestamptz)
    to dailies_web;
