-- Generation: what members ask models to make, from the request to the finished video.

-- Pictures that videos start from. A picture is sent like a clip, in signed parts under its id, and is then re-encoded.
create table source_images (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    file_name text not null,
    content_type text not null,
    size_bytes bigint not null,
    part_bytes bigint not null,
    part_count int not null,
    state text not null default 'sending',
    -- Why the file is no picture that can be used.
    refusal text,
    storage_key text,
    width int,
    height int,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    constraint source_images_type_known check (content_type in ('image/jpeg', 'image/png', 'image/webp')),
    constraint source_images_size_range check (size_bytes between 1 and 10485760),
    constraint source_images_parts_positive check (part_bytes > 0 and part_count > 0),
    constraint source_images_state_known check (state in ('sending', 'processing', 'ready', 'refused')),
    constraint source_images_refusal_explained check ((state = 'refused') = (refusal is not null)),
    constraint source_images_ready_is_stored check (
        (state = 'ready') = (storage_key is not null and width is not null and height is not null)
    )
);
create index source_images_user on source_images (user_id, created_at);
create index source_images_unsent on source_images (expires_at) where state = 'sending';

-- One row is a request, its course and its video. `run` rises when a failed one is tried again by hand: each run has a
-- reservation of credits and seconds of its own.
--
-- queued: waits for a place at the provider. processing: was sent, or is about to be (step submit). uncertain: may have been
-- sent, and the answer is missing. The steps are submit, poll, fetch, process.
create table generations (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    model_id uuid not null references models,
    model_name text not null,
    provider text not null,
    endpoint text not null,
    run int not null default 1,
    status text not null default 'queued',
    step text,
    prompt text not null,
    negative_prompt text,
    source_image_id uuid references source_images on delete set null,
    duration_ms int not null,
    quality text not null,
    aspect_ratio text,
    seed bigint not null,
    frames int,
    parameters jsonb not null default '{}',
    idempotency_key text,
    -- What the run was quoted at, and what it cost in the end.
    credits int not null,
    charged_credits int,
    cost_usd numeric(12, 4),
    cost_breakdown jsonb,
    -- How far it is.
    attempt int not null default 0,
    progress int not null default 0,
    queue_position int,
    has_started_at_provider boolean not null default false,
    started_at timestamptz,
    acknowledged_at timestamptz,
    provider_done_at timestamptz,
    deadline_at timestamptz,
    request_id text,
    links jsonb not null default '{}',
    result_url text,
    answer jsonb,
    cancel_requested_at timestamptz,
    error_code text,
    error text,
    -- The video.
    original_key text,
    video_key text,
    small_key text,
    poster_key text,
    blurhash text,
    width int,
    height int,
    video_ms int,
    has_sound boolean,
    size_bytes bigint,
    published_at timestamptz,
    clip_id uuid references tournament_clips on delete set null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    finished_at timestamptz,
    constraint generations_status_known check (
        status in ('queued', 'processing', 'uncertain', 'completed', 'failed', 'cancelled')
    ),
    constraint generations_step_known check (
        (status in ('processing', 'uncertain')) = (step is not null)
        and step in ('submit', 'poll', 'fetch', 'process')
    ),
    constraint generations_prompt_length check (char_length(prompt) between 1 and 4000),
    constraint generations_duration_range check (duration_ms between 1 and 600000),
    constraint generations_progress_range check (progress between 0 and 100),
    constraint generations_failure_explained check ((status = 'failed') = (error is not null)),
    constraint generations_finished_is_dated check (
        (status in ('completed', 'failed', 'cancelled')) = (finished_at is not null)
    ),
    constraint generations_completed_has_files check (
        status <> 'completed'
        or original_key is not null and video_key is not null and small_key is not null and poster_key is not null
    ),
    constraint generations_published_is_completed check (published_at is null or status = 'completed'),
    constraint generations_parameters_are_an_object check (jsonb_typeof(parameters) = 'object')
) with (fillfactor = 80);
create index generations_user on generations (user_id, created_at desc, id desc);
create index generations_changed on generations (user_id, updated_at);
create unique index generations_idempotency on generations (user_id, idempotency_key) where idempotency_key is not null;
create index generations_waiting on generations (provider, created_at, id) where status = 'queued';
-- The places at each provider that are taken.
create index generations_under_way on generations (provider) where status in ('processing', 'uncertain');
create index generations_image on generations (source_image_id) where source_image_id is not null;
create index generations_clip on generations (clip_id) where clip_id is not null;
create index generations_model on generations (model_id);

-- What was sent to a provider. The row is committed before the call, so that a killed worker's successor knows that it may
-- have been made.
create table generation_attempts (
    generation_id uuid not null references generations on delete cascade,
    run int not null,
    attempt int not null,
    provider text not null,
    endpoint text not null,
    state text not null default 'intended',
    request_id text,
    intended_at timestamptz not null,
    answered_at timestamptz,
    error text,
    answer jsonb,
    primary key (generation_id, run, attempt),
    constraint generation_attempts_state_known check (
        state in ('intended', 'accepted', 'not_accepted', 'refused', 'lost', 'failed', 'done', 'cancelled')
    )
);
create index generation_attempts_request on generation_attempts (provider, request_id) where request_id is not null;

-- The seconds that a run counts for, from its reservation on. A run that failed counts for none.
create table generation_usage (
    generation_id uuid not null,
    run int not null,
    user_id uuid not null references users on delete cascade,
    milliseconds int not null,
    reserved_at timestamptz not null,
    ended_at timestamptz,
    primary key (generation_id, run),
    constraint generation_usage_not_negative check (milliseconds >= 0)
);
create index generation_usage_user on generation_usage (user_id, reserved_at) include (milliseconds);

-- Videos that their owners deleted, so that a list that asks for what has changed learns of it.
create table deleted_generations (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    deleted_at timestamptz not null
);
create index deleted_generations_user on deleted_generations (user_id, deleted_at);

-- Webhooks by their hash, so that none counts twice.
create table provider_webhooks (
    hash bytea primary key,
    provider text not null,
    received_at timestamptz not null
);
create index provider_webhooks_received on provider_webhooks (received_at);

-- The documents of the keys by which providers sign webhooks.
create table provider_keys (
    provider text primary key,
    document text not null,
    fetched_at timestamptz not null
);

-- How a provider without code of its own is spoken to; see docs/providers.md.
create table provider_mappings (
    provider text primary key references providers on delete cascade,
    mapping jsonb not null,
    constraint provider_mappings_form check (jsonb_typeof(mapping) = 'object')
);

grant select on source_images, generations, generation_usage, deleted_generations, provider_mappings, provider_keys
    to dailies_web;
grant select, insert, update, delete on source_images, generations, generation_attempts, generation_usage,
    deleted_generations, provider_webhooks, provider_keys, provider_mappings to dailies_jobs;

-- A video is its owner's until it is published.
alter table source_images enable row level security;
create policy source_images_own on source_images for select to dailies_web
    using (user_id = (select current_member()));
create policy source_images_of_jobs on source_images to dailies_jobs
    using (true)
    with check (true);
alter table generations enable row level security;
create policy generations_shown on generations for select to dailies_web
    using (
        user_id = (select current_member()) or published_at is not null or (select current_member_is_admin())
    );
create policy generations_of_jobs on generations to dailies_jobs
    using (true)
    with check (true);
alter table generation_usage enable row level security;
create policy generation_usage_own on generation_usage for select to dailies_web
    using (user_id = (select current_member()));
create policy generation_usage_of_jobs on generation_usage to dailies_jobs
    using (true)
    with check (true);
alter table deleted_generations enable row level security;
create policy deleted_generations_own on deleted_generations for select to dailies_web
    using (user_id = (select current_member()));
create policy deleted_generations_of_jobs on deleted_generations to dailies_jobs
    using (true)
    with check (true);
