-- Enqueues one delivery for each event and each webhook that subscribes to its type, in the caller's transaction. `facts`
-- holds the data of each event, and `members` whom each is about, or null. Called inside functions with the owner's rights.
-- Without a webhook for the type it costs one look into a small table.
create or replace function emit_webhook_events(event_type text, facts jsonb[], members uuid[])
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    ids uuid[];
    targets uuid[];
begin
    if not exists (select from webhooks where enabled and events @> array[event_type]) then
        return;
    end if;
    with happened as (
        insert into webhook_events (type, body, user_id, created_at)
        select event_type, webhook_body(event_type, here.data), here.member, dailies_now()
        from unnest(facts, members) here (data, member)
        returning id
    ), made as (
        insert into webhook_deliveries (webhook_id, event_id, created_at, next_attempt_at)
        select webhooks.id, happened.id, dailies_now(), dailies_now()
        from happened
        cross join webhooks
        where webhooks.enabled and webhooks.events @> array[event_type]
        returning id, webhook_id
    )
    select array_agg(id), array_agg(webhook_id) into ids, targets from made;
    perform enqueue_webhook_deliveries(ids, targets);
end
$$;

-- The same for one event.
create or replace function emit_webhook_event(event_type text, data jsonb, member uuid default null)
returns void
language sql
set search_path = public, pg_temp
as $$
    select emit_webhook_events(event_type, array[data], array[member]);
$$;

-- What is sent, byte for byte: signatures are made of the text.
create or replace function webhook_body(event_type text, data jsonb)
returns text
language sql
stable
as $$
    select format(
        '{"type":%s,"timestamp":%s,"data":%s}', to_json(event_type), to_json(rfc3339(dailies_now())), data
    );
$$;

-- Enqueues the jobs that send deliveries at a time, or now. They count against the webhook's key, which lets one run, and
-- against that of all webhooks. A job does nothing before the next time of its delivery, so a further one does no harm.
create or replace function enqueue_webhook_deliveries(
    deliveries uuid[],
    targets uuid[],
    run_at timestamptz default null
)
returns void
language sql
set search_path = public, pg_temp
as $$
    select count(*)
    from enqueue_jobs(
        (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'kind', 'deliver_webhook', 'payload', jsonb_build_object('delivery', here.delivery),
                        'queue', 'outward', 'priority', 0, 'run_at', run_at, 'max_attempts', 20,
                        'limit_keys', array['webhook:' || here.target, 'webhooks']
                    )
                ),
                '[]'
            )
            from unnest(deliveries, targets) here (delivery, target)
        )
    );
$$;

-- A clip was approved.
create or replace function emit_clips_approved(approved uuid[])
returns void
language sql
set search_path = public, pg_temp
as $$
    select emit_webhook_events('clip.approved', array_agg(data order by place), array_agg(user_id order by place))
    from (
        select wanted.place, clips.user_id,
            jsonb_build_object(
                'clipId', clips.id, 'title', clips.title, 'genre', clips.genre, 'username', users.username,
                'seasonId', case when clips.status = 'active' then clips.season_id end,
                'slot', case when clips.status = 'active' then clips.slot_position end,
                'path', '/clip/' || clips.id
            ) as data
        from unnest(approved) with ordinality wanted (id, place)
        join tournament_clips clips on clips.id = wanted.id
        join users on users.id = clips.user_id
    ) found
    having count(*) > 0;
$$;

-- A slot has a winner.
create or replace function emit_slot_won(of_season uuid, of_slot int)
returns void
language sql
set search_path = public, pg_temp
as $$
    select emit_webhook_event('slot.won', winner_event(of_season, of_slot), clips.user_id)
    from story_slots slots
    join tournament_clips clips on clips.id = slots.winner_clip_id
    where slots.season_id = of_season and slots.position = of_slot;
$$;

-- A member's video is there.
create or replace function emit_video_done(done uuid)
returns void
language sql
set search_path = public, pg_temp
as $$
    select emit_webhook_event(
        'video.done',
        jsonb_build_object(
            'jobId', made.id, 'username', users.username, 'model', models.slug, 'modelName', made.model_name,
            'provider', made.provider, 'quality', made.quality, 'durationMs', made.video_ms, 'width', made.width,
            'height', made.height, 'costUsd', made.cost_usd::text, 'published', made.published_at is not null,
            'path', '/video/' || made.id
        ),
        made.user_id
    )
    from generations made
    join users on users.id = made.user_id
    join models on models.id = made.model_id
    where made.id = done;
$$;

revoke all on function
    emit_webhook_events(text, jsonb[], uuid[]),
    emit_webhook_event(text, jsonb, uuid),
    webhook_body(text, jsonb),
    enqueue_webhook_deliveries(uuid[], uuid[], timestamptz),
    emit_clips_approved(uuid[]),
    emit_slot_won(uuid, int),
    emit_video_done(uuid)
    from public;
