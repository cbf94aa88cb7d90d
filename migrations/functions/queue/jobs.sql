-- Cancels a job. A queued job ends here. A running one is asked to end: its worker reads the row with each heartbeat,
-- and the notification only makes it look sooner. Returns the state that the caller finds, or null.
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

-- Puts failed and cancelled jobs back into the queue with all their attempts; their past errors are kept.
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
            -- The same work is queued or running already.
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
        select count(notify_late('jobs', queue)) as count
        from (select distinct queue from redriven) as touched
    )
    select id
    from redriven, told
    order by id;
end
$$;

-- For health and metrics: how many jobs are in each state, and since when the oldest due job waits. What is
-- paused does not count as waiting.
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
        min(job.run_at) filter (
            where job.state = 'queued' and job.run_at <= dailies_now()
                and not exists (
                    select
                    from job_pauses
                    where (scope, name) in (('queue', job.queue), ('kind', job.kind))
                )
        )
    from jobs as job
    group by job.queue, job.kind, job.state
$$;

-- Deletes jobs that finished long ago: the newest of each outcome stay, as many cancelled as completed ones.
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

revoke all on function cancel_job(bigint), redrive_jobs(bigint[]), count_jobs(), prune_jobs(int, int) from public;
grant execute on function prune_jobs(int, int) to dailies_jobs;
revoke execute on function cancel_job(bigint), redrive_jobs(bigint[]) from dailies_web;
grant execute on function cancel_job(bigint), redrive_jobs(bigint[]) to dailies_jobs;
grant execute on function count_jobs() to dailies_web, dailies_jobs;
