-- How providers are: what may be sent to them, what their calls show, and moving runs from one to another. All of it is
-- in these tables, so that every worker of every machine sees the same.

-- The places at a provider: an admin's number, or else the setting's.
create or replace function provider_places(wanted_provider text, standard int)
returns int
language sql
stable
set search_path = public, pg_temp
as $$
    select coalesce((select concurrency from provider_limits where provider = wanted_provider), standard);
$$;

-- Until when nothing may be sent to a provider, and why: paused (an admin's pause, which has no end), open (the breaker), probing
-- (one request is on its way to see whether the provider works again), retry_after (the provider asked for it), rate (the
-- submissions of a minute are used up). No row when requests may be sent. A probe whose worker died counts for a minute.
create or replace function provider_rest(wanted_provider text)
returns table (until timestamptz, reason text)
language sql
stable
set search_path = public, pg_temp
as $$
    select rests.until, rests.reason
    from (
        select retry_at as until, 'open' as reason
        from provider_states
        where provider = wanted_provider and breaker = 'open'
        union all
        select changed_at + interval '1 minute', 'probing'
        from provider_states
        where provider = wanted_provider and breaker = 'half_open'
        union all
        select resting_until, 'retry_after'
        from provider_states
        where provider = wanted_provider
        union all
        select
            (
                select intended_at + interval '1 minute'
                from generation_attempts
                where provider = wanted_provider and intended_at > dailies_now() - interval '1 minute'
                order by intended_at desc
                offset submissions_per_minute - 1
                limit 1
            ),
            'rate'
        from provider_limits
        where provider = wanted_provider and submissions_per_minute is not null
        union all
        select 'infinity', 'paused'
        from job_pauses
        where scope = 'provider' and name = wanted_provider
    ) rests
    where rests.until > dailies_now()
    order by rests.until desc
    limit 1;
$$;

-- Starts what waits for a provider when its rest is over. The end of a pause starts it too (resume_jobs()).
create or replace function wake_provider_at(wanted_provider text, due timestamptz)
returns void
language sql
set search_path = public, pg_temp
as $$
    select enqueue_job(
        'wake_provider', jsonb_build_object('provider', wanted_provider), 'outward', 1, due, wanted_provider, 'replace', '{}', 20
    )
    where isfinite(due);
$$;

-- The providers that get no requests at the moment, and whether an admin has paused them.
create or replace function resting_providers()
returns table (provider text, is_paused boolean)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select name, true
    from job_pauses
    where scope = 'provider'
    union all
    select states.provider, false
    from provider_states states
    where (states.breaker <> 'closed' or states.resting_until > dailies_now() + interval '10 seconds')
        and not exists (select from job_pauses where scope = 'provider' and name = states.provider);
$$;

-- Opens the breaker of a provider.
create or replace function open_breaker(wanted_provider text, why text, wanted_pause interval)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    update provider_states
    set breaker = 'open',
        reason = why,
        changed_at = dailies_now(),
        retry_at = dailies_now() + wanted_pause,
        pause = wanted_pause,
        probe_id = null
    where provider = wanted_provider;
    perform wake_provider_at(wanted_provider, dailies_now() + wanted_pause);
end
$$;

-- Records a call and what it shows. `result`: good, fault (the provider does not work) or limited (it works and wants fewer
-- calls). The breaker opens when at least `minimum_calls` were made in the last five minutes and `bad_percent` of them were
-- faults, or took longer than `slow_ms`. The probe decides what follows an open one. Returns opened, reopened, closed, or
-- null when nothing has changed.
create or replace function record_provider_call(
    wanted_provider text,
    wanted uuid,
    is_submission boolean,
    result text,
    call_ms int,
    rest_seconds int,
    minimum_calls int,
    bad_percent int,
    slow_ms int,
    first_pause interval,
    place_limit int
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    is_slow constant boolean := call_ms > slow_ms;
    kept provider_states;
    counted record;
    why text;
begin
    insert into provider_minutes as minutes (provider, minute, calls, faults, slow, took_ms, longest_ms)
    values (
        wanted_provider, date_trunc('minute', dailies_now()), 1, (result = 'fault')::int, is_slow::int, call_ms, call_ms
    )
    on conflict (provider, minute) do update
    set calls = minutes.calls + 1,
        faults = minutes.faults + excluded.faults,
        slow = minutes.slow + excluded.slow,
        took_ms = minutes.took_ms + excluded.took_ms,
        longest_ms = greatest(minutes.longest_ms, excluded.longest_ms);
    if result = 'good' and not is_slow and not exists (
        select from provider_states where provider = wanted_provider and breaker = 'half_open' and probe_id = wanted
    ) then
        return null;
    end if;
    insert into provider_states (provider, changed_at, counted_from)
    values (wanted_provider, dailies_now(), '-infinity')
    on conflict do nothing;
    select * into kept from provider_states where provider = wanted_provider for update;
    if rest_seconds > 0 then
        update provider_states
        set resting_until = greatest(resting_until, dailies_now() + make_interval(secs => least(rest_seconds, 3600)))
        where provider = wanted_provider;
    end if;
    if kept.breaker = 'half_open' then
        if not is_submission or kept.probe_id <> wanted then
            return null;
        elsif result = 'fault' then
            perform open_breaker(wanted_provider, kept.reason, least(kept.pause * 2, interval '10 minutes'));
            return 'reopened';
        end if;
        update provider_states
        set breaker = 'closed',
            reason = null,
            changed_at = dailies_now(),
            retry_at = null,
            pause = null,
            probe_id = null,
            -- Whole minutes are counted.
            counted_from = date_trunc('minute', dailies_now()) + interval '1 minute'
        where provider = wanted_provider;
        perform start_waiting_generations(wanted_provider, place_limit);
        return 'closed';
    elsif kept.breaker = 'open' then
        return null;
    end if;
    select coalesce(sum(calls), 0) as calls, coalesce(sum(faults), 0) as faults, coalesce(sum(slow), 0) as slow
    into counted
    from provider_minutes
    where provider = wanted_provider and minute > dailies_now() - interval '5 minutes' and minute >= kept.counted_from;
    if counted.calls < minimum_calls then
        return null;
    elsif counted.faults * 100 >= counted.calls * bad_percent then
        why := 'faults';
    elsif counted.slow * 100 >= counted.calls * bad_percent then
        why := 'slow';
    else
        return null;
    end if;
    perform open_breaker(wanted_provider, why, first_pause);
    return 'opened';
end
$$;

-- Closes the breaker of a provider by hand, and ends what the provider asked for. Outcomes: done, provider_not_found.
create or replace function close_breaker(actor uuid, wanted_provider text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept provider_states;
begin
    perform require_admin(actor);
    if not exists (select from providers where name = wanted_provider) then
        return 'provider_not_found';
    end if;
    select * into kept from provider_states where provider = wanted_provider for update;
    if kept.breaker = 'closed' and coalesce(kept.resting_until <= dailies_now(), true) or kept.provider is null then
        return 'done';
    end if;
    update provider_states
    set breaker = 'closed',
        reason = null,
        changed_at = dailies_now(),
        retry_at = null,
        pause = null,
        probe_id = null,
        resting_until = null,
        counted_from = date_trunc('minute', dailies_now()) + interval '1 minute'
    where provider = wanted_provider;
    perform write_audit(
        actor, 'provider.close_breaker', 'provider', wanted_provider, null,
        jsonb_build_object('breaker', kept.breaker), jsonb_build_object('breaker', 'closed')
    );
    perform wake_provider_at(wanted_provider, dailies_now());
    return 'done';
end
$$;

-- Every provider with its limits, its state and its figures of the last five minutes, and what waits.
create or replace function provider_health()
returns table (
    provider text,
    breaker text,
    reason text,
    changed_at timestamptz,
    retry_at timestamptz,
    resting_until timestamptz,
    calls bigint,
    faults bigint,
    slow bigint,
    mean_ms bigint,
    longest_ms int,
    under_way bigint,
    waiting bigint,
    uncertain bigint,
    submitted_last_minute bigint,
    spent_usd numeric,
    monthly_cap_usd numeric,
    concurrency int,
    submissions_per_minute int,
    paused_at timestamptz,
    paused_by text,
    pause_reason text
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select providers.name, coalesce(states.breaker, 'closed'), states.reason, states.changed_at, states.retry_at,
        case when states.resting_until > dailies_now() then states.resting_until end,
        coalesce(counted.calls, 0), coalesce(counted.faults, 0), coalesce(counted.slow, 0),
        (counted.took_ms / nullif(counted.calls, 0))::bigint, counted.longest_ms,
        (
            select count(*)
            from generations
            where generations.provider = providers.name and status in ('processing', 'uncertain')
                and step in ('submit', 'poll')
        ),
        (select count(*) from generations where generations.provider = providers.name and status = 'queued'),
        (
            select count(*)
            from generations
            where generations.provider = providers.name and status in ('processing', 'uncertain') and status = 'uncertain'
        ),
        (
            select count(*)
            from generation_attempts attempts
            where attempts.provider = providers.name and intended_at > dailies_now() - interval '1 minute'
        ),
        provider_spending(providers.name), limits.monthly_cap_usd, limits.concurrency, limits.submissions_per_minute,
        pauses.paused_at, users.username, pauses.reason
    from providers
    left join provider_states states on states.provider = providers.name
    left join provider_limits limits on limits.provider = providers.name
    left join job_pauses pauses on pauses.scope = 'provider' and pauses.name = providers.name
    left join users on users.id = pauses.paused_by
    left join lateral (
        select sum(calls) as calls, sum(faults) as faults, sum(slow) as slow, sum(took_ms) as took_ms,
            max(longest_ms) as longest_ms
        from provider_minutes
        where provider_minutes.provider = providers.name and minute > dailies_now() - interval '5 minutes'
    ) counted on true
    order by providers.is_automatic desc, providers.name;
$$;

-- Moves a run that no provider has accepted to another row of the same model, which costs no more. The caller has compared
-- the models, and `model_version` is the row that it compared. True when it was moved.
create or replace function move_generation(
    wanted uuid,
    wanted_run int,
    target uuid,
    model_version timestamptz,
    expected numeric,
    sent_parameters jsonb,
    why text
)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
    model models;
    place text;
begin
    select * into kept from generations where id = wanted and run = wanted_run and status = 'queued' for update;
    select * into model from models where id = target for share;
    if kept.id is null or model.id is null or not model.is_active or model.is_deprecated
        or model.updated_at <> model_version or model.provider = kept.provider or expected > kept.expected_usd
        or exists (
            select
            from generation_attempts
            where generation_id = wanted and run = wanted_run and state not in ('not_accepted', 'refused')
        )
        or exists (select from provider_rest(model.provider))
    then
        return false;
    end if;
    perform from provider_limits where provider = model.provider for no key update;
    if exists (
        select
        from provider_limits
        where provider = model.provider and expected > 0
            and provider_spending(model.provider) + expected > monthly_cap_usd
    ) then
        return false;
    end if;
    select display_name into place from providers where name = kept.provider;
    update generations
    set model_id = model.id,
        model_name = model.name,
        provider = model.provider,
        endpoint = coalesce(model.endpoint, model.model_id),
        parameters = sent_parameters,
        expected_usd = expected,
        moved_from = coalesce(place, kept.provider),
        moved_from_model = kept.model_name,
        moved_because = why,
        attempts_before_move = kept.attempt,
        updated_at = dailies_now()
    where id = wanted
    returning * into kept;
    update generation_runs
    set model_id = model.id,
        provider = model.provider,
        expected_usd = expected
    where generation_id = wanted and run = wanted_run;
    perform enqueue_submission(kept);
    return true;
end
$$;

revoke all on function
    provider_places(text, int),
    provider_rest(text),
    wake_provider_at(text, timestamptz),
    open_breaker(text, text, interval),
    record_provider_call(text, uuid, boolean, text, int, int, int, int, int, interval, int),
    close_breaker(uuid, text),
    provider_health(),
    resting_providers(),
    move_generation(uuid, int, uuid, timestamptz, numeric, jsonb, text)
    from public;
grant execute on function
    record_provider_call(text, uuid, boolean, text, int, int, int, int, int, interval, int),
    move_generation(uuid, int, uuid, timestamptz, numeric, jsonb, text)
    to dailies_jobs;
grant execute on function
    close_breaker(uuid, text),
    provider_health(),
    resting_providers()
    to dailies_web, dailies_jobs;
