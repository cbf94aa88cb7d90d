-- The course of a generation after its request. Each function changes a generation only from the states in which its step
-- makes sense, under a lock on its row, so a step that is done twice, or late, changes nothing.

-- Puts the job that asks the provider into the queue, or brings a waiting one forward.
create or replace function enqueue_poll(wanted generations, due timestamptz)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    perform enqueue_job(
        'poll_generation', jsonb_build_object('id', wanted.id, 'run', wanted.run), 'outward', 0, due,
        wanted.id || ' ' || wanted.run, 'replace', '{}', 1000
    );
end
$$;

-- Starts the generations that are next, by priority and then by age, as far as the provider has free places and may be
-- called.
create or replace function start_waiting_generations(wanted_provider text, place_limit int)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    free int := provider_places(wanted_provider, place_limit) - (
        select count(*)
        from generations
        where provider = wanted_provider and status in ('processing', 'uncertain')
            and step in ('submit', 'poll')
    );
    rest_end timestamptz := (select until from provider_rest(wanted_provider));
    kept generations;
    started int := 0;
begin
    if rest_end is not null then
        if exists (select from generations where provider = wanted_provider and status = 'queued') then
            perform wake_provider_at(wanted_provider, rest_end);
        end if;
        return 0;
    end if;
    if exists (select from provider_states where provider = wanted_provider and breaker <> 'closed') then
        free := least(free, 1);
    end if;
    -- A job that is due and not yet claimed takes a place in a moment. Without counting these, each end of a run would start
    -- one more for the same place.
    free := free - (
        select count(*)
        from jobs
        join generations due on jobs.unique_key = due.id || ' ' || due.run
        where jobs.kind in ('submit_generation', 'draw_generation') and jobs.state = 'queued'
            and jobs.run_at <= dailies_now() and due.provider = wanted_provider and due.status = 'queued'
    );
    for kept in
        select waiting.*
        from generations waiting
        where waiting.provider = wanted_provider and waiting.status = 'queued'
            -- A job that runs may have found all places taken, and is about to end.
            and not exists (
                select from jobs
                where jobs.kind in ('submit_generation', 'draw_generation')
                    and jobs.unique_key = waiting.id || ' ' || waiting.run and jobs.state = 'queued'
            )
            -- A step of a chain waits for the last frame of the step before it.
            and not exists (
                select from source_images where id = waiting.source_image_id and state = 'processing'
            )
        order by waiting.priority desc, waiting.created_at, waiting.id
        limit greatest(free, 0)
    loop
        perform enqueue_submission(kept);
        started := started + 1;
    end loop;
    return started;
end
$$;

-- Takes a place at the provider and records the intent to call it, before the call. Outcomes: go (with the number of the
-- attempt), busy (all places are taken; it is started when one is free), resting (the provider may not be called now, for the
-- reason of provider_rest(); it is started when that ends), over_cap (the provider's cap of the month is reached), uncertain
-- (an earlier worker may have made the call), taken (another job of this run may be making it; look again in a moment), image
-- (the picture is not ready yet), no_image (the picture was refused), gone (nothing is to be done). The model may allow the
-- provider a time other than `timeout`.
create or replace function begin_submission(wanted uuid, wanted_run int, place_limit int, timeout interval)
returns table (outcome text, attempt int, reason text)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    kept generations;
    image text;
    rest record;
begin
    select * into kept from generations where id = wanted and run = wanted_run;
    if kept.id is null then
        return query select 'gone', 0, null::text;
        return;
    end if;
    -- Places, submissions and probes are counted one after another.
    perform pg_advisory_xact_lock(hashtextextended('generation places ' || kept.provider, 0));
    select * into kept from generations where id = wanted and run = wanted_run for update;
    if kept.status = 'processing' and kept.step = 'submit' then
        -- A job that was claimed before the call began may be making it. One that was claimed later is here for the same reason as
        -- this one: its worker died, or it is a second job of the run.
        if exists (
            select from jobs
            where state = 'running' and leased_until > dailies_now() and claimed_at <= kept.started_at
                and kind in ('submit_generation', 'draw_generation')
                and payload @> jsonb_build_object('id', wanted, 'run', wanted_run)
        ) then
            return query select 'taken', 0, null::text;
            return;
        end if;
        if kept.provider = 'local' then
            -- Nothing leaves this site, so it is simply drawn again.
            update generations set started_at = dailies_now() where id = wanted;
            return query select 'go', kept.attempt, null::text;
            return;
        end if;
        update generations set status = 'uncertain', updated_at = dailies_now() where id = wanted;
        update generation_attempts
        set state = 'lost',
            error = 'The worker ended during the call.'
        where generation_id = wanted and run = wanted_run and generation_attempts.attempt = kept.attempt
            and state = 'intended';
        perform enqueue_poll(kept, least(kept.deadline_at, dailies_now() + interval '15 seconds'));
        return query select 'uncertain', kept.attempt, null::text;
        return;
    end if;
    if kept.id is null or kept.status <> 'queued' then
        return query select 'gone', 0, null::text;
        return;
    end if;
    if kept.source_image_id is not null then
        select state into image from source_images where id = kept.source_image_id;
        if image in ('sending', 'processing') then
            return query select 'image', 0, null::text;
            return;
        elsif image is distinct from 'ready' then
            return query select 'no_image', 0, null::text;
            return;
        end if;
    end if;
    if provider_places(kept.provider, place_limit) <= (
        select count(*)
        from generations
        where provider = kept.provider and status in ('processing', 'uncertain') and step in ('submit', 'poll')
    ) then
        return query select 'busy', 0, null::text;
        return;
    end if;
    select * into rest from provider_rest(kept.provider);
    if rest.until is not null then
        perform wake_provider_at(kept.provider, rest.until);
        return query select 'resting', 0, rest.reason;
        return;
    end if;
    if is_over_cap(kept) then
        return query select 'over_cap', 0, null::text;
        return;
    end if;
    -- The first request after a pause shows whether the provider works again.
    update provider_states
    set breaker = 'half_open',
        changed_at = dailies_now(),
        retry_at = null,
        probe_id = wanted
    where provider = kept.provider and breaker <> 'closed';
    update generations
    set status = 'processing',
        step = 'submit',
        attempt = attempt + 1,
        started_at = dailies_now(),
        deadline_at = dailies_now() + coalesce(
            (select make_interval(secs => timeout_seconds) from models where models.id = kept.model_id), timeout
        ),
        updated_at = dailies_now()
    where id = wanted
    returning * into kept;
    insert into generation_attempts (generation_id, run, attempt, provider, endpoint, intended_at)
    values (wanted, wanted_run, kept.attempt, kept.provider, kept.endpoint, dailies_now());
    return query select 'go', kept.attempt, null::text;
end
$$;

-- Puts the job into the queue that stops a request at its provider whose run is over, and that books what it took. The member
-- may have deleted the run, so the job carries what the bill depends on.
create or replace function enqueue_cancellation(
    wanted uuid,
    wanted_run int,
    wanted_provider text,
    wanted_endpoint text,
    wanted_request text,
    wanted_links jsonb,
    has_begun boolean,
    wanted_parameters jsonb,
    due timestamptz default null
)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    perform enqueue_job(
        'cancel_at_provider',
        jsonb_build_object(
            'id', wanted, 'run', wanted_run, 'provider', wanted_provider, 'endpoint', wanted_endpoint,
            'requestID', wanted_request, 'links', wanted_links, 'hasBegun', has_begun, 'parameters', wanted_parameters
        ),
        'outward', 0, due, wanted || ' ' || wanted_run, 'replace', '{}', 5
    );
end
$$;

-- Stops a request that a provider has accepted for a run that does not wait for it: the run was deleted, cancelled or given up
-- while the call was in flight, or its call was made again.
create or replace function stop_orphan(
    wanted uuid, wanted_run int, wanted_attempt int, accepted_id text, accepted_links jsonb
)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    kept generations;
    sent generation_attempts;
    paid generation_runs;
    waiting jsonb;
begin
    select * into kept from generations where id = wanted;
    select *
    into sent
    from generation_attempts
    where generation_id = wanted and run = wanted_run and attempt = wanted_attempt;
    select * into paid from generation_runs where generation_id = wanted and run = wanted_run;
    select payload
    into waiting
    from jobs
    where kind = 'cancel_at_provider' and unique_key = wanted || ' ' || wanted_run and state = 'queued';
    if paid.generation_id is null then
        return;
    end if;
    perform enqueue_cancellation(
        wanted, wanted_run, coalesce(sent.provider, waiting ->> 'provider', paid.provider),
        coalesce(
            sent.endpoint, waiting ->> 'endpoint',
            (select coalesce(endpoint, model_id) from models where id = paid.model_id)
        ),
        accepted_id, accepted_links, false, coalesce(kept.parameters, waiting -> 'parameters', '{}')
    );
end
$$;

-- Brings forward the job that settles a deleted run, when its provider is known not to have accepted it.
create or replace function release_unsent(wanted uuid, wanted_run int)
returns void
language sql
set search_path = public, pg_temp
as $$
    update jobs
    set run_at = dailies_now()
    where kind = 'cancel_at_provider' and unique_key = wanted || ' ' || wanted_run and state = 'queued'
        and payload ->> 'requestID' is null;
$$;

-- Settles a deleted run when its provider was asked to stop: `taken_credits` is what the provider says that it took, or null,
-- which is all that was reserved when it had begun. `spent` is what that costs the site. Of a run that had ended before, the
-- credits are returned, and the site bears the cost; what is expected counts where no cost is known. True for the first one.
create or replace function settle_stopped_run(
    wanted uuid, wanted_run int, taken_credits int, spent numeric, has_begun boolean
)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    reservation constant text := format('generation %s run %s', wanted, wanted_run);
    kept generation_runs;
    charge int;
    charged int := 0;
begin
    select * into kept from generation_runs where generation_id = wanted and run = wanted_run for update;
    if kept.generation_id is null then
        return false;
    elsif kept.outcome is not null then
        update generation_runs
        set cost_usd = greatest(
            cost_usd, coalesce(spent, case when has_begun and coalesce(cost_usd, 0) = 0 then expected_usd else 0 end)
        )
        where generation_id = wanted and run = wanted_run and outcome <> 'completed' and not is_cost_entered;
        return false;
    elsif exists (select from generations where id = wanted and run = wanted_run) then
        -- An earlier call of a run that is under way by another one.
        return false;
    end if;
    -- Nothing above the reservation is charged.
    charge := coalesce(
        taken_credits,
        case when has_begun then (select amount from credit_reservations where reference = reservation) end,
        0
    );
    if charge > 0 then
        select settled.charged into charged from settle_credits(reservation, charge) settled;
    else
        perform release_credits(reservation);
    end if;
    update generation_usage
    set milliseconds = 0,
        ended_at = dailies_now()
    where generation_id = wanted and run = wanted_run and ended_at is null;
    update generation_runs
    set outcome = 'cancelled',
        ended_at = dailies_now(),
        cost_usd = coalesce(spent, case when charge > 0 then expected_usd else 0 end)
    where generation_id = wanted and run = wanted_run;
    return true;
end
$$;

-- Records that the provider has accepted a request, before anything else is done with its answer. True unless it is too late:
-- then the request is stopped at the provider.
create or replace function record_submission(
    wanted uuid,
    wanted_run int,
    wanted_attempt int,
    accepted_id text,
    accepted_links jsonb,
    given_answer jsonb,
    first_poll interval
)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
    is_known boolean;
begin
    select * into kept from generations where id = wanted and run = wanted_run for update;
    is_known := exists (
        select
        from generation_attempts
        where generation_id = wanted and run = wanted_run and request_id = accepted_id
    );
    -- An attempt that was given up keeps its state, but the request is its own and no other run's.
    update generation_attempts
    set state = case when state in ('intended', 'lost') then 'accepted' else state end,
        request_id = accepted_id,
        answered_at = dailies_now(),
        answer = given_answer
    where generation_id = wanted and run = wanted_run and attempt = wanted_attempt
        and (state in ('intended', 'lost') or request_id is null);
    if kept.id is null or kept.status not in ('processing', 'uncertain') or kept.step is distinct from 'submit'
        or kept.attempt <> wanted_attempt
    then
        if not is_known then
            perform stop_orphan(wanted, wanted_run, wanted_attempt, accepted_id, accepted_links);
        end if;
        return false;
    end if;
    update generations
    set status = 'processing',
        step = 'poll',
        request_id = accepted_id,
        links = accepted_links,
        acknowledged_at = dailies_now(),
        updated_at = dailies_now()
    where id = wanted
    returning * into kept;
    perform enqueue_poll(kept, case when kept.cancel_requested_at is null then dailies_now() + first_poll end);
    return true;
end
$$;

-- Records that the answer to a call is missing: the provider may be at work. The provider's list of requests is read where it
-- has one; else the generation waits for a webhook, an admin or its deadline.
create or replace function record_lost_submission(wanted uuid, wanted_run int, wanted_attempt int, reason text)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    update generations
    set status = 'uncertain',
        updated_at = dailies_now()
    where id = wanted and run = wanted_run and attempt = wanted_attempt and status = 'processing' and step = 'submit'
    returning * into kept;
    if kept.id is null then
        return;
    end if;
    update generation_attempts
    set state = 'lost',
        error = reason,
        answered_at = dailies_now()
    where generation_id = wanted and run = wanted_run and attempt = wanted_attempt;
    perform enqueue_poll(kept, least(kept.deadline_at, dailies_now() + interval '15 seconds'));
end
$$;

-- Puts a run back to those that wait, as if it had never been sent: nothing of the last attempt may count for the next. The
-- caller has locked its row. `attempt_state` is what became of the attempt. Outcomes: again, last (no attempt is left; nothing
-- was changed but the attempt), gone (its member has cancelled it meanwhile).
create or replace function queue_again(
    kept generations,
    attempt_state text,
    why text,
    given_answer jsonb,
    attempt_limit int,
    wait interval,
    place_limit int
)
returns text
language plpgsql
set search_path = public, pg_temp
as $$
begin
    update generation_attempts
    set state = attempt_state,
        error = why,
        answer = coalesce(given_answer, answer),
        answered_at = coalesce(answered_at, dailies_now())
    where generation_id = kept.id and run = kept.run and attempt = kept.attempt;
    if kept.cancel_requested_at is not null then
        perform end_generation(kept, 'cancelled', null, null, 0);
        perform start_waiting_generations(kept.provider, place_limit);
        return 'gone';
    elsif kept.attempt - kept.attempts_before_move >= attempt_limit then
        return 'last';
    end if;
    update generations
    set status = 'queued',
        step = null,
        request_id = null,
        links = '{}',
        result_url = null,
        answer = null,
        progress = 0,
        queue_position = null,
        has_started_at_provider = false,
        started_at = null,
        acknowledged_at = null,
        provider_done_at = null,
        deadline_at = null,
        updated_at = dailies_now()
    where id = kept.id
    returning * into kept;
    perform enqueue_submission(kept, dailies_now() + wait);
    perform start_waiting_generations(kept.provider, place_limit);
    return 'again';
end
$$;

-- Records that the provider did not accept a call, or that its list of requests does not have one whose answer is missing. It
-- is made again after `wait`, unless it was the last attempt. Outcomes: again, failed, gone.
create or replace function record_unaccepted_submission(
    wanted uuid,
    wanted_run int,
    wanted_attempt int,
    reason text,
    attempt_limit int,
    wait interval,
    place_limit int
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
    outcome text;
begin
    select * into kept
    from generations
    where id = wanted and run = wanted_run and attempt = wanted_attempt and status in ('processing', 'uncertain')
        and step = 'submit'
    for update;
    if kept.id is null then
        perform release_unsent(wanted, wanted_run);
        return 'gone';
    end if;
    outcome := queue_again(kept, 'not_accepted', reason, null, attempt_limit, wait, place_limit);
    if outcome = 'last' then
        perform end_generation(kept, 'failed', 'provider_unavailable', reason, 0);
        perform start_waiting_generations(kept.provider, place_limit);
        return 'failed';
    end if;
    return outcome;
end
$$;

-- Records how far the provider is.
create or replace function record_progress(
    wanted uuid, wanted_run int, percent int, queue_place int, is_running boolean
)
returns boolean
language sql
security definer
set search_path = public, pg_temp
as $$
    update generations
    set progress = greatest(progress, coalesce(percent, progress)),
        queue_position = queue_place,
        has_started_at_provider = has_started_at_provider or is_running,
        updated_at = dailies_now()
    where id = wanted and run = wanted_run and status = 'processing' and step in ('submit', 'poll')
        and (progress, queue_position, has_started_at_provider)
            is distinct from (
                greatest(progress, coalesce(percent, progress)), queue_place, has_started_at_provider or is_running
            )
    returning true;
$$;

-- Records where a finished video can be fetched, frees the place at the provider and puts the job that fetches it into the
-- queue. Polls and webhooks both end here; the second changes nothing.
create or replace function record_result(
    wanted uuid, wanted_run int, found_url text, given_answer jsonb, place_limit int
)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    update generations
    set status = 'processing',
        step = 'fetch',
        result_url = found_url,
        answer = given_answer,
        provider_done_at = dailies_now(),
        has_started_at_provider = true,
        queue_position = null,
        updated_at = dailies_now()
    where id = wanted and run = wanted_run and status in ('processing', 'uncertain') and step = 'poll'
    returning * into kept;
    if kept.id is null then
        return false;
    end if;
    update generation_attempts
    set state = 'done',
        answer = given_answer
    where generation_id = wanted and run = wanted_run and attempt = kept.attempt;
    perform enqueue_job(
        'fetch_generation', jsonb_build_object('id', wanted, 'run', wanted_run), 'outward', 1, null,
        wanted || ' ' || wanted_run, 'keep', '{}', 12
    );
    perform start_waiting_generations(kept.provider, place_limit);
    return true;
end
$$;

-- Records the provider's file, which is kept as it came. True for the first one.
create or replace function record_original(wanted uuid, wanted_run int, stored_key text, place_limit int)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    update generations
    set step = 'process',
        original_key = stored_key,
        provider_done_at = coalesce(provider_done_at, dailies_now()),
        acknowledged_at = coalesce(acknowledged_at, started_at),
        progress = greatest(progress, 90),
        updated_at = dailies_now()
    where id = wanted and run = wanted_run and status = 'processing'
        and step = case provider when 'local' then 'submit' else 'fetch' end
    returning * into kept;
    if kept.id is null then
        return false;
    end if;
    perform enqueue_job(
        'process_generation', jsonb_build_object('id', wanted, 'run', wanted_run), 'default', 1, null,
        wanted || ' ' || wanted_run, 'keep', '{}', 5
    );
    if kept.provider = 'local' then
        perform start_waiting_generations(kept.provider, place_limit);
    end if;
    return true;
end
$$;

-- Completes a generation: files, cost, credits, seconds and statistics, once. `facts` holds columns of `generations`.
create or replace function complete_generation(wanted uuid, wanted_run int, facts jsonb, real_credits int)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    made generations := jsonb_populate_record(null::generations, facts);
    kept generations;
    settled record;
begin
    select * into kept from generations where id = wanted and run = wanted_run for update;
    if kept.id is null or kept.status <> 'processing' or kept.step <> 'process' then
        return false;
    end if;
    select * into settled
    from settle_credits(format('generation %s run %s', wanted, wanted_run), real_credits);
    update generations
    set status = 'completed',
        step = null,
        progress = 100,
        video_key = made.video_key,
        small_key = made.small_key,
        poster_key = made.poster_key,
        blurhash = made.blurhash,
        width = made.width,
        height = made.height,
        video_ms = made.video_ms,
        has_sound = made.has_sound,
        size_bytes = made.size_bytes,
        cost_usd = made.cost_usd,
        cost_breakdown = made.cost_breakdown,
        credentials = made.credentials,
        charged_credits = settled.charged,
        finished_at = dailies_now(),
        updated_at = dailies_now()
    where id = wanted;
    update generation_usage
    set milliseconds = least(milliseconds, made.video_ms),
        ended_at = dailies_now()
    where generation_id = wanted and run = wanted_run and ended_at is null;
    update generation_runs
    set outcome = 'completed',
        ended_at = dailies_now(),
        cost_usd = coalesce(made.cost_usd, expected_usd),
        video_ms = made.video_ms,
        took_ms = extract(epoch from kept.provider_done_at - kept.acknowledged_at) * 1000
    where generation_id = wanted and run = wanted_run and outcome is null;
    perform record_model_run(
        kept.model_id, true, (extract(epoch from kept.provider_done_at - kept.acknowledged_at) * 1000)::bigint,
        made.cost_usd
    );
    perform enqueue_chain(next)
    from generations next
    where kept.group_kind = 'chain' and next.group_id = kept.group_id and next.group_step = kept.group_step + 1
        and next.status = 'queued';
    perform notify_of_generation(kept, 'generation_done', null);
    perform emit_video_done(wanted);
    return true;
end
$$;

-- Notifies a member that a video is finished, or could not be made. A chain is one video: its last step counts. Videos of
-- comparisons are the site's own.
create or replace function notify_of_generation(ended generations, kind text, reason text)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    if exists (select from comparison_videos where generation_id = ended.id)
        or exists (select from comparison_reruns where generation_id = ended.id)
        or notify_of_generation.kind = 'generation_done' and ended.group_kind = 'chain' and exists (
            select
            from generations
            where group_kind = 'chain' and group_id = ended.group_id and group_step = ended.group_step + 1
        )
    then
        return;
    end if;
    perform notify_member(
        ended.user_id, notify_of_generation.kind, ended.id || ' ' || ended.run,
        jsonb_strip_nulls(
            jsonb_build_object(
                'title', left(ended.prompt, 80), 'name', ended.model_name, 'reason', notify_of_generation.reason,
                'path', '/my-videos#video-' || ended.id
            )
        )
    );
end
$$;

-- Puts the job that gives a step of a chain its picture into the queue.
create or replace function enqueue_chain(next generations)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    perform enqueue_job(
        'continue_chain', jsonb_build_object('id', next.id), 'default', 1, null, next.id::text, 'keep', '{}', 5
    );
end
$$;

-- Records the picture of a step of a chain, the last frame of the step before it, and starts the step. True for the first one.
create or replace function record_chain_frame(wanted uuid, stored_key text, frame_width int, frame_height int)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    select * into kept from generations where id = wanted and status = 'queued' for update;
    update source_images
    set state = 'ready',
        storage_key = stored_key,
        width = frame_width,
        height = frame_height
    where id = kept.source_image_id and state = 'processing';
    if not found then
        return false;
    end if;
    perform enqueue_submission(kept);
    return true;
end
$$;

-- Records that a step of a chain gets no picture, which fails it and the steps after it. True for the first one.
create or replace function break_chain(wanted uuid, reason text, place_limit int)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    select * into kept from generations where id = wanted and status = 'queued' for update;
    update source_images
    set state = 'refused',
        refusal = reason
    where id = kept.source_image_id and state = 'processing';
    if not found then
        return false;
    end if;
    return stop_generation(kept.id, kept.run, 'failed', 'chain_broken', reason, false, place_limit);
end
$$;

-- Ends a generation without a video. The caller has locked its row. Credits and seconds go back, but for `charge` credits of
-- a cancelled run that its provider had begun. `spent` is what the provider takes all the same; unless it is known, that is
-- nothing for a failure before the provider was done, and what was expected where a video was made or credits are charged.
create or replace function end_generation(
    kept generations, ended_status text, code text, reason text, charge int, spent numeric default null
)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    reference constant text := format('generation %s run %s', kept.id, kept.run);
    charged int := 0;
begin
    if charge > 0 then
        select settled.charged into charged from settle_credits(reference, charge) settled;
    else
        perform release_credits(reference);
    end if;
    update generations
    set status = ended_status,
        step = null,
        error_code = case ended_status when 'failed' then code end,
        error = case ended_status when 'failed' then reason end,
        charged_credits = charged,
        queue_position = null,
        finished_at = dailies_now(),
        updated_at = dailies_now()
    where id = kept.id;
    update generation_usage
    set milliseconds = 0,
        ended_at = dailies_now()
    where generation_id = kept.id and run = kept.run and ended_at is null;
    update generation_runs
    set outcome = ended_status,
        ended_at = dailies_now(),
        cost_usd = coalesce(
            spent, case when charge > 0 or kept.step in ('fetch', 'process') then expected_usd else 0 end
        )
    where generation_id = kept.id and run = kept.run and outcome is null;
    update generation_attempts
    set state = case ended_status when 'failed' then 'failed' else 'cancelled' end,
        error = coalesce(error, reason)
    where generation_id = kept.id and run = kept.run and attempt = kept.attempt
        and state in ('intended', 'accepted', 'lost', 'done');
    if ended_status = 'failed' then
        perform record_model_run(kept.model_id, false, null, null);
        perform notify_of_generation(kept, 'generation_failed', reason);
    end if;
    perform end_next_step(kept);
end
$$;

-- Ends the next step of a chain, which has nothing to start from, and with it the one after it.
create or replace function end_next_step(kept generations)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    later generations;
begin
    if kept.group_kind is distinct from 'chain' then
        return;
    end if;
    select * into later
    from generations
    where group_id = kept.group_id and group_step = kept.group_step + 1 and status = 'queued'
    for update;
    if later.id is not null then
        perform end_generation(later, 'cancelled', null, null, 0);
    end if;
end
$$;

-- Fails or cancels a generation that is under way. True for the first one. A cancelled run is charged `taken_credits`, what
-- the provider says that it took, or all that was reserved when it had begun and does not say so. `spent` is as in
-- end_generation().
create or replace function stop_generation(
    wanted uuid,
    wanted_run int,
    ended_status text,
    code text,
    reason text,
    charge_when_begun boolean,
    place_limit int,
    taken_credits int default null,
    spent numeric default null
)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    select * into kept
    from generations
    where id = wanted and run = wanted_run and status in ('queued', 'processing', 'uncertain')
    for update;
    if kept.id is null then
        perform release_unsent(wanted, wanted_run);
        return false;
    end if;
    perform end_generation(
        kept, ended_status, code, reason,
        case
            when not charge_when_begun then 0
            when taken_credits is not null then least(taken_credits, kept.credits)
            when kept.has_started_at_provider then kept.credits
            else 0
        end,
        spent
    );
    perform start_waiting_generations(kept.provider, place_limit);
    return true;
end
$$;

-- Tries a failed run at the provider again within the same reservation. Outcomes: again, last (no attempt is left), gone.
create or replace function resubmit_generation(
    wanted uuid, wanted_run int, reason text, given_answer jsonb, attempt_limit int, wait interval, place_limit int
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    select * into kept
    from generations
    where id = wanted and run = wanted_run and status = 'processing' and step = 'poll'
    for update;
    if kept.id is null then
        return 'gone';
    end if;
    return queue_again(kept, 'failed', reason, given_answer, attempt_limit, wait, place_limit);
end
$$;

-- Takes up a request that the provider's list of requests has, and whose answer is missing. `listed` are the ids of requests
-- that are like it. Outcomes: claimed, none (every one belongs to another run), wait (one may belong to a run that is being sent), gone.
create or replace function claim_listed_request(wanted uuid, wanted_run int, listed text[])
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
    own text;
begin
    select * into kept
    from generations
    where id = wanted and run = wanted_run and status = 'uncertain' and step = 'submit'
    for update;
    if kept.id is null then
        return 'gone';
    end if;
    -- Of two runs that are alike, each claims a request of its own.
    perform pg_advisory_xact_lock(hashtextextended('listed requests ' || kept.provider, 0));
    if exists (
        select
        from generations
        where provider = kept.provider and status = 'processing' and step = 'submit' and prompt = kept.prompt
    ) then
        return 'wait';
    end if;
    select id
    into own
    from unnest(listed) id
    where not exists (
        select from generation_attempts where provider = kept.provider and request_id = id
    )
    limit 1;
    if own is not null then
        perform record_submission(wanted, wanted_run, kept.attempt, own, '{}', 'null', interval '0');
        return 'claimed';
    end if;
    return 'none';
end
$$;

-- Accepts a webhook whose signature was checked: the provider is asked at once how far the request is. A webhook that comes
-- before the answer to the submission, or instead of it, says the request's id. Outcomes: done, repeated, unknown.
create or replace function accept_webhook(
    from_provider text, webhook_hash bytea, wanted uuid, wanted_run int, named_request text
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    insert into provider_webhooks (hash, provider, received_at)
    values (webhook_hash, from_provider, dailies_now())
    on conflict do nothing;
    if not found then
        return 'repeated';
    end if;
    select * into kept
    from generations
    where id = wanted and run = wanted_run and provider = from_provider
    for update;
    if kept.id is null then
        -- Its member may have deleted it while the call was in flight, whose answer is missing.
        if named_request is not null and exists (
            select
            from generation_runs
            where generation_id = wanted and run = wanted_run and provider = from_provider and outcome is null
        ) and not exists (select from generations where id = wanted and run = wanted_run) then
            perform stop_orphan(wanted, wanted_run, 0, named_request, '{}');
            return 'done';
        end if;
        return 'unknown';
    end if;
    if kept.step = 'submit' and kept.status = 'uncertain' and named_request is not null then
        perform record_submission(wanted, wanted_run, kept.attempt, named_request, '{}', 'null', interval '0');
        return 'done';
    end if;
    -- A request that is being submitted is polled when its answer is recorded.
    if kept.step = 'poll' and kept.status = 'processing' and kept.request_id is not distinct from named_request then
        perform enqueue_poll(kept, null);
    end if;
    return 'done';
end
$$;

-- Finds what has stopped: generations that wait although places are free, and those whose next job is missing.
create or replace function resume_generations(local_limit int, remote_limit int)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    place text;
    kept generations;
    orphan record;
    resumed int := 0;
begin
    for place in select distinct provider from generations where status = 'queued' loop
        resumed := resumed + start_waiting_generations(
            place, case place when 'local' then local_limit else remote_limit end
        );
    end loop;
    for kept in
        select stopped.*
        from generations stopped
        where stopped.status in ('processing', 'uncertain')
            and stopped.updated_at < dailies_now() - interval '1 minute'
            and not exists (
                select from jobs
                where jobs.unique_key = stopped.id || ' ' || stopped.run and jobs.state in ('queued', 'running')
                    and jobs.kind in (
                        'submit_generation', 'draw_generation', 'poll_generation', 'fetch_generation', 'process_generation'
                    )
            )
        limit 100
    loop
        resumed := resumed + 1;
        if kept.step = 'submit' and kept.status = 'processing' then
            perform enqueue_submission(kept);
        elsif kept.step in ('submit', 'poll') then
            perform enqueue_poll(
                kept,
                case when kept.step = 'submit' then least(kept.deadline_at, dailies_now() + interval '15 seconds') end
            );
        else
            perform enqueue_job(
                kept.step || '_generation', jsonb_build_object('id', kept.id, 'run', kept.run),
                case kept.step when 'fetch' then 'outward' else 'default' end, 1, null, kept.id || ' ' || kept.run, 'keep',
                '{}', 12
            );
        end if;
    end loop;
    for kept in
        select next.*
        from generations next
        join source_images frames on frames.id = next.source_image_id and frames.state = 'processing'
        join generations before on before.group_id = next.group_id and before.group_step = next.group_step - 1
        where next.status = 'queued' and next.group_kind = 'chain' and before.status = 'completed'
            and before.finished_at < dailies_now() - interval '1 minute'
            and not exists (
                select from jobs
                where kind = 'continue_chain' and unique_key = next.id::text and state in ('queued', 'running')
            )
        limit 100
    loop
        resumed := resumed + 1;
        perform enqueue_chain(kept);
    end loop;
    -- Deleted runs whose job is gone, such as one that an admin cancelled.
    for orphan in
        select runs.generation_id, runs.run
        from generation_runs runs
        where runs.outcome is null and runs.reserved_at < dailies_now() - interval '1 hour'
            and not exists (
                select from generations where generations.id = runs.generation_id and generations.run = runs.run
            )
            and not exists (
                select from jobs
                where kind = 'cancel_at_provider' and unique_key = runs.generation_id || ' ' || runs.run
                    and state in ('queued', 'running')
            )
        limit 100
    loop
        perform settle_stopped_run(orphan.generation_id, orphan.run, null, null, false);
        resumed := resumed + 1;
    end loop;
    delete from provider_webhooks where received_at < dailies_now() - interval '1 day';
    delete from provider_minutes where minute < dailies_now() - interval '1 hour';
    delete from deleted_generations where deleted_at < dailies_now() - interval '30 days';
    return resumed;
end
$$;

-- Where usage, reservations and generations contradict each other; nothing when all is well.
create or replace function generation_drift()
returns table (generation_id uuid, fault text)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select generations.id, 'no usage of the run'
    from generations
    where not exists (
        select from generation_usage usage
        where usage.generation_id = generations.id and usage.run = generations.run
    )
    union all
    select generations.id, 'usage ended too early or too late'
    from generations
    join generation_usage usage on usage.generation_id = generations.id and usage.run = generations.run
    where (usage.ended_at is not null) <> (generations.status in ('completed', 'failed', 'cancelled'))
    union all
    select generations.id, 'the reservation is ' || reservations.state
    from generations
    join credit_reservations reservations
        on reservations.reference = format('generation %s run %s', generations.id, generations.run)
    where (reservations.state = 'reserved') <> (generations.status in ('queued', 'processing', 'uncertain'))
        or generations.status in ('completed', 'failed', 'cancelled')
            and coalesce(reservations.settled_amount, 0) is distinct from generations.charged_credits
    union all
    select generations.id, 'its costs say ' || coalesce(runs.outcome, 'under way')
    from generations
    left join generation_runs runs on runs.generation_id = generations.id and runs.run = generations.run
    where runs.run is null
        or runs.outcome is distinct from case when generations.finished_at is not null then generations.status end
        or (runs.outcome is null) <> (runs.cost_usd is null)
        or (runs.provider, runs.model_id) <> (generations.provider, generations.model_id)
        or generations.status = 'completed' and generations.cost_usd <> runs.cost_usd
    union all
    select generations.id, 'more than one attempt was accepted at a time'
    from generations
    join generation_attempts attempts on attempts.generation_id = generations.id
    where attempts.state in ('accepted', 'done')
    group by generations.id, attempts.run
    having count(*) > 1;
$$;

revoke all on function
    enqueue_poll(generations, timestamptz),
    enqueue_cancellation(uuid, int, text, text, text, jsonb, boolean, jsonb, timestamptz),
    stop_orphan(uuid, int, int, text, jsonb),
    release_unsent(uuid, int),
    settle_stopped_run(uuid, int, int, numeric, boolean),
    end_next_step(generations),
    start_waiting_generations(text, int),
    begin_submission(uuid, int, int, interval),
    record_submission(uuid, int, int, text, jsonb, jsonb, interval),
    record_lost_submission(uuid, int, int, text),
    record_unaccepted_submission(uuid, int, int, text, int, interval, int),
    record_progress(uuid, int, int, int, boolean),
    record_result(uuid, int, text, jsonb, int),
    record_original(uuid, int, text, int),
    complete_generation(uuid, int, jsonb, int),
    notify_of_generation(generations, text, text),
    enqueue_chain(generations),
    record_chain_frame(uuid, text, int, int),
    break_chain(uuid, text, int),
    end_generation(generations, text, text, text, int, numeric),
    stop_generation(uuid, int, text, text, text, boolean, int, int, numeric),
    queue_again(generations, text, text, jsonb, int, interval, int),
    claim_listed_request(uuid, int, text[]),
    resubmit_generation(uuid, int, text, jsonb, int, interval, int),
    accept_webhook(text, bytea, uuid, int, text),
    resume_generations(int, int),
    generation_drift()
    from public;
grant execute on function
    settle_stopped_run(uuid, int, int, numeric, boolean),
    start_waiting_generations(text, int),
    begin_submission(uuid, int, int, interval),
    record_submission(uuid, int, int, text, jsonb, jsonb, interval),
    record_lost_submission(uuid, int, int, text),
    record_unaccepted_submission(uuid, int, int, text, int, interval, int),
    record_progress(uuid, int, int, int, boolean),
    record_result(uuid, int, text, jsonb, int),
    record_original(uuid, int, text, int),
    complete_generation(uuid, int, jsonb, int),
    record_chain_frame(uuid, text, int, int),
    break_chain(uuid, text, int),
    stop_generation(uuid, int, text, text, text, boolean, int, int, numeric),
    claim_listed_request(uuid, int, text[]),
    resubmit_generation(uuid, int, text, jsonb, int, interval, int),
    resume_generations(int, int),
    generation_drift()
    to dailies_jobs;
grant execute on function accept_webhook(text, bytea, uuid, int, text) to dailies_web, dailies_jobs;

-- Lets the provider be asked again after a while, unless that is planned for an earlier time.
create or replace function schedule_poll(wanted uuid, wanted_run int, wait interval)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform enqueue_job(
        'poll_generation', jsonb_build_object('id', wanted, 'run', wanted_run), 'outward', 0, dailies_now() + wait,
        wanted || ' ' || wanted_run, 'keep', '{}', 1000
    );
end
$$;

revoke all on function schedule_poll(uuid, int, interval) from public;
grant execute on function schedule_poll(uuid, int, interval) to dailies_jobs;
