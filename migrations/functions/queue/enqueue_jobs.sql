-- Enqueues one job. Null means that a job with the same unique key exists and is kept. The web role has no rights on
-- the table, only on these functions.
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
            -- The lock keeps a worker from claiming the job between this look and the insert.
            select id, state
            into standing
            from jobs
            where kind = job_kind and unique_key = job_unique_key and state in ('queued', 'running')
            for update;
            if found and job_on_conflict = 'keep' then
                return null;
            end if;
            if found and standing.state = 'running' then
                -- It may have read what has changed since. It finishes, is not repeated, and gives up its key.
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
        perform notify_late('jobs', job_queue);
    end if;
    return made;
end
$$;

-- Enqueues many jobs at once; each item has the columns of jobs that enqueue_job accepts. Returns them in the order of
-- the items.
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
    perform notify_late('jobs', touched.queue)
    from (select distinct item ->> 'queue' as queue from jsonb_array_elements(items) as item) as touched;
end
$$;

revoke all on function
    enqueue_job(text, jsonb, text, int, timestamptz, text, text, text[], int),
    enqueue_jobs(jsonb, text)
    from public;
grant execute on function
    enqueue_job(text, jsonb, text, int, timestamptz, text, text, text[], int),
    enqueue_jobs(jsonb, text)
    to dailies_web, dailies_jobs;
