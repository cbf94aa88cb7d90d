-- Workers: programs on machines with a graphics card of one's own. They ask for work (pull), so that they need no address.

-- A worker proves itself by a token, of which only the hash is kept.
create table workers (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    token_hash bytea not null,
    created_by uuid references users on delete set null,
    created_at timestamptz not null,
    revoked_at timestamptz,
    last_seen_at timestamptz,
    -- What it said of itself when it last asked for work: the models that it runs, its card, its version.
    models text[] not null default '{}',
    facts jsonb not null default '{}',
    constraint workers_name_length check (char_length(name) between 1 and 60),
    constraint workers_facts_are_an_object check (jsonb_typeof(facts) = 'object')
);
create unique index workers_token on workers (token_hash);
create unique index workers_name on workers (lower(name)) where revoked_at is null;

-- What workers are asked to make. The provider `worker` has it as its requests: queued, then running under a lease, which the
-- worker renews. One that is not renewed runs out, and the task is given out again, under a new lease. The parts of the file
-- are staged under the lease, so that what a lost worker still sends mixes with nothing.
create table worker_tasks (
    id uuid primary key default gen_random_uuid(),
    generation_id uuid references generations on delete set null,
    endpoint text not null,
    -- What the pipeline gets; emptied when the task ends.
    input jsonb not null,
    state text not null default 'queued',
    created_at timestamptz not null,
    claims int not null default 0,
    worker_id uuid references workers,
    lease uuid,
    leased_until timestamptz,
    -- The leases that ran out, whose parts are to be deleted.
    lost_leases uuid[] not null default '{}',
    first_claimed_at timestamptz,
    step int not null default 0,
    steps int not null default 0,
    size_bytes bigint,
    part_bytes bigint,
    part_count int,
    sha256 text,
    made jsonb,
    error_code text,
    error text,
    is_retryable boolean,
    ended_at timestamptz,
    constraint worker_tasks_state_known check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    constraint worker_tasks_lease_whole check (
        (worker_id is null) = (lease is null) and (lease is null) = (leased_until is null)
    ),
    constraint worker_tasks_running_is_leased check (state not in ('running', 'done') or lease is not null),
    constraint worker_tasks_ended_is_dated check ((state in ('done', 'failed', 'cancelled')) = (ended_at is not null)),
    constraint worker_tasks_failure_explained check (
        (state = 'failed') = (error is not null) and (error is null) = (is_retryable is null)
    ),
    constraint worker_tasks_upload_whole check (
        (size_bytes is null) = (part_bytes is null) and (size_bytes is null) = (part_count is null)
        and (size_bytes is null) = (sha256 is null)
    ),
    constraint worker_tasks_done_is_described check (state <> 'done' or made is not null and sha256 is not null),
    constraint worker_tasks_steps_range check (step >= 0 and steps >= 0)
);
create index worker_tasks_open on worker_tasks (created_at, id) where state in ('queued', 'running');
create index worker_tasks_lease on worker_tasks (lease) where lease is not null;
create index worker_tasks_generation on worker_tasks (generation_id) where generation_id is not null;
create index worker_tasks_ended on worker_tasks (ended_at) where ended_at is not null;

grant select, insert, update, delete on worker_tasks to dailies_jobs;
grant select on workers to dailies_jobs;

insert into providers (name, display_name, api_key_setting, is_automatic)
values ('worker', 'Own GPU workers', null, true);

-- Mochi decodes frames in groups of six and one more; x-offset is what a number is above a multiple of multipleOf.
update models
set parameters = jsonb_set(
        parameters, '{properties,num_frames}',
        parameters #> '{properties,num_frames}' || '{"multipleOf": 6, "x-offset": 1, "maximum": 199}'
    ),
    family = coalesce(family, 'mochi')
where slug = 'mochi' and parameters #> '{properties,num_frames}' is not null;

insert into models (
    slug, model_id, name, description, maker, provider, endpoint, category, capabilities, tags, durations, fixed_duration,
    max_duration, fps, qualities, aspect_ratios, parameters, default_parameters, requirements, cost_per_second, pricing,
    is_premium, is_active, is_default, family
)
values
    (
        'mochi-worker', 'mochi-worker', 'Mochi (own GPU)', 'An open model on this site’s own graphics cards.', 'Genmo',
        'worker', 'mochi', null, '{text-to-video}', '{open}', '{}', null, 8.5, 24, '{standard}', '{}',
        '{"type": "object", "properties": {"num_frames": {"type": "integer", "title": "Frames", "minimum": 7, "maximum": 199, "multipleOf": 6, "x-offset": 1, "default": 31}, "width": {"type": "integer", "title": "Width", "minimum": 256, "maximum": 1280, "multipleOf": 16, "default": 848}, "height": {"type": "integer", "title": "Height", "minimum": 256, "maximum": 1280, "multipleOf": 16, "default": 480}, "steps": {"type": "integer", "title": "Steps", "minimum": 1, "maximum": 200, "default": 40}, "cfg": {"type": "number", "title": "Prompt strength", "minimum": 1, "maximum": 20, "default": 6}}, "additionalProperties": false}',
        '{}', 'A worker with a graphics card; see docs/gpu-worker.md.',
        0.05, '{"structure": "perSecond", "perSecond": "0.05", "isEstimated": true}', false, true, false, 'mochi'
    ),
    (
        'ltx-worker', 'ltx-worker', 'LTX-Video (own GPU)', 'Animates a picture on this site’s own graphics cards.', 'Lightricks',
        'worker', 'ltx', null, '{image-to-video}', '{open}', '{}', null, 8.5, 24, '{standard}', '{}',
        '{"type": "object", "properties": {"num_frames": {"type": "integer", "title": "Frames", "minimum": 9, "maximum": 201, "multipleOf": 8, "x-offset": 1, "default": 97}, "width": {"type": "integer", "title": "Width", "minimum": 256, "maximum": 1280, "multipleOf": 32, "default": 480}, "height": {"type": "integer", "title": "Height", "minimum": 256, "maximum": 1280, "multipleOf": 32, "default": 832}, "steps": {"type": "integer", "title": "Steps", "minimum": 1, "maximum": 200, "default": 30}, "cfg": {"type": "number", "title": "Prompt strength", "minimum": 1, "maximum": 20, "default": 3}}, "additionalProperties": false}',
        '{}', 'A worker with a graphics card; see docs/gpu-worker.md.',
        0.03, '{"structure": "perSecond", "perSecond": "0.03", "isEstimated": true}', false, true, false, null
    );
