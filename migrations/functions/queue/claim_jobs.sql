-- How many jobs with the key may run at once; null when nothing limits it.
create or replace function job_limit(limit_key text) returns int
language sql
stable
as $$
    select concurrency
    from job_limits
    where key in (limit_key, split_part(limit_key, ':', 1))
    order by length(key) desc
    limit 1
$$;

-- The limited jobs that may start now, locked. Only one worker at a time counts, so that no limit is ever exceeded; the
-- others continue with the jobs without limits. The cost depends on the distinct groups of keys, not on how many jobs
-- wait in each.
create or replace function choose_limited_jobs(wanted int, queue_names text[], kind_names text[]) returns bigint[]
language plpgsql
set enable_seqscan = off
set jit = off
as $$
declare
    moment timestamptz := dailies_now();
    used jsonb;
    chosen bigint[] := '{}';
    candidate record;
begin
    if not exists (select from jobs where state = 'queued' and limit_keys <> '{}') then
        return chosen;
    end if;
    if not pg_try_advisory_xact_lock(hashtext('jobs'), hashtext('limits')) then
        return chosen;
    end if;
    -- A statement of its own after the lock: it sees what the last holder claimed.
    select coalesce(jsonb_object_agg(counted.key, counted.running), '{}')
    into used
    from (
        select key, count(*) as running
        from jobs
        cross join unnest(limit_keys) as key
        where state = 'running'
        group by key
    ) as counted;
    for candidate in
        with recursive waiting (keys) as (
            select min(limit_keys)
            from jobs
            where state = 'queued' and limit_keys <> '{}'
            union all
            select (
                select min(limit_keys)
                from jobs
                where state = 'queued' and limit_keys <> '{}' and limit_keys > waiting.keys
            )
            from waiting
            where waiting.keys is not null
        ),
        open (keys, free) as (
            select keys, least(wanted, min(job_limit(key) - coalesce((used ->> key)::int, 0)))
            from waiting
            cross join unnest(keys) as key
            group by keys
        )
        select head.id, open.keys
        from open
        cross join lateral (
            select id, priority, run_at
            from jobs
            where state = 'queued'
                and limit_keys <> '{}'
                and limit_keys = open.keys
                and run_at <= moment
                and queue = any (queue_names)
                and kind = any (kind_names)
            order by priority desc, run_at, id
            limit greatest(open.free, 0)
        ) as head
        order by head.priority desc, head.run_at, head.id
    loop
        continue when exists (
            select
            from unnest(candidate.keys) as key
            where coalesce((used ->> key)::int, 0) >= job_limit(key)
        );
        perform from jobs where id = candidate.id and state = 'queued' for update skip locked;
        continue when not found;
        chosen := chosen || candidate.id;
        exit when cardinality(chosen) >= wanted;
        used := used || (
            select jsonb_object_agg(key, coalesce((used ->> key)::int, 0) + 1)
            from unnest(candidate.keys) as key
        );
    end loop;
    return chosen;
end
$$;

-- Claims up to `wanted` due jobs for one worker, best first, none of what is paused. The planner's statistics of a table that fills and empties
-- within seconds are always wrong, hence the settings.
create or replace function claim_jobs(
    worker text,
    lease interval,
    wanted int,
    queue_names text[],
    kind_names text[]
) returns table (
    job_id bigint,
    job_kind text,
    job_payload text,
    job_claims int,
    job_attempt int,
    job_max_attempts int,
    job_is_limited boolean,
    job_created_at timestamptz
)
language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    moment timestamptz := dailies_now();
    limited bigint[];
begin
    if exists (select from job_pauses) then
        queue_names := array(
            select given.name
            from unnest(queue_names) as given (name)
            where not exists (select from job_pauses where scope = 'queue' and job_pauses.name = given.name)
        );
        kind_names := array(
            select given.name
            from unnest(kind_names) as given (name)
            where not exists (select from job_pauses where scope = 'kind' and job_pauses.name = given.name)
        );
    end if;
    limited := choose_limited_jobs(wanted, queue_names, kind_names);
    return query
    with free as (
        -- No order by: it would lock every due job before the limit. The loop runs level by level as written.
        select job.id, job.priority, job.run_at
        from unnest('{2,1,0,-1,-2}'::smallint[]) as level
        cross join unnest(queue_names) as name
        cross join lateral (
            select id, priority, run_at
            from jobs
            where state = 'queued'
                and limit_keys = '{}'
                and queue = name
                and priority = level
                and run_at <= moment
                and kind = any (kind_names)
            order by run_at, id
            for update skip locked
        ) as job
        limit wanted
    ),
    best as (
        select id, priority, run_at
        from free
        union all
        select id, priority, run_at
        from jobs
        where id = any (limited)
        order by priority desc, run_at, id
        limit wanted
    ),
    claimed as (
        update jobs
        set state = 'running',
            attempt = attempt + 1,
            claims = claims + 1,
            claimed_at = moment,
            leased_until = moment + lease,
            leased_by = worker
        from best
        where jobs.id = best.id
        returning jobs.*
    )
    select id, kind, payload::text, claims, attempt, max_attempts, limit_keys <> '{}', created_at
    from claimed
    order by priority desc, run_at, id;
end
$$;

revoke all on function
    job_limit(text),
    choose_limited_jobs(int, text[], text[]),
    claim_jobs(text, interval, int, text[], text[])
    from public;
grant execute on function
    job_limit(text),
    choose_limited_jobs(int, text[], text[]),
    claim_jobs(text, interval, int, text[], text[])
    to dailies_jobs;
