-- The queue. A job is one row from the transaction that enqueues it until retention removes it.
create table jobs (
    id bigint generated always as identity primary key,
    kind text not null,
    queue text not null default 'default',
    state text not null default 'queued',
    priority smallint not null default 0,
    attempt int not null default 0,
    max_attempts int not null default 5,
    -- Rises with every claim and never falls, unlike attempt: (id, claims) identifies a holder, so a late one changes
    -- nothing.
    claims int not null default 0,
    run_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    claimed_at timestamptz,
    finished_at timestamptz,
    leased_until timestamptz,
    leased_by text,
    cancel_requested_at timestamptz,
    unique_key text,
    limit_keys text[] not null default '{}',
    payload jsonb not null default '{}',
    errors jsonb not null default '[]',
    constraint jobs_state_known check (state in ('queued', 'running', 'completed', 'failed', 'cancelled')),
    constraint jobs_running_is_leased check ((state = 'running') = (leased_until is not null)),
    constraint jobs_lease_has_holder check ((leased_until is null) = (leased_by is null)),
    constraint jobs_finished_is_dated check ((state in ('completed', 'failed', 'cancelled')) = (finished_at is not null)),
    constraint jobs_attempts_positive check (attempt >= 0 and max_attempts > 0 and claims >= 0),
    -- Claiming looks at each level in turn, so there must be few.
    constraint jobs_priority_range check (priority between -2 and 2),
    constraint jobs_limit_keys_few check (cardinality(limit_keys) <= 8),
    constraint jobs_errors_is_list check (jsonb_typeof(errors) = 'array')
) with (
    fillfactor = 70,
    -- The table turns over many times its own size: vacuum by the number of dead rows, not by their share.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 20000
);

-- What claiming reads: the jobs without limits in their order, and the limited ones grouped by their keys.
create index jobs_queued on jobs (queue, priority desc, run_at, id) where state = 'queued' and limit_keys = '{}';
create index jobs_queued_limited on jobs (limit_keys, priority desc, run_at, id)
    where state = 'queued' and limit_keys <> '{}';
-- Few jobs run. No index contains leased_until, so that a heartbeat is a HOT update.
create index jobs_running on jobs (id) where state = 'running';
create index jobs_finished on jobs (state, finished_at, id) where finished_at is not null;
create unique index jobs_unique_key on jobs (kind, unique_key)
    where unique_key is not null and state in ('queued', 'running');

-- How many jobs with a key may run at once. The row 'member' applies to each key 'member:…' without a row of its own.
create table job_limits (
    key text primary key,
    concurrency int not null,
    constraint job_limits_concurrency_positive check (concurrency >= 0)
);

-- The last due time of each recurring job, so that only one of many hosts enqueues it.
create table recurring_jobs (
    name text primary key,
    due_at timestamptz not null,
    job_id bigint
);

grant select, insert, update, delete on jobs, job_limits, recurring_jobs to dailies_jobs;
