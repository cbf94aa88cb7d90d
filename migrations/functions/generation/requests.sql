-- When the period began in which seconds are counted: the start of the range that is set, inside it; else the first of the
-- month, UTC.
create or replace function usage_period_start(range_start timestamptz, range_end timestamptz)
returns timestamptz
language sql
stable
set search_path = public, pg_temp
as $$
    select case
        when range_start <= dailies_now() and (range_end is null or dailies_now() <= range_end) then range_start
        else date_trunc('month', dailies_now() at time zone 'utc') at time zone 'utc'
    end;
$$;

-- The milliseconds that a member has used or reserved in the current period.
create or replace function used_milliseconds(member uuid, range_start timestamptz, range_end timestamptz)
returns bigint
language sql
stable
set search_path = public, pg_temp
as $$
    select coalesce(sum(milliseconds), 0)
    from generation_usage
    where user_id = member and reserved_at >= usage_period_start(range_start, range_end);
$$;

-- The queue of a provider's jobs: only some processes may call other servers.
create or replace function generation_queue(provider text)
returns text
language sql
immutable
as $$
    select case when provider = 'local' then 'default' else 'outward' end;
$$;

-- Puts the job that sends a generation, or draws it, into the queue.
create or replace function enqueue_submission(wanted generations, due timestamptz default null)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    perform enqueue_job(
        case wanted.provider when 'local' then 'draw_generation' else 'submit_generation' end,
        jsonb_build_object('id', wanted.id, 'run', wanted.run), generation_queue(wanted.provider),
        coalesce(nullif(wanted.priority, 0), 1), due, wanted.id || ' ' || wanted.run, 'replace', '{}', 20
    );
end
$$;

-- Reserves the seconds, the credits and the costs of a run. The caller has locked the member's row. Outcomes: done,
-- limit_seconds, limit_credits, cap_credits (`balance` is what is left under the cap), limit_provider.
create or replace function reserve_run(
    member uuid,
    wanted uuid,
    wanted_run int,
    wanted_ms int,
    wanted_credits int,
    limit_ms bigint,
    range_start timestamptz,
    range_end timestamptz,
    monthly_credits int,
    run_model uuid,
    run_provider text,
    run_quality text,
    expected numeric
)
returns table (outcome text, remaining_ms bigint, balance int)
language plpgsql
set search_path = public, pg_temp
as $$
declare
    left_ms bigint := limit_ms - used_milliseconds(member, range_start, range_end);
    kept int;
    reserved record;
    cap record;
begin
    if left_ms < wanted_ms then
        return query select 'limit_seconds', greatest(left_ms, 0), null::int;
        return;
    end if;
    select * into cap from cap_refusal(member, run_provider, wanted_ms, wanted_credits, expected);
    if cap.outcome = 'cap_seconds' then
        return query select 'limit_seconds', least(left_ms, cap.remaining), null::int;
        return;
    elsif cap.outcome = 'cap_credits' then
        return query select 'cap_credits', left_ms, cap.remaining::int;
        return;
    elsif cap.outcome <> 'done' then
        return query select cap.outcome, left_ms, null::int;
        return;
    end if;
    kept := grant_allotment(member, monthly_credits);
    select * into reserved from reserve_credits(member, format('generation %s run %s', wanted, wanted_run), wanted_credits);
    if reserved.outcome <> 'done' then
        return query select 'limit_credits', left_ms, kept;
        return;
    end if;
    insert into generation_usage (generation_id, run, user_id, milliseconds, reserved_at)
    values (wanted, wanted_run, member, wanted_ms, dailies_now());
    insert into generation_runs (
        generation_id, run, user_id, model_id, provider, duration_ms, quality, reserved_at, expected_usd
    )
    values (wanted, wanted_run, member, run_model, run_provider, wanted_ms, run_quality, dailies_now(), expected);
    return query select 'done', left_ms - wanted_ms, reserved.balance;
end
$$;

-- Makes a generation: seconds, credits, row and job, all or nothing. `facts` holds columns of `generations`. The model must
-- be as it was when the price was computed. Outcomes: done, repeated (the same key was used in the last 24 hours),
-- model_changed, image_not_found, and those of reserve_run().
create or replace function create_generation(
    member uuid,
    facts jsonb,
    model_version timestamptz,
    limit_ms bigint,
    range_start timestamptz,
    range_end timestamptz,
    monthly_credits int
)
returns table (outcome text, id uuid, remaining_ms bigint, balance int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    wanted generations := jsonb_populate_record(null::generations, facts);
    model models;
    earlier uuid;
    reserved record;
begin
    -- The member's row is the lock under which seconds are counted, so that of two requests one can be the last.
    perform from users where users.id = member for no key update;
    if wanted.idempotency_key is not null then
        update generations
        set idempotency_key = null
        where user_id = member and idempotency_key = wanted.idempotency_key
            and created_at < dailies_now() - interval '24 hours';
        select generations.id into earlier
        from generations
        where user_id = member and idempotency_key = wanted.idempotency_key;
        if earlier is not null then
            return query
            select 'repeated', earlier, greatest(limit_ms - used_milliseconds(member, range_start, range_end), 0), null::int;
            return;
        end if;
    end if;
    select * into model from models where models.id = wanted.model_id for share;
    if model.id is null or not model.is_active or model.is_deprecated or model.updated_at <> model_version then
        return query select 'model_changed', null::uuid, null::bigint, null::int;
        return;
    end if;
    if wanted.source_image_id is not null and not exists (
        select from source_images
        where source_images.id = wanted.source_image_id and user_id = member and state in ('processing', 'ready')
    ) then
        return query select 'image_not_found', null::uuid, null::bigint, null::int;
        return;
    end if;

    wanted.id := gen_random_uuid();
    select * into reserved
    from reserve_run(
        member, wanted.id, 1, wanted.duration_ms, wanted.credits, limit_ms, range_start, range_end, monthly_credits,
        model.id, model.provider, wanted.quality, coalesce(wanted.expected_usd, 0)
    );
    if reserved.outcome <> 'done' then
        return query select reserved.outcome, null::uuid, reserved.remaining_ms, reserved.balance;
        return;
    end if;
    insert into generations (
        id, user_id, model_id, model_name, provider, endpoint, prompt, negative_prompt, source_image_id, duration_ms,
        quality, aspect_ratio, seed, frames, parameters, idempotency_key, credits, expected_usd, group_id, group_kind,
        group_step, created_at, updated_at
    )
    values (
        wanted.id, member, model.id, model.name, model.provider, coalesce(model.endpoint, model.model_id), wanted.prompt,
        wanted.negative_prompt, wanted.source_image_id, wanted.duration_ms, wanted.quality, wanted.aspect_ratio,
        wanted.seed, wanted.frames, wanted.parameters, wanted.idempotency_key, wanted.credits,
        coalesce(wanted.expected_usd, 0), wanted.group_id, wanted.group_kind, wanted.group_step, dailies_now(), dailies_now()
    );
    if wanted.group_kind is distinct from 'chain' or wanted.group_step = 1 then
        perform enqueue_submission(made) from generations made where made.id = wanted.id;
    end if;
    return query select 'done', wanted.id, reserved.remaining_ms, reserved.balance;
end
$$;

-- Makes several generations that are one request, all or none: `kind` is models, or chain for steps of which each starts from
-- the last frame of the one before it. `facts` is an array of what create_generation() takes. Outcomes: those of
-- create_generation(), with the step that it is about.
create or replace function create_generations(
    member uuid,
    kind text,
    facts jsonb,
    model_versions timestamptz[],
    limit_ms bigint,
    range_start timestamptz,
    range_end timestamptz,
    monthly_credits int
)
returns table (outcome text, ids uuid[], remaining_ms bigint, balance int, last_step int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    whole constant uuid := gen_random_uuid();
    place int := 0;
    step jsonb;
    frame uuid;
    made record;
    made_ids uuid[] := '{}';
begin
    perform from users where users.id = member for no key update;
    begin
        for step in select value from jsonb_array_elements(facts) loop
            place := place + 1;
            step := step || jsonb_build_object('group_id', whole, 'group_kind', kind, 'group_step', place);
            if kind = 'chain' and place > 1 then
                insert into source_images (user_id, file_name, content_type, created_at)
                values (member, format('Last frame of step %s', place - 1), 'image/jpeg', dailies_now())
                returning id into frame;
                step := step || jsonb_build_object('source_image_id', frame);
            end if;
            select * into made
            from create_generation(
                member, step, model_versions[place], limit_ms, range_start, range_end, monthly_credits
            );
            if made.outcome = 'repeated' then
                return query
                select made.outcome, coalesce(array_agg(others.id order by others.group_step), array[made.id]),
                    made.remaining_ms, made.balance, place
                from generations earlier
                join generations others on others.group_id = earlier.group_id
                where earlier.id = made.id;
                return;
            elsif made.outcome <> 'done' then
                -- What was made so far is undone.
                raise exception using errcode = 'DL035', message = made.outcome;
            end if;
            made_ids := made_ids || made.id;
        end loop;
    exception
        when sqlstate 'DL035' then
            return query
            select made.outcome, null::uuid[],
                greatest(limit_ms - used_milliseconds(member, range_start, range_end), 0),
                grant_allotment(member, monthly_credits), place;
            return;
    end;
    return query select 'done', made_ids, made.remaining_ms, made.balance, place;
end
$$;

-- Runs a failed generation again, with all checks and a new reservation. `actor` is the owner or an admin. Outcomes: done,
-- generation_not_found, not_failed, model_changed (not offered any more), and those of reserve_run().
create or replace function retry_generation(
    actor uuid,
    wanted uuid,
    wanted_credits int,
    limit_ms bigint,
    range_start timestamptz,
    range_end timestamptz,
    monthly_credits int,
    expected numeric default 0
)
returns table (outcome text, remaining_ms bigint, balance int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    kept generations;
    reserved record;
begin
    select * into kept from generations where id = wanted;
    if actor is null then
        -- The operator at the machine.
        perform require_admin(actor);
    end if;
    if kept.id is null or kept.user_id <> actor and not exists (
        select from users where users.id = actor and role = 'admin' and banned_at is null
    ) then
        return query select 'generation_not_found', null::bigint, null::int;
        return;
    end if;
    perform from users where users.id = kept.user_id for no key update;
    select * into kept from generations where id = wanted for update;
    if kept.status <> 'failed' then
        return query select 'not_failed', null::bigint, null::int;
        return;
    end if;
    if not exists (select from models where models.id = kept.model_id and is_active and not is_deprecated) then
        return query select 'model_changed', null::bigint, null::int;
        return;
    end if;
    select * into reserved
    from reserve_run(
        kept.user_id, wanted, kept.run + 1, kept.duration_ms, wanted_credits, limit_ms, range_start, range_end,
        monthly_credits, kept.model_id, kept.provider, kept.quality, expected
    );
    if reserved.outcome <> 'done' then
        return query select reserved.outcome, reserved.remaining_ms, reserved.balance;
        return;
    end if;
    update generations
    set run = run + 1,
        status = 'queued',
        error = null,
        error_code = null,
        credits = wanted_credits,
        charged_credits = null,
        expected_usd = expected,
        moved_from = null,
        moved_from_model = null,
        moved_because = null,
        attempts_before_move = 0,
        attempt = 0,
        progress = 0,
        queue_position = null,
        has_started_at_provider = false,
        started_at = null,
        acknowledged_at = null,
        provider_done_at = null,
        deadline_at = null,
        request_id = null,
        links = '{}',
        result_url = null,
        answer = null,
        original_key = null,
        cancel_requested_at = null,
        finished_at = null,
        updated_at = dailies_now()
    where id = wanted
    returning * into kept;
    perform enqueue_submission(kept);
    if actor is distinct from kept.user_id then
        perform write_audit(
            actor, 'job.redrive', 'job', wanted::text, null, null,
            jsonb_build_object('kind', 'generation', 'model', kept.model_name, 'run', kept.run)
        );
    end if;
    return query select 'done', reserved.remaining_ms, reserved.balance;
end
$$;

-- Cancels a generation of a member. Outcomes: cancelled, cancelling (the provider is asked to stop), finished,
-- generation_not_found.
create or replace function cancel_generation(member uuid, wanted uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    select * into kept from generations where id = wanted and user_id = member for update;
    if kept.id is null then
        return 'generation_not_found';
    elsif kept.status = 'queued' then
        perform end_generation(kept, 'cancelled', null, null, 0);
        return 'cancelled';
    elsif kept.status not in ('processing', 'uncertain') then
        return 'finished';
    end if;
    update generations set cancel_requested_at = coalesce(cancel_requested_at, dailies_now()) where id = wanted;
    if kept.provider = 'local' then
        perform cancel_job(jobs.id)
        from jobs
        where kind = 'draw_generation' and unique_key = kept.id || ' ' || kept.run and state in ('queued', 'running');
        perform end_generation(kept, 'cancelled', null, null, 0);
        -- A worker knows how many places the provider has.
        perform wake_provider_at(kept.provider, dailies_now());
        return 'cancelled';
    end if;
    perform enqueue_poll(kept, null);
    return 'cancelling';
end
$$;

-- Deletes generations of a member, with their files. One that is under way at a provider is cancelled there by a job, which
-- also settles it: until the provider has said what it took, credits and seconds stay reserved.
create or replace function delete_generations(member uuid, wanted uuid[])
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
    gone uuid[] := '{}';
begin
    -- The steps of a chain are locked in their order everywhere.
    for kept in
        select * from generations where id = any (wanted) and user_id = member order by group_id, group_step, id for update
    loop
        -- The end of an earlier step may have ended this one.
        select * into kept from generations where id = kept.id;
        if kept.status in ('processing', 'uncertain') and kept.provider <> 'local' and kept.step in ('submit', 'poll') then
            -- A call that is in flight may still be accepted. Its answer brings the job forward; without one the job finds
            -- nothing to stop.
            perform enqueue_cancellation(
                kept.id, kept.run, kept.provider, kept.endpoint, kept.request_id, kept.links, kept.has_started_at_provider,
                kept.parameters,
                case when kept.request_id is null then coalesce(kept.deadline_at, dailies_now()) + interval '1 minute' end
            );
            perform end_next_step(kept);
            perform wake_provider_at(kept.provider, dailies_now());
        elsif kept.status in ('queued', 'processing', 'uncertain') then
            perform end_generation(
                kept, 'cancelled', null, null, case when kept.has_started_at_provider then kept.credits else 0 end
            );
            perform wake_provider_at(kept.provider, dailies_now());
        end if;
        update generation_runs set clip_id = kept.clip_id where generation_id = kept.id and run = kept.run;
        gone := gone || kept.id;
    end loop;
    delete from generations where id = any (gone);
    insert into deleted_generations (id, user_id, deleted_at) select unnest(gone), member, dailies_now();
    if gone <> '{}' then
        perform enqueue_job(
            'remove_media', jsonb_build_object('clips', to_jsonb(gone), 'uploads', '[]'::jsonb), 'default', 0, null, null,
            'keep', '{}', 20
        );
    end if;
    return cardinality(gone);
end
$$;

-- Shows a finished video to everyone, or no longer. Outcomes: done, generation_not_found, not_completed.
create or replace function publish_generation(member uuid, wanted uuid, is_public boolean)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generations;
begin
    select * into kept from generations where id = wanted and user_id = member for update;
    if kept.id is null then
        return 'generation_not_found';
    elsif kept.status <> 'completed' then
        return 'not_completed';
    end if;
    update generations
    set published_at = case when is_public then coalesce(published_at, dailies_now()) end,
        updated_at = dailies_now()
    where id = wanted;
    perform announce_change('film', 'videos');
    return 'done';
end
$$;

-- Makes a finished video a pending clip; a job brings its file to the place where the clip's checks expect it. Outcomes:
-- done, already_submitted (with the clip), generation_not_found, not_completed, and those of begin_upload() and
-- register_clip().
create or replace function submit_generation_as_clip(
    member uuid,
    wanted uuid,
    title text,
    description text,
    genre text,
    start_ms int,
    part_bytes bigint
)
returns table (outcome text, clip_id uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    kept generations;
    begun record;
    registered record;
begin
    -- The locks are taken in the order of register_clip().
    perform from users where users.id = member for no key update;
    select * into kept from generations where id = wanted and user_id = member for update;
    if kept.id is null then
        return query select 'generation_not_found', null::uuid;
        return;
    elsif kept.status <> 'completed' then
        return query select 'not_completed', null::uuid;
        return;
    elsif exists (
        select from tournament_clips clips
        where clips.id = kept.clip_id and clips.status <> 'rejected' and clips.processing <> 'failed'
    ) then
        return query select 'already_submitted', kept.clip_id;
        return;
    end if;
    select * into begun
    from begin_upload(
        member, 'video.mp4', 'video/mp4', least(kept.size_bytes, 52428800), part_bytes, interval '1 day', 1000
    );
    if begun.outcome <> 'begun' then
        return query select begun.outcome, null::uuid;
        return;
    end if;
    select * into registered
    from register_clip(
        member, begun.upload_id, submit_generation_as_clip.title, submit_generation_as_clip.description,
        submit_generation_as_clip.genre, true
    );
    if registered.outcome <> 'registered' then
        -- Nothing of it may stay.
        delete from uploads where id = begun.upload_id;
        return query select registered.outcome, null::uuid;
        return;
    end if;
    update uploads
    set origin_model = kept.model_name,
        origin_at = kept.created_at
    where id = begun.upload_id;
    update generations
    set clip_id = registered.clip_id,
        updated_at = dailies_now()
    where id = wanted;
    perform enqueue_job(
        'stage_video',
        jsonb_build_object(
            'clipID', registered.clip_id, 'uploadID', begun.upload_id, 'videoKey', kept.video_key, 'startMs', start_ms,
            'lengthMs', kept.video_ms
        ),
        'default', 1, null, registered.clip_id::text, 'keep', '{}', 5
    );
    return query select 'done', registered.clip_id;
end
$$;

-- Who may have the files of a generation: everybody, the asker, or no one.
create or replace function generation_access(wanted uuid, asker uuid)
returns text
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select coalesce(
        (
            select case
                when published_at is not null or is_in_public_comparison(id) then 'everybody'
                when user_id = asker then 'asker'
                when exists (select from users where id = asker and role = 'admin' and banned_at is null) then 'asker'
                else 'nobody'
            end
            from generations
            where id = wanted
        ),
        'nobody'
    );
$$;

revoke all on function
    usage_period_start(timestamptz, timestamptz),
    used_milliseconds(uuid, timestamptz, timestamptz),
    generation_queue(text),
    enqueue_submission(generations, timestamptz),
    reserve_run(uuid, uuid, int, int, int, bigint, timestamptz, timestamptz, int, uuid, text, text, numeric),
    create_generation(uuid, jsonb, timestamptz, bigint, timestamptz, timestamptz, int),
    create_generations(uuid, text, jsonb, timestamptz[], bigint, timestamptz, timestamptz, int),
    retry_generation(uuid, uuid, int, bigint, timestamptz, timestamptz, int, numeric),
    cancel_generation(uuid, uuid),
    delete_generations(uuid, uuid[]),
    publish_generation(uuid, uuid, boolean),
    submit_generation_as_clip(uuid, uuid, text, text, text, int, bigint),
    generation_access(uuid, uuid)
    from public;
grant execute on function
    usage_period_start(timestamptz, timestamptz),
    used_milliseconds(uuid, timestamptz, timestamptz),
    create_generation(uuid, jsonb, timestamptz, bigint, timestamptz, timestamptz, int),
    create_generations(uuid, text, jsonb, timestamptz[], bigint, timestamptz, timestamptz, int),
    retry_generation(uuid, uuid, int, bigint, timestamptz, timestamptz, int, numeric),
    cancel_generation(uuid, uuid),
    delete_generations(uuid, uuid[]),
    publish_generation(uuid, uuid, boolean),
    submit_generation_as_clip(uuid, uuid, text, text, text, int, bigint),
    generation_access(uuid, uuid)
    to dailies_web, dailies_jobs;
