-- What workers ask and report. Each call names the worker by the hash of its token, and all but the first name a task by its
-- lease: a worker that no longer holds the lease changes nothing. Leases are counted by the database's clock.

-- Makes a worker known. Outcomes: created (with its id), name_taken.
create or replace function create_worker(actor uuid, worker_name text, wanted_hash bytea, out outcome text, out worker_id uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform require_admin(actor);
    insert into workers (name, token_hash, created_by, created_at)
    values (worker_name, wanted_hash, actor, dailies_now())
    on conflict (lower(name)) where revoked_at is null do nothing
    returning id into worker_id;
    outcome := case when worker_id is null then 'name_taken' else 'created' end;
    if outcome = 'created' then
        perform write_audit(
            actor, 'worker.create', 'worker', worker_id::text, null, null, jsonb_build_object('name', worker_name)
        );
    end if;
end
$$;

-- Takes a worker's token away. What it was making is given out again when its lease has run out. Outcomes: done,
-- worker_not_found.
create or replace function revoke_worker(actor uuid, wanted uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    gone workers;
begin
    perform require_admin(actor);
    update workers
    set revoked_at = dailies_now()
    where id = wanted and revoked_at is null
    returning * into gone;
    if gone.id is null then
        return 'worker_not_found';
    end if;
    perform write_audit(
        actor, 'worker.revoke', 'worker', wanted::text, null, jsonb_build_object('name', gone.name), null
    );
    return 'done';
end
$$;

-- The workers whose tokens are good, by name, and the task that each is at.
create or replace function list_workers(actor uuid)
returns table (
    id uuid,
    name text,
    created_at timestamptz,
    last_seen_at timestamptz,
    models text[],
    facts jsonb,
    task_step int,
    task_steps int,
    done_count int,
    failed_count int
)
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    perform require_admin(actor);
    return query
    select workers.id, workers.name, workers.created_at, workers.last_seen_at, workers.models, workers.facts,
        current.step, current.steps, ended.done::int, ended.failed::int
    from workers
    left join lateral (
        select step, steps
        from worker_tasks
        where worker_id = workers.id and state = 'running' and leased_until > dailies_now()
        order by created_at desc
        limit 1
    ) current on true
    cross join lateral (
        select count(*) filter (where state = 'done') as done, count(*) filter (where state = 'failed') as failed
        from worker_tasks
        where worker_id = workers.id
    ) ended
    where workers.revoked_at is null
    order by lower(workers.name);
end
$$;

-- Whether a worker is set up here at all.
create or replace function has_worker()
returns boolean
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select exists (select from workers where revoked_at is null);
$$;

-- The worker of a token; null for one that is unknown or was revoked. Being seen is noted every few seconds.
create or replace function worker_of(wanted_hash bytea)
returns uuid
language plpgsql
set search_path = public, pg_temp
as $$
declare
    known workers;
begin
    select * into known from workers where token_hash = wanted_hash and revoked_at is null;
    if known.id is not null and coalesce(known.last_seen_at < dailies_now() - interval '5 seconds', true) then
        update workers set last_seen_at = dailies_now() where id = known.id;
    end if;
    return known.id;
end
$$;

-- Whether a task could be given out, so that those who wait for one need not each try.
create or replace function has_worker_task()
returns boolean
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select exists (
        select
        from worker_tasks
        where state = 'queued' or state = 'running' and leased_until < dailies_now() and claims < 3
    );
$$;

-- Gives out the oldest task that the worker can do: one that waits, or whose lease has run out. A task is given out three
-- times at most. Outcomes: claimed, none, unknown_worker.
create or replace function claim_worker_task(
    wanted_hash bytea,
    wanted_models text[],
    said jsonb,
    lease_length interval,
    out outcome text,
    out task uuid,
    out task_lease uuid,
    out task_endpoint text,
    out task_input jsonb
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    worker uuid := worker_of(wanted_hash);
    kept worker_tasks;
begin
    if worker is null then
        outcome := 'unknown_worker';
        return;
    end if;
    update workers
    set models = wanted_models,
        facts = said
    where id = worker and (models, facts) is distinct from (wanted_models, said);
    select *
    into kept
    from worker_tasks
    where endpoint = any (wanted_models)
        and (state = 'queued' or state = 'running' and leased_until < dailies_now() and claims < 3)
    order by created_at, id
    limit 1
    for update skip locked;
    if kept.id is null then
        outcome := 'none';
        return;
    end if;
    update worker_tasks
    set state = 'running',
        claims = claims + 1,
        lost_leases = case when kept.lease is null then lost_leases else lost_leases || kept.lease end,
        worker_id = worker,
        lease = gen_random_uuid(),
        leased_until = dailies_now() + lease_length,
        first_claimed_at = coalesce(first_claimed_at, dailies_now()),
        step = 0,
        steps = 0,
        size_bytes = null,
        part_bytes = null,
        part_count = null,
        sha256 = null
    where id = kept.id
    returning * into kept;
    outcome := 'claimed';
    task := kept.id;
    task_lease := kept.lease;
    task_endpoint := kept.endpoint;
    task_input := kept.input;
end
$$;

-- Renews a lease, and notes the step that the pipeline has reached; steps only rise. Outcomes: continue, stop (the task was
-- cancelled, is done, or is another worker's), unknown_worker.
create or replace function renew_worker_lease(
    wanted_hash bytea, wanted uuid, wanted_lease uuid, lease_length interval, now_at int default null, of_all int default null
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    worker uuid := worker_of(wanted_hash);
begin
    if worker is null then
        return 'unknown_worker';
    end if;
    -- A lease that ran out and was not given to another yet is still its holder's.
    update worker_tasks
    set leased_until = dailies_now() + lease_length,
        step = greatest(step, coalesce(now_at, step)),
        steps = greatest(steps, coalesce(of_all, steps))
    where id = wanted and worker_id = worker and lease = wanted_lease and state = 'running';
    return case when found then 'continue' else 'stop' end;
end
$$;

-- Notes the file that is about to be sent. The same file again keeps what has arrived; another one begins anew. Outcomes: sent
-- (with what is noted), changed (the parts of an earlier file are to be deleted), stop, unknown_worker.
create or replace function begin_worker_upload(
    wanted_hash bytea,
    wanted uuid,
    wanted_lease uuid,
    lease_length interval,
    file_bytes bigint,
    bytes_of_part bigint,
    checksum text
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    outcome text := renew_worker_lease(wanted_hash, wanted, wanted_lease, lease_length);
    kept worker_tasks;
begin
    if outcome <> 'continue' then
        return outcome;
    end if;
    select * into kept from worker_tasks where id = wanted for update;
    update worker_tasks
    set size_bytes = file_bytes,
        part_bytes = bytes_of_part,
        part_count = (file_bytes + bytes_of_part - 1) / bytes_of_part,
        sha256 = checksum
    where id = wanted;
    return case
        when kept.sha256 is null or (kept.sha256, kept.size_bytes) = (checksum, file_bytes) then 'sent'
        else 'changed'
    end;
end
$$;

-- What is known of the file of a task. Outcomes: sent, done (it was accepted earlier), stop, unknown_worker.
create or replace function worker_upload(
    wanted_hash bytea,
    wanted uuid,
    wanted_lease uuid,
    lease_length interval,
    out outcome text,
    out file_bytes bigint,
    out bytes_of_part bigint,
    out checksum text
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept worker_tasks;
begin
    outcome := renew_worker_lease(wanted_hash, wanted, wanted_lease, lease_length);
    if outcome = 'unknown_worker' then
        return;
    end if;
    select * into kept from worker_tasks where id = wanted and lease = wanted_lease;
    if kept.state = 'done' then
        outcome := 'done';
    elsif outcome = 'continue' then
        outcome := 'sent';
    end if;
    file_bytes := kept.size_bytes;
    bytes_of_part := kept.part_bytes;
    checksum := kept.sha256;
end
$$;

-- Brings the poll of a task's generation forward: it reads the state of the task, as polls of other providers do.
create or replace function hurry_worker_task(kept worker_tasks)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    owner generations;
begin
    select *
    into owner
    from generations
    where id = kept.generation_id and status = 'processing' and step = 'poll' and request_id = kept.id::text;
    if owner.id is not null then
        perform enqueue_poll(owner, null);
    end if;
end
$$;

-- Accepts the file of a task, once: a repetition changes nothing. Outcomes: done, stop, unknown_worker.
create or replace function finish_worker_task(wanted_hash bytea, wanted uuid, wanted_lease uuid, said jsonb)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    worker uuid := worker_of(wanted_hash);
    kept worker_tasks;
begin
    if worker is null then
        return 'unknown_worker';
    end if;
    select *
    into kept
    from worker_tasks
    where id = wanted and worker_id = worker and lease = wanted_lease and state in ('running', 'done')
    for update;
    if kept.id is null then
        return 'stop';
    elsif kept.state = 'done' then
        return 'done';
    end if;
    update worker_tasks
    set state = 'done',
        made = said,
        input = '{}',
        ended_at = dailies_now()
    where id = wanted
    returning * into kept;
    perform hurry_worker_task(kept);
    return 'done';
end
$$;

-- Records that a worker could not do a task; the code `released` gives it back as if it had never been taken. Outcomes: done,
-- stop, unknown_worker.
create or replace function fail_worker_task(
    wanted_hash bytea, wanted uuid, wanted_lease uuid, code text, reason text, may_repeat boolean
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    worker uuid := worker_of(wanted_hash);
    kept worker_tasks;
begin
    if worker is null then
        return 'unknown_worker';
    end if;
    select *
    into kept
    from worker_tasks
    where id = wanted and worker_id = worker and lease = wanted_lease and state in ('running', 'failed')
    for update;
    if kept.id is null then
        return 'stop';
    elsif kept.state = 'failed' then
        return 'done';
    elsif code = 'released' then
        update worker_tasks
        set state = 'queued',
            claims = claims - 1,
            worker_id = null,
            lease = null,
            leased_until = null,
            lost_leases = lost_leases || kept.lease
        where id = wanted;
        return 'done';
    end if;
    update worker_tasks
    set state = 'failed',
        error_code = code,
        error = reason,
        is_retryable = may_repeat,
        input = '{}',
        ended_at = dailies_now()
    where id = wanted
    returning * into kept;
    perform hurry_worker_task(kept);
    return 'done';
end
$$;

-- Ends a task that is no longer wanted, and says under which leases parts may be left, and for how long it was worked at.
create or replace function cancel_worker_task(wanted uuid, out leases uuid[], out worked_ms bigint)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept worker_tasks;
begin
    select * into kept from worker_tasks where id = wanted for update;
    leases := coalesce(kept.lost_leases, '{}');
    if kept.lease is not null then
        leases := leases || kept.lease;
    end if;
    worked_ms := extract(epoch from coalesce(kept.ended_at, dailies_now()) - kept.first_claimed_at) * 1000;
    if kept.state in ('queued', 'running') then
        update worker_tasks
        set state = 'cancelled',
            input = '{}',
            ended_at = dailies_now()
        where id = wanted;
    end if;
end
$$;

-- Ends the tasks whose generations are gone, and forgets what ended two days ago. Returns the leases whose parts may go.
create or replace function sweep_worker_tasks()
returns uuid[]
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    lost worker_tasks;
    leases uuid[] := '{}';
begin
    for lost in
        select *
        from worker_tasks
        where generation_id is null and state in ('queued', 'running')
        for update skip locked
    loop
        leases := leases || (select cancelled.leases from cancel_worker_task(lost.id) cancelled);
    end loop;
    for lost in
        delete from worker_tasks where ended_at < dailies_now() - interval '2 days' returning *
    loop
        leases := leases || lost.lost_leases;
        if lost.lease is not null then
            leases := leases || lost.lease;
        end if;
    end loop;
    return leases;
end
$$;

revoke all on function
    create_worker(uuid, text, bytea),
    revoke_worker(uuid, uuid),
    list_workers(uuid),
    has_worker(),
    worker_of(bytea),
    has_worker_task(),
    claim_worker_task(bytea, text[], jsonb, interval),
    renew_worker_lease(bytea, uuid, uuid, interval, int, int),
    begin_worker_upload(bytea, uuid, uuid, interval, bigint, bigint, text),
    worker_upload(bytea, uuid, uuid, interval),
    hurry_worker_task(worker_tasks),
    finish_worker_task(bytea, uuid, uuid, jsonb),
    fail_worker_task(bytea, uuid, uuid, text, text, boolean),
    cancel_worker_task(uuid),
    sweep_worker_tasks()
    from public;
grant execute on function
    create_worker(uuid, text, bytea),
    revoke_worker(uuid, uuid),
    list_workers(uuid),
    has_worker(),
    has_worker_task(),
    claim_worker_task(bytea, text[], jsonb, interval),
    renew_worker_lease(bytea, uuid, uuid, interval, int, int),
    begin_worker_upload(bytea, uuid, uuid, interval, bigint, bigint, text),
    worker_upload(bytea, uuid, uuid, interval),
    finish_worker_task(bytea, uuid, uuid, jsonb),
    fail_worker_task(bytea, uuid, uuid, text, text, boolean)
    to dailies_web;
grant execute on function has_worker(), cancel_worker_task(uuid), sweep_worker_tasks() to dailies_jobs;
grant execute on function create_worker(uuid, text, bytea), revoke_worker(uuid, uuid), list_workers(uuid) to dailies_jobs;
