-- One job. Null means that a job with the same unique key stands already and is kept.
-- The web role has no rights on the table, only on these functions.
create or replace function enqueue_job(
    job_kind text,
    job_payload jsonb default '{}',
    job_queue text default 'default',
    job_priority int default 0,
    job_run_at timestamptz default null,
    job_unique_key text default null,
    job_on_conflict text default 'keep',
    job_limit_keys text[] default '{}',
    job_max_attempts int default 5
) returns bigint
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    standing record;
    made bigint;
    keys text[] := (select coalesce(array_agg(distinct key order by key), '{}') from unnest(job_limit_keys) as key);
begin
    if job_on_conflict not in ('keep', 'replace', 'preserve_run_at') then
        raise exception 'unknown conflict rule %', job_on_conflict using errcode = 'invalid_parameter_value';
    end if;
    loop
        if job_unique_key is not null then
            -- The lock keeps a take from starting the job between this look and the insert.
            select id, state
            into standing
            from jobs
            where kind = job_kind and unique_key = job_unique_key and state in ('queued', 'running')
            for update;
            if found and job_on_conflict = 'keep' then
                return null;
            end if;
            if found and standing.state = 'running' then
                -- It may have read what has changed since. It ends as it may, is not repeated, and gives up its key.
                update jobs
                set unique_key = null, max_attempts = greatest(attempt, 1)
                where id = standing.id;
            end if;
        end if;
        insert into jobs (kind, payload, queue, priority, run_at, created_at, unique_key, limit_keys, max_attempts)
        values (
            job_kind, job_payload, job_queue, job_priority, coalesce(job_run_at, dailies_now()), dailies_now(),
            job_unique_key, keys, job_max_attempts
        )
        on conflict (kind, unique_key) where unique_key is not null and state in ('queued', 'running')
        do update set
            payload = excluded.payload,
            queue = excluded.queue,
            priority = excluded.priority,
            run_at = case when job_on_conflict = 'replace' then excluded.run_at else jobs.run_at end,
            limit_keys = excluded.limit_keys,
            attempt = 0,
            max_attempts = excluded.max_attempts
        where jobs.state = 'queued' and job_on_conflict <> 'keep'
        returning id into made;
        exit when found or job_on_conflict = 'keep';
    end loop;
    if made is not null then
        perform pg_notify('jobs', job_queue);
    end if;
    return made;
end
$$;

-- Many jobs at once; each item has the columns of jobs that enqueue_job takes. Answers in the order of the items.
create or replace function enqueue_jobs(items jsonb, on_conflict text default 'keep')
returns table (place bigint, job_id bigint)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    if jsonb_path_exists(items, '$[*].unique_key ? (@ != null)') then
        return query
        select
            item.place,
            enqueue_job(
                item.kind, item.payload, item.queue, item.priority, item.run_at, item.unique_key, on_conflict,
                coalesce(item.limit_keys, '{}'), item.max_attempts
            )
        from (
            select *
            from rows from (
                jsonb_to_recordset(items) as (
                    kind text, payload jsonb, queue text, priority int, run_at timestamptz, unique_key text,
                    limit_keys text[], max_attempts int
                )
            ) with ordinality as parsed (
                kind, payload, queue, priority, run_at, unique_key, limit_keys, max_attempts, place
            )
            -- By key, so that two batches which share keys cannot wait for each other in a circle.
            order by kind, unique_key, place
            offset 0
        ) as item;
        return;
    end if;
    return query
    with made as (
        insert into jobs (kind, payload, queue, priority, run_at, created_at, limit_keys, max_attempts)
        select
            kind,
            payload,
            queue,
            priority,
            coalesce(run_at, dailies_now()),
            dailies_now(),
            case
                when limit_keys is null then '{}'
                else (select coalesce(array_agg(distinct key order by key), '{}') from unnest(limit_keys) as key)
            end,
            max_attempts
        from rows from (
            jsonb_to_recordset(items) as (
                kind text, payload jsonb, queue text, priority int, run_at timestamptz, limit_keys text[],
                max_attempts int
            )
        ) with ordinality as item (kind, payload, queue, priority, run_at, limit_keys, max_attempts, place)
        order by place
        returning id
    )
    -- Identities were drawn in the order of the places.
    select row_number() over (order by id), id
    from made
    order by id;
    perform pg_notify('jobs', touched.queue)
    from (select distinct item ->> 'queue' as queue from jsonb_array_elements(items) as item) as touched;
end
$$;

-- Null when nothing limits the key.
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

-- The limited jobs that may start now, locked. Only one taker at a time counts, so that no limit is ever passed; the
-- others go on with the jobs without limits. Costs by distinct groups of keys, however many jobs wait in each.
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
    -- A statement of its own after the lock: it sees what the last holder took.
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

-- Gives up to `wanted` due jobs to one worker, best first. The planner's picture of a table that fills and empties
-- within seconds is always wrong, hence the settings.
create or replace function take_jobs(
    worker text,
    lease interval,
    wanted int,
    queue_names text[],
    kind_names text[]
) returns table (
    job_id bigint,
    job_kind text,
    job_payload text,
    job_takes int,
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
    limited bigint[] := choose_limited_jobs(wanted, queue_names, kind_names);
begin
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
    taken as (
        update jobs
        set state = 'running',
            attempt = attempt + 1,
            takes = takes + 1,
            taken_at = moment,
            leased_until = moment + lease,
            leased_by = worker
        from best
        where jobs.id = best.id
        returning jobs.*
    )
    select id, kind, payload::text, takes, attempt, max_attempts, limit_keys <> '{}', created_at
    from taken
    order by priority desc, run_at, id;
end
$$;

-- A waiting job ends here. A running one is asked to: its worker reads the row with each heartbeat, and the
-- notification only makes it look sooner. Answers the state that the caller finds, or null.
create or replace function cancel_job(wanted_job bigint) returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    result text;
begin
    update jobs
    set state = case when state = 'queued' then 'cancelled' else state end,
        finished_at = case when state = 'queued' then dailies_now() end,
        cancel_requested_at = coalesce(cancel_requested_at, dailies_now())
    where id = wanted_job and state in ('queued', 'running')
    returning case state when 'running' then 'cancelling' else state end
    into result;
    if result = 'cancelling' then
        perform pg_notify('job_cancels', '');
    end if;
    return coalesce(result, (select state from jobs where id = wanted_job));
end
$$;

-- Puts failed and cancelled jobs back with all their attempts before them; what they met is kept in errors.
create or replace function redrive_jobs(wanted_jobs bigint[]) returns setof bigint
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    return query
    with redriven as (
        update jobs
        set state = 'queued',
            attempt = 0,
            run_at = dailies_now(),
            finished_at = null,
            cancel_requested_at = null
        where id = any (wanted_jobs)
            and state in ('failed', 'cancelled')
            -- The same work waits already.
            and not exists (
                select
                from jobs as standing
                where standing.kind = jobs.kind
                    and standing.unique_key = jobs.unique_key
                    and standing.state in ('queued', 'running')
            )
        returning id, queue
    ),
    told as (
        select count(pg_notify('jobs', queue)) as count
        from (select distinct queue from redriven) as touched
    )
    select id
    from redriven, told
    order by id;
end
$$;

-- For health and metrics: how much stands in each state, and since when the oldest due job waits.
create or replace function count_jobs()
returns table (queue text, kind text, state text, jobs bigint, waiting_since timestamptz)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select
        job.queue,
        job.kind,
        job.state,
        count(*),
        min(job.run_at) filter (where job.state = 'queued' and job.run_at <= dailies_now())
    from jobs as job
    group by job.queue, job.kind, job.state
$$;

-- What finished long ago goes: the newest of each outcome stay, cancelled ones as many as completed.
create or replace function prune_jobs(completed_kept int, failed_kept int) returns bigint
language sql
as $$
    with rule (state, kept) as (
        values ('completed', completed_kept), ('failed', failed_kept), ('cancelled', completed_kept)
    ),
    last_kept as (
        select rule.state, job.finished_at, job.id
        from rule
        cross join lateral (
            select finished_at, id
            from jobs
            where jobs.state = rule.state and finished_at is not null
            order by finished_at desc, id desc
            offset rule.kept
            limit 1
        ) as job
    ),
    removed as (
        delete from jobs
        using last_kept
        where jobs.state = last_kept.state
            and jobs.finished_at is not null
            and (jobs.finished_at, jobs.id) <= (last_kept.finished_at, last_kept.id)
        returning jobs.id
    )
    select count(*)
    from removed
$$;

revoke execute on function
    enqueue_job(text, jsonb, text, int, timestamptz, text, text, text[], int),
    enqueue_jobs(jsonb, text),
    cancel_job(bigint),
    redrive_jobs(bigint[]),
    count_jobs(),
    job_limit(text),
    choose_limited_jobs(int, text[], text[]),
    take_jobs(text, interval, int, text[], text[]),
    prune_jobs(int, int)
    from public;
grant execute on function
    enqueue_job(text, jsonb, text, int, timestamptz, text, text, text[], int),
    enqueue_jobs(jsonb, text),
    cancel_job(bigint),
    redrive_jobs(bigint[]),
    count_jobs()
    to dailies_web, dailies_jobs;
grant execute on function
    job_limit(text),
    choose_limited_jobs(int, text[], text[]),
    take_jobs(text, interval, int, text[], text[]),
    prune_jobs(int, int)
    to dailies_jobs;
