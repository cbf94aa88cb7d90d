-- Videos that admins bring along for comparisons. Their row has the upload's id, the provider `manual` and no credits, and the job
-- that processes generations makes what is shown of the file.

-- Makes an upload whose parts have arrived a video of a comparison, or with `facts` of a new one. `manual` has what the admin says
-- of it. Registered again, it is the same video. Outcomes: done, upload_not_found, model_not_found, comparison_not_found,
-- model_present, too_many_models.
create or replace function register_result(
    actor uuid,
    sent uuid,
    model_slug text,
    target uuid,
    facts jsonb,
    manual jsonb,
    generation_ms int,
    wanted_ms int,
    most int
)
returns table (outcome text, comparison_id uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    file uploads;
    model models;
    place comparisons;
    added text;
    moment constant timestamptz := dailies_now();
begin
    perform require_admin(actor);
    select * into file from uploads where id = sent and user_id = actor and purpose = 'result' for update;
    select videos.comparison_id into place.id from comparison_videos videos where videos.generation_id = sent;
    if place.id is not null then
        return query select 'done', place.id;
        return;
    elsif file.id is null or file.registered_at is not null or file.expires_at <= moment then
        return query select 'upload_not_found', null::uuid;
        return;
    end if;
    select * into model from models where slug = model_slug and is_active;
    if model.id is null then
        return query select 'model_not_found', null::uuid;
        return;
    end if;
    if target is null then
        place := jsonb_populate_record(null::comparisons, facts);
    else
        select * into place from comparisons where id = target for no key update;
        if place.id is null then
            return query select 'comparison_not_found', null::uuid;
            return;
        elsif (select count(*) from comparison_videos videos where videos.comparison_id = target) >= most then
            return query select 'too_many_models', null::uuid;
            return;
        end if;
    end if;
    update uploads set registered_at = moment where id = sent;
    insert into generations (
        id, user_id, model_id, model_name, provider, endpoint, status, step, prompt, negative_prompt, source_image_id,
        duration_ms, quality, aspect_ratio, seed, credits, manual, started_at, acknowledged_at, provider_done_at,
        created_at, updated_at
    )
    values (
        sent, actor, model.id, model.name, 'manual', 'manual', 'processing', 'process', place.prompt,
        place.negative_prompt, place.source_image_id, coalesce(wanted_ms, place.duration_ms), place.quality,
        place.aspect_ratio, place.seed, 0, manual, moment,
        case when generation_ms is not null then moment - generation_ms * interval '1 millisecond' end,
        case when generation_ms is not null then moment end, moment, moment
    );
    if target is null then
        place.id := create_comparison(actor, facts, '{}', '{}', array[sent]);
    else
        added := add_comparison_videos(actor, target, array[sent]);
        if added <> 'done' then
            delete from generations where id = sent;
            update uploads set registered_at = null where id = sent;
            return query select added, null::uuid;
            return;
        end if;
    end if;
    perform enqueue_job(
        'process_generation', jsonb_build_object('id', sent, 'run', 1), 'default', 1, null, sent || ' 1', 'keep', '{}', 5
    );
    return query select 'done', place.id;
end
$$;

-- Completes such a video: its files, the cost that the admin named, and no credits. `facts` holds columns of `generations`.
create or replace function complete_result(wanted uuid, facts jsonb)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    made generations := jsonb_populate_record(null::generations, facts);
begin
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
        cost_usd = (manual ->> 'costUsd')::numeric,
        credentials = made.credentials,
        charged_credits = 0,
        finished_at = dailies_now(),
        updated_at = dailies_now()
    where id = wanted and status = 'processing' and manual is not null;
    if not found then
        return false;
    end if;
    delete from uploads where id = wanted;
    perform emit_video_done(wanted);
    return true;
end
$$;

-- Notes that such a file is no video that can be shown.
create or replace function refuse_result(wanted uuid, reason text)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    update generations
    set status = 'failed',
        step = null,
        error_code = 'bad_result',
        error = reason,
        finished_at = dailies_now(),
        updated_at = dailies_now()
    where id = wanted and status = 'processing' and manual is not null;
    if not found then
        return false;
    end if;
    delete from uploads where id = wanted;
    return true;
end
$$;

revoke all on function
    register_result(uuid, uuid, text, uuid, jsonb, jsonb, int, int, int),
    complete_result(uuid, jsonb),
    refuse_result(uuid, text)
    from public;
grant execute on function
    register_result(uuid, uuid, text, uuid, jsonb, jsonb, int, int, int)
    to dailies_web, dailies_jobs;
grant execute on function complete_result(uuid, jsonb), refuse_result(uuid, text) to dailies_jobs;
