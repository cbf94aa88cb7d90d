-- The queue as admins and operators see it. A request for a video is one entry, in place of the jobs that are its steps.

create or replace function is_generation_step(kind text)
returns boolean
language sql
immutable
as $$
    select kind in (
        'submit_generation', 'draw_generation', 'poll_generation', 'fetch_generation', 'process_generation'
    );
$$;

-- What a kind of job is for: generation, media, mail or upkeep.
create or replace function job_group(kind text)
returns text
language sql
immutable
as $$
    select case
        when kind in ('generation', 'cancel_at_provider') or is_generation_step(kind) then 'generation'
        when kind in (
            'assemble_film', 'make_cover', 'make_thumbnails', 'process_source_image', 'remove_media', 'render_demo_clip',
            'stage_video', 'validate_clip'
        ) then 'media'
        when kind in ('mail_notices', 'send_contact_message', 'send_sign_in_link') then 'mail'
        else 'upkeep'
    end;
$$;

-- The payload of a job without what is private: addresses of mail, and words that open something.
create or replace function shown_payload(payload jsonb)
returns jsonb
language sql
immutable
set search_path = public, pg_temp
as $$
    select coalesce(
        jsonb_object_agg(
            member.key,
            case
                when member.key ~* '(address|mail|token|secret|password|signature)' and jsonb_typeof(member.value) <> 'null'
                    then '"hidden"'::jsonb
                else member.value
            end
        ),
        '{}'
    )
    from jsonb_each(case jsonb_typeof(payload) when 'object' then payload else '{}' end) member;
$$;

-- A clip or a season that a payload names, by its title.
create or replace function job_subject(payload jsonb)
returns text
language sql
stable
set search_path = public, pg_temp
as $$
    select coalesce(
        (
            select title
            from tournament_clips
            where id = (
                case when payload ->> 'clipID' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                    then payload ->> 'clipID' end
            )::uuid
        ),
        (
            select label
            from seasons
            where id = (
                case when payload ->> 'seasonID' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                    then payload ->> 'seasonID' end
            )::uuid
        ),
        payload ->> 'name',
        payload ->> 'provider'
    );
$$;

-- The rows of the model (models.family) at other providers, which can be run.
create or replace function equal_models(wanted uuid)
returns setof models
language sql
stable
set search_path = public, pg_temp
as $$
    select other.*
    from models
    join models other on other.family = models.family
    join providers on providers.name = other.provider
    where models.id = wanted and other.provider <> models.provider and other.is_active and not other.is_deprecated
        and providers.is_automatic
    order by other.provider, other.slug;
$$;

-- Entries from the newest. `filter` may have state, kind, provider, group, job and video; without any, finished upkeep is left
-- out. Jobs and videos are two lists, each in its own order, that are merged by time; the marks say where each of them ends.
create or replace function list_jobs(
    actor uuid,
    filter jsonb,
    after_job bigint,
    after_made bigint,
    after_video uuid,
    row_limit int
)
returns table (
    key text,
    is_video boolean,
    kind text,
    queue text,
    state text,
    subject text,
    owner_id uuid,
    owner_name text,
    provider text,
    progress int,
    priority int,
    attempt int,
    max_attempts int,
    created_at timestamptz,
    run_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    is_cancelling boolean,
    error text,
    job_mark bigint,
    made_mark bigint,
    video_mark uuid
)
language plpgsql
stable
security definer
set search_path = public, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    made_before timestamptz := timestamptz 'epoch' + after_made * interval '1 microsecond';
begin
    perform require_admin(actor);
    if filter ? 'video' then
        -- Where the order of the list meets it.
        select generations.created_at + interval '1 microsecond'
        into made_before
        from generations
        where generations.id = (filter ->> 'video')::uuid;
    elsif filter ? 'job' then
        after_job := (filter ->> 'job')::bigint + 1;
    end if;
    return query
    with found_jobs as (
        select jobs.*
        from jobs
        where jobs.id < after_job
            and not filter ?| array['video', 'provider']
            and (not filter ? 'job' or jobs.id = (filter ->> 'job')::bigint)
            and (not filter ? 'state' or jobs.state = filter ->> 'state')
            and (not filter ? 'kind' or jobs.kind = filter ->> 'kind')
            and (not filter ? 'group' or job_group(jobs.kind) = filter ->> 'group')
            and (not is_generation_step(jobs.kind) or filter ?| array['kind', 'job'])
            and (
                filter ?| array['group', 'kind', 'job'] or jobs.state in ('queued', 'running', 'failed')
                or job_group(jobs.kind) <> 'upkeep'
            )
        order by jobs.id desc
        limit row_limit
    ),
    found_videos as (
        select generations.*
        from generations
        where (generations.created_at, generations.id) < (made_before, after_video)
            and not filter ? 'job'
            and (not filter ? 'video' or generations.id = (filter ->> 'video')::uuid)
            and (not filter ? 'provider' or generations.provider = filter ->> 'provider')
            and (not filter ? 'kind' or filter ->> 'kind' = 'generation')
            and (not filter ? 'group' or filter ->> 'group' = 'generation')
            and (
                not filter ? 'state'
                or generations.status = case filter ->> 'state' when 'running' then 'processing' else filter ->> 'state' end
            )
        order by generations.created_at desc, generations.id desc
        limit row_limit
    ),
    entries as (
        select
            found_jobs.id as job_id,
            null::uuid as video_id,
            -- Numbers are drawn in order, and the times of concurrent transactions nearly so.
            min(found_jobs.created_at) over (order by found_jobs.id desc) as sort_at,
            row_number() over (order by found_jobs.id desc) as job_place,
            null::bigint as video_place
        from found_jobs
        union all
        select
            null,
            found_videos.id,
            found_videos.created_at,
            null,
            row_number() over (order by found_videos.created_at desc, found_videos.id desc)
        from found_videos
    ),
    ordered as (
        select
            entries.*,
            row_number() over merged as place,
            max(entries.job_place) over merged as last_job,
            max(entries.video_place) over merged as last_video
        from entries
        window merged as (
            order by entries.sort_at desc, entries.job_place nulls last, entries.video_place
            rows between unbounded preceding and current row
        )
    ),
    shown as (
        select * from ordered order by ordered.place limit row_limit
    )
    select
        coalesce(shown.job_id::text, shown.video_id::text),
        shown.video_id is not null,
        coalesce(found_jobs.kind, 'generation'),
        coalesce(found_jobs.queue, generation_queue(found_videos.provider)),
        coalesce(found_jobs.state, case found_videos.status when 'processing' then 'running' else found_videos.status end),
        coalesce(found_videos.model_name, job_subject(found_jobs.payload)),
        users.id,
        users.username,
        found_videos.provider,
        found_videos.progress,
        coalesce(found_jobs.priority, found_videos.priority)::int,
        coalesce(found_jobs.attempt, found_videos.attempt),
        found_jobs.max_attempts,
        coalesce(found_jobs.created_at, found_videos.created_at),
        found_jobs.run_at,
        coalesce(found_jobs.claimed_at, found_videos.started_at),
        coalesce(found_jobs.finished_at, found_videos.finished_at),
        coalesce(found_jobs.cancel_requested_at, found_videos.cancel_requested_at) is not null,
        coalesce(
            found_videos.error,
            case when found_jobs.state <> 'completed' then found_jobs.errors -> -1 ->> 'error' end,
            (
                select attempts.error
                from generation_attempts attempts
                where found_videos.status = 'uncertain' and attempts.generation_id = found_videos.id
                    and attempts.run = found_videos.run and attempts.attempt = found_videos.attempt
            )
        ),
        coalesce(last_job.job_id, after_job),
        coalesce((extract(epoch from last_video.sort_at) * 1000000)::bigint, after_made),
        coalesce(last_video.video_id, after_video)
    from shown
    left join found_jobs on found_jobs.id = shown.job_id
    left join found_videos on found_videos.id = shown.video_id
    left join users on users.id = found_videos.user_id
    left join entries last_job on last_job.job_place = shown.last_job
    left join entries last_video on last_video.video_place = shown.last_video
    order by shown.place;
end
$$;

-- How many entries are in each state, those that have ended in the last day; the queues and the kinds with what is paused;
-- the providers with what they are doing. `changed` differs whenever something other than upkeep has.
create or replace function job_overview(actor uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = public, pg_temp
set jit = off
as $$
declare
    moment constant timestamptz := dailies_now();
    result jsonb;
begin
    perform require_admin(actor);
    with counted as materialized (
        select
            kind,
            queue,
            state,
            is_generation_step(kind) as is_step,
            job_group(kind) as job_group,
            count(*) as jobs,
            count(*) filter (where finished_at > moment - interval '1 day') as recent,
            min(run_at) filter (where state = 'queued' and run_at <= moment) as waiting_since,
            sum(claims) as claims,
            max(id) as last_id
        from jobs
        group by kind, queue, state
    ),
    under_way as materialized (
        select
            provider,
            status,
            count(*) as videos,
            min(created_at) as waiting_since,
            max(updated_at) as changed_at
        from generations
        where status in ('queued', 'processing', 'uncertain')
        group by provider, status
    ),
    ended as (
        select status, count(*) as videos
        from generations
        where finished_at > moment - interval '1 day'
        group by status
    ),
    states (state, entries) as (
        select state, case when state in ('queued', 'running') then jobs else recent end
        from counted
        where not is_step and (job_group <> 'upkeep' or state in ('queued', 'running', 'failed'))
        union all
        select case status when 'processing' then 'running' else status end, videos
        from under_way
        union all
        select status, videos
        from ended
    ),
    queues as (
        select
            names.name,
            coalesce(sum(counted.jobs) filter (where counted.state = 'queued'), 0) as waiting,
            coalesce(sum(counted.jobs) filter (where counted.state = 'running'), 0) as running,
            min(counted.waiting_since) as waiting_since
        from (
            select queue as name from counted
            union select unnest(array['default', 'outward', 'upkeep'])
            union select name from job_pauses where scope = 'queue'
        ) names
        left join counted on counted.queue = names.name
        group by names.name
    ),
    kinds as (
        select
            names.name,
            coalesce(sum(counted.jobs) filter (where counted.state = 'queued'), 0) as waiting,
            coalesce(sum(counted.jobs) filter (where counted.state = 'running'), 0) as running,
            coalesce(sum(counted.jobs) filter (where counted.state = 'failed'), 0) as failed
        from (
            select kind as name from counted
            union select name from job_pauses where scope = 'kind'
        ) names
        left join counted on counted.kind = names.name
        group by names.name
    )
    select jsonb_build_object(
        'counts', (
            select jsonb_object_agg(known.state, coalesce(summed.entries, 0))
            from unnest(array['queued', 'running', 'uncertain', 'completed', 'failed', 'cancelled']) known (state)
            left join (select state, sum(entries) as entries from states group by state) summed using (state)
        ),
        'waitingSince', rfc3339(least(
            (select min(waiting_since) from counted where not is_step),
            (select min(waiting_since) from under_way where status = 'queued')
        )),
        'queues', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'name', queues.name, 'waiting', queues.waiting, 'running', queues.running,
                    'waitingSince', rfc3339(queues.waiting_since), 'pausedAt', rfc3339(pauses.paused_at),
                    'pausedBy', users.username, 'reason', pauses.reason
                )
                order by queues.name
            ), '[]')
            from queues
            left join job_pauses pauses on pauses.scope = 'queue' and pauses.name = queues.name
            left join users on users.id = pauses.paused_by
        ),
        'kinds', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'name', kinds.name, 'group', job_group(kinds.name), 'waiting', kinds.waiting,
                    'running', kinds.running, 'failed', kinds.failed, 'pausedAt', rfc3339(pauses.paused_at),
                    'pausedBy', users.username, 'reason', pauses.reason
                )
                order by kinds.name
            ), '[]')
            from kinds
            left join job_pauses pauses on pauses.scope = 'kind' and pauses.name = kinds.name
            left join users on users.id = pauses.paused_by
        ),
        'providers', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'name', providers.name,
                    'displayName', providers.display_name,
                    'waiting', coalesce((
                        select videos from under_way where provider = providers.name and status = 'queued'
                    ), 0),
                    'running', coalesce((
                        select videos from under_way where provider = providers.name and status = 'processing'
                    ), 0),
                    'uncertain', coalesce((
                        select videos from under_way where provider = providers.name and status = 'uncertain'
                    ), 0)
                )
                order by lower(providers.display_name)
            ), '[]')
            from providers
            where providers.is_automatic
        ),
        'changed', concat_ws(
            ' ',
            (
                select md5(string_agg(
                    concat_ws(' ', kind, queue, state, jobs, claims, last_id), ',' order by kind, queue, state
                ))
                from counted
                where job_group <> 'upkeep'
            ),
            (select max(changed_at) || ' ' || sum(videos) from under_way),
            (select sum(videos) from ended),
            (select count(*) || ' ' || max(paused_at) from job_pauses),
            (
                select md5(string_agg(concat_ws(' ', provider, breaker, changed_at, resting_until), ',' order by provider))
                from provider_states
            )
        )
    )
    into result;
    return result;
end
$$;

-- All that is known of one job or video: its payload, every attempt with the answer of its provider, for a video the jobs that
-- were its steps, and the providers that have the same model. Null when there is none.
create or replace function describe_job(actor uuid, wanted_job bigint, wanted_video uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
declare
    job jobs;
    video generations;
begin
    perform require_admin(actor);
    if wanted_video is not null then
        select * into video from generations where id = wanted_video;
        if video.id is null then
            return null;
        end if;
        return jsonb_build_object(
            'payload', jsonb_strip_nulls(jsonb_build_object(
                'prompt', video.prompt, 'negativePrompt', video.negative_prompt, 'model', video.model_name,
                'endpoint', video.endpoint, 'durationSeconds', trim_scale(video.duration_ms / 1000.0), 'frames', video.frames,
                'quality', video.quality, 'aspectRatio', video.aspect_ratio, 'seed', video.seed,
                'imageId', video.source_image_id, 'parameters', video.parameters, 'credits', video.credits
            )),
            'run', video.run,
            'step', video.step,
            'errorCode', video.error_code,
            'requestId', video.request_id,
            'deadlineAt', rfc3339(video.deadline_at),
            'chargedCredits', video.charged_credits,
            'attempts', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'run', attempts.run, 'attempt', attempts.attempt, 'provider', attempts.provider,
                        'state', attempts.state, 'requestId', attempts.request_id,
                        'startedAt', rfc3339(attempts.intended_at), 'endedAt', rfc3339(attempts.answered_at),
                        'worker', null, 'error', attempts.error, 'answer', attempts.answer
                    )
                    order by attempts.run desc, attempts.attempt desc
                ), '[]')
                from generation_attempts attempts
                where attempts.generation_id = video.id
            ),
            'steps', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', steps.id::text, 'kind', steps.kind, 'state', steps.state, 'attempt', steps.attempt,
                        'runAt', rfc3339(steps.run_at), 'finishedAt', rfc3339(steps.finished_at),
                        'error', steps.errors -> -1 ->> 'error'
                    )
                    order by steps.id desc
                ), '[]')
                from (
                    select *
                    from jobs
                    where is_generation_step(jobs.kind) and jobs.payload ->> 'id' ilike video.id::text
                    order by jobs.id desc
                    limit 50
                ) steps
            ),
            'otherProviders', (
                select coalesce(jsonb_agg(distinct others.provider), '[]')
                from equal_models(video.model_id) others
                where video.status = 'failed'
            )
        );
    end if;
    select * into job from jobs where id = wanted_job;
    if job.id is null then
        return null;
    end if;
    return jsonb_build_object(
        'payload', shown_payload(job.payload),
        'run', 1,
        'step', null,
        'errorCode', null,
        'requestId', null,
        'deadlineAt', null,
        'chargedCredits', null,
        'attempts', (
            select coalesce(jsonb_agg(attempts.facts order by attempts.place desc), '[]')
            from (
                select
                    entry.place,
                    jsonb_build_object(
                        'run', 1, 'attempt', entry.value -> 'attempt', 'provider', null, 'state', 'failed',
                        'requestId', null, 'startedAt', null, 'endedAt', entry.value -> 'at',
                        'worker', entry.value -> 'worker', 'error', entry.value -> 'error', 'answer', null
                    ) as facts
                from jsonb_array_elements(job.errors) with ordinality entry (value, place)
                union all
                select
                    1000000,
                    jsonb_build_object(
                        'run', 1, 'attempt', job.attempt, 'provider', null, 'state', job.state, 'requestId', null,
                        'startedAt', rfc3339(job.claimed_at), 'endedAt', rfc3339(job.finished_at), 'worker', job.leased_by,
                        'error', null, 'answer', null
                    )
                where job.state in ('running', 'completed')
            ) attempts
        ),
        'steps', '[]'::jsonb,
        'otherProviders', '[]'::jsonb
    );
end
$$;

-- Cancels jobs and videos. A step is cancelled with its video. Outcomes: cancelled, cancelling (it is asked to stop), finished,
-- not_found.
create or replace function operate_cancel(actor uuid, wanted_jobs bigint[], wanted_videos uuid[])
returns table (key text, outcome text)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    job jobs;
    video generations;
    wanted_job bigint;
    wanted_video uuid;
    ended text;
begin
    perform require_admin(actor);
    foreach wanted_job in array array(select distinct unnest(wanted_jobs) order by 1) loop
        select * into job from jobs where id = wanted_job;
        if job.id is not null and is_generation_step(job.kind) then
            wanted_videos := wanted_videos || (job.payload ->> 'id')::uuid;
            continue;
        end if;
        ended := coalesce(cancel_job(wanted_job), 'not_found');
        -- Before this call it had ended already.
        ended := case when job.state in ('completed', 'failed', 'cancelled') then 'finished' else ended end;
        if ended in ('cancelled', 'cancelling') then
            perform write_audit(actor, 'job.cancel', 'job', wanted_job::text, null, null, jsonb_build_object('kind', job.kind));
        end if;
        return query select wanted_job::text, ended;
    end loop;
    foreach wanted_video in array array(select distinct unnest(wanted_videos) order by 1) loop
        select * into video from generations where id = wanted_video;
        ended := case when video.id is null then 'not_found' else cancel_generation(video.user_id, wanted_video) end;
        ended := case ended when 'generation_not_found' then 'not_found' else ended end;
        if ended in ('cancelled', 'cancelling') then
            perform write_audit(
                actor, 'job.cancel', 'job', wanted_video::text, null, null,
                jsonb_build_object('kind', 'generation', 'model', video.model_name)
            );
        end if;
        return query select wanted_video::text, ended;
    end loop;
end
$$;

-- Puts failed and cancelled jobs back into the queue. Returns those that were.
create or replace function operate_redrive(actor uuid, wanted_jobs bigint[])
returns setof bigint
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    redriven bigint;
begin
    perform require_admin(actor);
    for redriven in select * from redrive_jobs(wanted_jobs) loop
        perform write_audit(
            actor, 'job.redrive', 'job', redriven::text, null, null,
            (select jsonb_build_object('kind', kind) from jobs where id = redriven)
        );
        return next redriven;
    end loop;
end
$$;

-- Gives a failed video to the same model at another provider, before it is run again. The caller has checked the model.
-- Outcomes: done, generation_not_found, not_failed.
create or replace function operate_move(actor uuid, wanted uuid, target uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
    model models;
begin
    perform require_admin(actor);
    select * into kept from generations where id = wanted;
    -- The locks are taken in the order of retry_generation().
    perform from users where users.id = kept.user_id for no key update;
    select * into kept from generations where id = wanted for update;
    if kept.id is null then
        return 'generation_not_found';
    elsif kept.status <> 'failed' then
        return 'not_failed';
    end if;
    select * into strict model from equal_models(kept.model_id) other where other.id = target;
    update generations
    set model_id = model.id,
        model_name = model.name,
        provider = model.provider,
        endpoint = coalesce(model.endpoint, model.model_id)
    where id = wanted;
    perform write_audit(
        actor, 'job.move', 'job', wanted::text, null,
        jsonb_build_object('provider', kept.provider), jsonb_build_object('provider', model.provider)
    );
    return 'done';
end
$$;

-- Puts what waits at the front, at the end or in the middle of its queue. Returns what was moved; what does not wait stays.
create or replace function operate_reorder(actor uuid, wanted_jobs bigint[], wanted_videos uuid[], place text)
returns setof text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    level smallint := case place when 'first' then 2 when 'normal' then 0 when 'last' then -2 end;
    moved text;
begin
    perform require_admin(actor);
    if level is null then
        raise exception 'unknown place %', place using errcode = 'invalid_parameter_value';
    end if;
    for moved in
        with moved_videos as (
            update generations
            set priority = level
            where id = any (wanted_videos) and status = 'queued'
            returning id, run
        ),
        moved_steps as (
            update jobs
            set priority = coalesce(nullif(level, 0), 1),
                run_at = case place when 'first' then least(run_at, dailies_now()) else run_at end
            from moved_videos
            where jobs.kind in ('submit_generation', 'draw_generation') and jobs.state = 'queued'
                and jobs.unique_key = moved_videos.id || ' ' || moved_videos.run
        ),
        moved_jobs as (
            update jobs
            set priority = level,
                run_at = case place when 'first' then least(run_at, dailies_now()) else run_at end
            where id = any (wanted_jobs) and state = 'queued' and not is_generation_step(kind)
            returning id
        )
        select id::text from moved_videos
        union all
        select id::text from moved_jobs
    loop
        perform write_audit(actor, 'job.reorder', 'job', moved, null, null, jsonb_build_object('place', place));
        return next moved;
    end loop;
    perform notify_late('jobs', 'default'), notify_late('jobs', 'outward');
end
$$;

-- Stops claiming jobs of a queue or of a kind, or sending requests to a provider, until it is resumed. Of `generation` nothing new
-- is begun. Outcomes: done, already_paused, queue_not_found, kind_not_found, provider_not_found.
create or replace function pause_jobs(actor uuid, wanted_scope text, wanted_name text, why text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    names text[] := case
        when wanted_scope = 'kind' and wanted_name = 'generation' then array['submit_generation', 'draw_generation']
        else array[wanted_name]
    end;
begin
    perform require_admin(actor);
    if wanted_scope = 'queue' and wanted_name not in ('default', 'outward', 'upkeep')
        and not exists (select from jobs where queue = wanted_name)
    then
        return 'queue_not_found';
    elsif wanted_scope = 'kind' and wanted_name !~ '^[a-z][a-z_]{0,62}$' then
        return 'kind_not_found';
    elsif wanted_scope = 'provider' and not exists (select from providers where name = wanted_name and is_automatic) then
        return 'provider_not_found';
    end if;
    insert into job_pauses (scope, name, reason, paused_by, paused_at)
    select wanted_scope, name, why, actor, dailies_now()
    from unnest(names) name
    on conflict do nothing;
    if not found then
        return 'already_paused';
    end if;
    if wanted_scope = 'provider' then
        perform write_audit(actor, 'provider.pause', 'provider', wanted_name, why, null, null);
    else
        perform write_audit(actor, 'queue.pause', 'queue', wanted_name, why, null, jsonb_build_object('scope', wanted_scope));
    end if;
    return 'done';
end
$$;

-- Lets jobs be claimed again, or starts what waits for a provider. Outcomes: done, not_paused.
create or replace function resume_jobs(actor uuid, wanted_scope text, wanted_name text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform require_admin(actor);
    delete from job_pauses
    where scope = wanted_scope
        and (
            name = wanted_name
            or wanted_scope = 'kind' and wanted_name = 'generation' and name in ('submit_generation', 'draw_generation')
        );
    if not found then
        return 'not_paused';
    end if;
    if wanted_scope = 'provider' then
        perform write_audit(actor, 'provider.resume', 'provider', wanted_name, null, null, null);
        perform wake_provider_at(wanted_name, dailies_now());
        return 'done';
    end if;
    perform write_audit(actor, 'queue.resume', 'queue', wanted_name, null, null, jsonb_build_object('scope', wanted_scope));
    perform notify_late('jobs', name)
    from (select wanted_name as name where wanted_scope = 'queue' union select unnest(array['default', 'outward', 'upkeep'])) names;
    return 'done';
end
$$;

-- What an admin has found out about an uncertain video at its provider. It was made: its course continues with the provider's
-- id of the request. It was never made: it fails, and credits and seconds go back; one that its owner wanted cancelled is
-- cancelled. Outcomes: done, generation_not_found, not_uncertain, request_taken.
create or replace function settle_generation(actor uuid, wanted uuid, is_made boolean, named_request text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    perform require_admin(actor);
    select * into kept from generations where id = wanted for update;
    if kept.id is null then
        return 'generation_not_found';
    elsif kept.status <> 'uncertain' then
        return 'not_uncertain';
    end if;
    if is_made then
        -- One video of a provider is one video here. claim_listed_request() takes the same lock.
        perform pg_advisory_xact_lock(hashtextextended('listed requests ' || kept.provider, 0));
        if exists (
            select
            from generation_attempts
            where provider = kept.provider and request_id = named_request
                and (generation_id, run, attempt) <> (kept.id, kept.run, kept.attempt)
        ) then
            return 'request_taken';
        end if;
        perform record_submission(kept.id, kept.run, kept.attempt, named_request, '{}', 'null', interval '0');
        -- The provider gets as long as it would have had.
        update generations
        set deadline_at = greatest(deadline_at, dailies_now() + (deadline_at - started_at))
        where id = wanted;
    else
        perform end_generation(
            kept, case when kept.cancel_requested_at is null then 'failed' else 'cancelled' end, 'never_made',
            kept.provider || ' never received this request. Nothing was charged.', 0
        );
        -- A worker knows how many places the provider has.
        perform wake_provider_at(kept.provider, dailies_now());
    end if;
    perform write_audit(
        actor, 'video.settle', 'job', wanted::text, null, jsonb_build_object('state', 'uncertain'),
        case when is_made then jsonb_build_object('state', 'made', 'requestId', named_request)
            else jsonb_build_object('state', 'never made') end
    );
    return 'done';
end
$$;

revoke all on function
    list_jobs(uuid, jsonb, bigint, bigint, uuid, int),
    job_overview(uuid),
    describe_job(uuid, bigint, uuid),
    operate_cancel(uuid, bigint[], uuid[]),
    operate_redrive(uuid, bigint[]),
    operate_move(uuid, uuid, uuid),
    operate_reorder(uuid, bigint[], uuid[], text),
    pause_jobs(uuid, text, text, text),
    resume_jobs(uuid, text, text),
    settle_generation(uuid, uuid, boolean, text),
    is_generation_step(text),
    job_group(text),
    shown_payload(jsonb),
    job_subject(jsonb),
    equal_models(uuid)
    from public;
grant execute on function
    list_jobs(uuid, jsonb, bigint, bigint, uuid, int),
    job_overview(uuid),
    describe_job(uuid, bigint, uuid),
    operate_cancel(uuid, bigint[], uuid[]),
    operate_redrive(uuid, bigint[]),
    operate_move(uuid, uuid, uuid),
    operate_reorder(uuid, bigint[], uuid[], text),
    pause_jobs(uuid, text, text, text),
    resume_jobs(uuid, text, text),
    settle_generation(uuid, uuid, boolean, text),
    equal_models(uuid)
    to dailies_web, dailies_jobs;
