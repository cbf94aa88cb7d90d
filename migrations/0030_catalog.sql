-- The catalog: AI video models, and the providers that run them.

-- api_key_setting names the setting that holds the provider's key; null when it needs none. Models of a provider that is
-- not automatic are never run: their videos are uploaded and their costs are entered.
create table providers (
    name text primary key,
    display_name text not null,
    api_key_setting text,
    is_automatic boolean not null default true,
    created_at timestamptz not null default now(),
    constraint providers_name_form check (name ~ '^[a-z0-9][a-z0-9.-]{0,39}$'),
    constraint providers_key_needs_runs check (is_automatic or api_key_setting is null)
);
insert into providers (name, display_name, api_key_setting, is_automatic) values
    ('fal.ai', 'fal.ai', 'FAL_KEY', true),
    ('runway', 'Runway', 'RUNWAY_API_KEY', true),
    ('replicate', 'Replicate', 'REPLICATE_API_TOKEN', true),
    ('runpod', 'RunPod', 'RUNPOD_API_KEY', true),
    ('local', 'This site', null, true),
    ('manual', 'Entered by hand', null, false);

create table capabilities (
    name text primary key,
    description text not null
);
insert into capabilities (name, description) values
    ('image-to-video', 'Animates a picture.'),
    ('text-to-video', 'Makes a video from words alone.');

-- Whether a price has one of the four structures. Amounts are decimal text, so that no reader turns them into binary
-- floating point. perSecond may have another price with sound. A base price includes some seconds. A tier is named by the
-- largest shorter side that it covers, and its price counts each second or the whole video.
create function is_pricing(pricing jsonb)
returns boolean
language sql
immutable
as $$
    select coalesce(
        jsonb_typeof(pricing) = 'object' and jsonb_typeof(pricing -> 'isEstimated') = 'boolean'
        and case pricing ->> 'structure'
            when 'perSecond' then
                pricing - array['structure', 'isEstimated', 'perSecond', 'perSecondWithAudio'] = '{}'
                and jsonb_typeof(pricing -> 'perSecond') = 'string'
                and pricing ->> 'perSecond' ~ '^[0-9]{1,5}([.][0-9]{1,4})?$'
                and (
                    not pricing ? 'perSecondWithAudio'
                    or jsonb_typeof(pricing -> 'perSecondWithAudio') = 'string'
                    and pricing ->> 'perSecondWithAudio' ~ '^[0-9]{1,5}([.][0-9]{1,4})?$'
                )
            when 'base' then
                pricing - array['structure', 'isEstimated', 'base', 'baseSeconds', 'extraSecond'] = '{}'
                and jsonb_typeof(pricing -> 'base') = 'string'
                and pricing ->> 'base' ~ '^[0-9]{1,5}([.][0-9]{1,4})?$'
                and jsonb_typeof(pricing -> 'extraSecond') = 'string'
                and pricing ->> 'extraSecond' ~ '^[0-9]{1,5}([.][0-9]{1,4})?$'
                and jsonb_typeof(pricing -> 'baseSeconds') = 'number'
                and pricing ->> 'baseSeconds' ~ '^[1-9][0-9]{0,2}$'
            when 'flat' then
                pricing - array['structure', 'isEstimated', 'flat'] = '{}'
                and jsonb_typeof(pricing -> 'flat') = 'string'
                and pricing ->> 'flat' ~ '^[0-9]{1,5}([.][0-9]{1,4})?$'
            when 'tiers' then
                pricing - array['structure', 'isEstimated', 'tiers'] = '{}'
                and case when jsonb_typeof(pricing -> 'tiers') = 'array' then
                    jsonb_array_length(pricing -> 'tiers') between 1 and 10
                    and (
                        select count(distinct tier -> 'shortSide') = count(*)
                            and bool_and(
                                jsonb_typeof(tier) = 'object'
                                and tier - array['shortSide', 'price', 'unit'] = '{}'
                                and jsonb_typeof(tier -> 'shortSide') = 'number'
                                and tier ->> 'shortSide' ~ '^[1-9][0-9]{1,3}$'
                                and jsonb_typeof(tier -> 'price') = 'string'
                                and tier ->> 'price' ~ '^[0-9]{1,5}([.][0-9]{1,4})?$'
                                and tier ->> 'unit' in ('perSecond', 'flat')
                            )
                        from jsonb_array_elements(pricing -> 'tiers') tier
                    )
                else false end
            else false
        end,
        false
    );
$$;

-- Durations are seconds. A model without durations takes any up to max_duration. Requests by frames are counted as seconds
-- at `fps`. `parameters` is the JSON Schema of what a run may set beside prompt, picture, duration, aspect ratio and
-- seed; default_parameters are sent unless a run sets them.
create table models (
    id uuid primary key default gen_random_uuid(),
    slug text not null,
    -- What the provider or the document calls it; it may hold a slash.
    model_id text not null,
    name text not null,
    description text not null default '',
    version text,
    maker text not null,
    provider text not null references providers,
    endpoint text,
    category text,
    capabilities text[] not null default '{}',
    tags text[] not null default '{}',
    durations int[] not null default '{}',
    fixed_duration int,
    max_duration numeric(7, 3),
    fps int,
    qualities text[] not null default '{standard}',
    aspect_ratios text[] not null default '{}',
    parameters jsonb not null default '{}',
    default_parameters jsonb not null default '{}',
    requirements text not null default '',
    cost_per_second numeric(12, 4),
    pricing jsonb,
    is_premium boolean not null default false,
    is_active boolean not null default true,
    is_default boolean not null default false,
    is_deprecated boolean not null default false,
    deprecated_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- Finished runs; cancelled ones count in none of these. record_model_run() adds each once.
    completed_runs int not null default 0,
    failed_runs int not null default 0,
    -- Of the completed runs: the time from the provider's acknowledgement to its saying done, and the costs where known.
    generation_ms bigint not null default 0,
    cost_total numeric(14, 4) not null default 0,
    costed_runs int not null default 0,
    constraint models_slug_form check (
        slug ~ '^[a-z0-9][a-z0-9.-]{0,79}$' and slug not in ('default', 'premium', 'stats', 'by-provider')
    ),
    constraint models_model_id_length check (char_length(model_id) between 1 and 200),
    constraint models_name_length check (char_length(name) between 1 and 100),
    constraint models_category_known check (category in ('premium', 'budget', 'experimental')),
    constraint models_capabilities_known check (capabilities <@ array['image-to-video', 'text-to-video']),
    constraint models_qualities_known check (
        qualities <@ array['standard', 'high', 'ultra'] and cardinality(qualities) > 0
    ),
    constraint models_durations_range check (0 < all (durations) and 600 >= all (durations)),
    constraint models_fixed_duration_range check (fixed_duration between 1 and 600),
    constraint models_max_duration_range check (max_duration > 0 and max_duration <= 600),
    constraint models_fps_range check (fps between 1 and 120),
    constraint models_parameters_are_objects check (
        jsonb_typeof(parameters) = 'object' and jsonb_typeof(default_parameters) = 'object'
    ),
    constraint models_cost_per_second_range check (cost_per_second >= 0 and cost_per_second < 100000),
    constraint models_pricing_form check (pricing is null or is_pricing(pricing)),
    constraint models_deprecation_is_dated check (is_deprecated = (deprecated_at is not null)),
    constraint models_default_is_offered check (not is_default or is_active and not is_deprecated),
    constraint models_runs_positive check (completed_runs >= 0 and failed_runs >= 0 and costed_runs <= completed_runs)
);
create unique index models_slug on models (slug);
create unique index models_model_id on models (model_id);
create unique index models_one_default on models (is_default) where is_default;
create index models_active on models (name) where is_active;
create index models_active_premium on models (name) where is_active and is_premium;
create index models_provider on models (lower(provider));
create index models_maker on models (lower(maker));

-- Filled-in forms of a model: of the catalog without a member, or of one member.
create table presets (
    id uuid primary key default gen_random_uuid(),
    model_id uuid not null references models on delete cascade,
    user_id uuid references users on delete cascade,
    name text not null,
    prompt text not null default '',
    negative_prompt text not null default '',
    parameters jsonb not null default '{}',
    created_at timestamptz not null default now(),
    constraint presets_name_length check (char_length(name) between 1 and 80),
    constraint presets_prompt_length check (char_length(prompt) <= 4000 and char_length(negative_prompt) <= 4000),
    constraint presets_parameters_are_an_object check (jsonb_typeof(parameters) = 'object')
);
create unique index presets_of_catalog on presets (model_id, name) where user_id is null;
create unique index presets_of_member on presets (user_id, model_id, name) where user_id is not null;

-- Who may run premium models although the flag premium_models is off for them.
create table premium_grants (
    user_id uuid primary key references users on delete cascade,
    granted_at timestamptz not null,
    granted_by uuid references users on delete set null,
    reason text not null,
    constraint premium_grants_reason_length check (char_length(reason) between 1 and 500)
);
create index premium_grants_granter on premium_grants (granted_by) where granted_by is not null;

insert into feature_flags (key, name, description, category, enabled, has_rollout) values
    ('premium_models', 'Premium models', 'Members may run premium models without a grant.', 'studio', false, true);

-- The web role changes these through functions only.
grant select on providers, capabilities, models, presets, premium_grants to dailies_web, dailies_jobs;
alter table presets enable row level security;
create policy presets_shown on presets for select to dailies_web
    using (user_id is null or user_id = (select current_member()));
create policy presets_of_jobs on presets to dailies_jobs
    using (true);
alter table premium_grants enable row level security;
create policy premium_grants_shown on premium_grants for select to dailies_web
    using (user_id = (select current_member()) or (select current_member_is_admin()));
create policy premium_grants_of_jobs on premium_grants to dailies_jobs
    using (true);

-- Prices are those of the providers' lists where they are published; `isEstimated` marks the others.
insert into models (
    slug, model_id, name, description, maker, provider,
    endpoint, category, capabilities, tags, durations, fixed_duration, max_duration, fps, qualities, aspect_ratios,
    parameters, default_parameters, requirements,
    cost_per_second, pricing, is_premium, is_active, is_default
) values
    (
        'kling-2.5-turbo-standard', 'kling-2.5-turbo-standard', 'Kling 2.5 Turbo Standard', 'Fluid motion from one picture at a low price.', 'Kling', 'fal.ai',
        'fal-ai/kling-video/v2.5-turbo/standard/image-to-video', null, '{image-to-video}', '{}', '{5, 10}', null, null, null, '{standard}', '{9:16, 16:9}',
        '{"type": "object", "properties": {"cfg_scale": {"type": "number", "title": "Prompt strength", "minimum": 0, "maximum": 1, "default": 0.5}}, "additionalProperties": false}', '{}', '',
        null, '{"structure": "base", "base": "0.21", "baseSeconds": 5, "extraSecond": "0.042", "isEstimated": false}', false, true, false
    ),
    (
        'kling-2.5-turbo-pro', 'kling-2.5-turbo-pro', 'Kling 2.5 Turbo Pro', 'Kling’s faster line with sharper pictures and steadier cameras.', 'Kling', 'fal.ai',
        'fal-ai/kling-video/v2.5-turbo/pro/image-to-video', null, '{image-to-video}', '{}', '{5, 10}', null, null, null, '{standard}', '{9:16, 16:9}',
        '{"type": "object", "properties": {"cfg_scale": {"type": "number", "title": "Prompt strength", "minimum": 0, "maximum": 1, "default": 0.5}}, "additionalProperties": false}', '{}', '',
        null, '{"structure": "base", "base": "0.35", "baseSeconds": 5, "extraSecond": "0.07", "isEstimated": true}', false, true, false
    ),
    (
        'kling-o1', 'kling-o1', 'Kling AI O1', 'One model for pictures, references and edits.', 'Kling', 'fal.ai',
        'fal-ai/kling-video/o1/image-to-video', null, '{image-to-video}', '{}', '{5, 10}', null, null, null, '{standard}', '{9:16, 16:9}',
        '{}', '{}', '',
        0.084, '{"structure": "perSecond", "perSecond": "0.084", "perSecondWithAudio": "0.112", "isEstimated": true}', false, true, false
    ),
    (
        'runway-gen4-turbo', 'runway-gen4-turbo', 'Runway Gen-4 Turbo', 'Keeps people and places consistent from one picture.', 'Runway', 'runway',
        'gen4_turbo', null, '{image-to-video}', '{}', '{2, 3, 4, 5, 6, 7, 8, 9, 10}', null, null, null, '{standard}', '{720:1280, 1280:720, 832:1104, 1104:832, 960:960, 1584:672}',
        '{}', '{}', 'A picture that is reachable over https.',
        0.05, '{"structure": "perSecond", "perSecond": "0.05", "isEstimated": false}', false, true, false
    ),
    (
        'veo-3.1-reference', 'veo-3.1-reference', 'Veo 3.1 Reference', 'Follows the look of reference pictures, with sound.', 'Google', 'fal.ai',
        'fal-ai/veo3.1/reference-to-video', null, '{image-to-video}', '{}', '{4, 6, 8}', null, null, null, '{standard}', '{9:16, 16:9}',
        '{"type": "object", "properties": {"resolution": {"type": "string", "title": "Resolution", "enum": ["720p", "1080p"], "default": "720p"}, "generate_audio": {"type": "boolean", "title": "Sound", "default": true}, "auto_fix": {"type": "boolean", "title": "Rewrite refused prompts", "default": true}, "safety_tolerance": {"type": "string", "title": "Safety tolerance", "enum": ["1", "2", "3", "4", "5", "6"], "default": "4"}}, "additionalProperties": false}', '{}', '',
        0.20, '{"structure": "perSecond", "perSecond": "0.20", "perSecondWithAudio": "0.40", "isEstimated": true}', false, true, false
    ),
    (
        'veo-3.1-fast', 'veo-3.1-fast', 'Veo 3.1 Fast', 'Veo with sound at half the price.', 'Google', 'fal.ai',
        'fal-ai/veo3.1/fast/image-to-video', null, '{image-to-video}', '{}', '{4, 6, 8}', null, null, null, '{standard}', '{9:16, 16:9}',
        '{"type": "object", "properties": {"resolution": {"type": "string", "title": "Resolution", "enum": ["720p", "1080p"], "default": "720p"}, "generate_audio": {"type": "boolean", "title": "Sound", "default": true}, "auto_fix": {"type": "boolean", "title": "Rewrite refused prompts", "default": true}, "safety_tolerance": {"type": "string", "title": "Safety tolerance", "enum": ["1", "2", "3", "4", "5", "6"], "default": "4"}}, "additionalProperties": false}', '{}', '',
        0.10, '{"structure": "perSecond", "perSecond": "0.10", "perSecondWithAudio": "0.15", "isEstimated": false}', false, true, false
    ),
    (
        'veo-3.1', 'veo-3.1', 'Veo 3.1', 'Realistic motion and light, with sound.', 'Google', 'fal.ai',
        'fal-ai/veo3.1/image-to-video', null, '{image-to-video}', '{}', '{4, 6, 8}', null, null, null, '{standard}', '{9:16, 16:9}',
        '{"type": "object", "properties": {"resolution": {"type": "string", "title": "Resolution", "enum": ["720p", "1080p"], "default": "720p"}, "generate_audio": {"type": "boolean", "title": "Sound", "default": true}, "auto_fix": {"type": "boolean", "title": "Rewrite refused prompts", "default": true}, "safety_tolerance": {"type": "string", "title": "Safety tolerance", "enum": ["1", "2", "3", "4", "5", "6"], "default": "4"}}, "additionalProperties": false}', '{}', '',
        0.20, '{"structure": "perSecond", "perSecond": "0.20", "perSecondWithAudio": "0.40", "isEstimated": true}', false, true, false
    ),
    (
        'sora-2-pro', 'sora-2-pro', 'Sora 2 Pro', 'Long takes with sound in two resolutions.', 'OpenAI', 'fal.ai',
        'fal-ai/sora-2/image-to-video/pro', null, '{image-to-video}', '{}', '{4, 8, 12}', null, null, null, '{standard}', '{9:16, 16:9}',
        '{"type": "object", "properties": {"resolution": {"type": "string", "title": "Resolution", "enum": ["720p", "1080p"], "default": "720p"}}, "additionalProperties": false}', '{}', '',
        null, '{"structure": "tiers", "tiers": [{"shortSide": 720, "price": "0.30", "unit": "perSecond"}, {"shortSide": 1080, "price": "0.50", "unit": "perSecond"}], "isEstimated": false}', false, true, false
    ),
    (
        'sora-2', 'sora-2', 'Sora 2', 'Follows physics and dialogue closely.', 'OpenAI', 'fal.ai',
        'fal-ai/sora-2/image-to-video', null, '{image-to-video}', '{}', '{4, 8, 12}', null, null, null, '{standard}', '{9:16, 16:9}',
        '{}', '{}', '',
        0.10, '{"structure": "perSecond", "perSecond": "0.10", "isEstimated": true}', false, true, false
    ),
    (
        'hailuo-2.3-pro', 'hailuo-2.3-pro', 'Hailuo 2.3 Pro', 'Full HD with strong faces and dance.', 'MiniMax', 'fal.ai',
        'fal-ai/minimax/hailuo-2.3/pro/image-to-video', null, '{image-to-video}', '{}', '{}', 6, null, null, '{standard}', '{}',
        '{}', '{}', '',
        null, '{"structure": "flat", "flat": "0.49", "isEstimated": false}', false, true, false
    ),
    (
        'hailuo-2.3-standard', 'hailuo-2.3-standard', 'Hailuo 2.3 Standard', 'The same motion in a smaller picture.', 'MiniMax', 'fal.ai',
        'fal-ai/minimax/hailuo-2.3/standard/image-to-video', null, '{image-to-video}', '{}', '{6, 10}', null, null, null, '{standard}', '{}',
        '{}', '{}', '',
        null, '{"structure": "flat", "flat": "0.28", "isEstimated": true}', false, true, false
    ),
    (
        'hailuo-2.3-fast-standard', 'hailuo-2.3-fast-standard', 'Hailuo 2.3 Fast Standard', 'Quick drafts from a picture.', 'MiniMax', 'fal.ai',
        'fal-ai/minimax/hailuo-2.3-fast/standard/image-to-video', null, '{image-to-video}', '{}', '{6, 10}', null, null, null, '{standard}', '{}',
        '{}', '{}', '',
        null, '{"structure": "flat", "flat": "0.19", "isEstimated": true}', false, true, false
    ),
    (
        'hailuo-2.3-fast-pro', 'hailuo-2.3-fast-pro', 'Hailuo 2.3 Fast Pro', 'Full HD in less time.', 'MiniMax', 'fal.ai',
        'fal-ai/minimax/hailuo-2.3-fast/pro/image-to-video', null, '{image-to-video}', '{}', '{}', 6, null, null, '{standard}', '{}',
        '{}', '{}', '',
        null, '{"structure": "flat", "flat": "0.33", "isEstimated": true}', false, true, false
    ),
    (
        'wan-2.5-preview', 'wan-2.5-preview', 'Wan 2.5 Preview', 'Sound and picture from one model, in three resolutions.', 'Wan', 'fal.ai',
        'fal-ai/wan-25-preview/image-to-video', null, '{image-to-video}', '{}', '{5, 10}', null, null, null, '{standard}', '{}',
        '{"type": "object", "properties": {"resolution": {"type": "string", "title": "Resolution", "enum": ["480p", "720p", "1080p"], "default": "1080p"}}, "additionalProperties": false}', '{}', '',
        null, '{"structure": "tiers", "tiers": [{"shortSide": 480, "price": "0.05", "unit": "perSecond"}, {"shortSide": 720, "price": "0.10", "unit": "perSecond"}, {"shortSide": 1080, "price": "0.15", "unit": "perSecond"}], "isEstimated": true}', false, true, false
    ),
    (
        'seedance-1.0-pro-fast', 'seedance-1.0-pro-fast', 'Seedance 1.0 Pro Fast', 'Several shots in one video, quickly.', 'ByteDance', 'fal.ai',
        'fal-ai/bytedance/seedance/v1/pro/fast/image-to-video', null, '{image-to-video}', '{}', '{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}', null, null, null, '{standard}', '{9:16, 16:9, 1:1, 3:4, 4:3, 9:21, 21:9}',
        '{}', '{}', '',
        0.04, '{"structure": "perSecond", "perSecond": "0.04", "isEstimated": true}', false, true, false
    ),
    (
        'vidu-q2-turbo', 'vidu-q2-turbo', 'Vidu Q2 Turbo', 'Lively expressions in little time.', 'Vidu', 'fal.ai',
        'fal-ai/vidu/q2/image-to-video/turbo', null, '{image-to-video}', '{}', '{2, 3, 4, 5, 6, 7, 8}', null, null, null, '{standard}', '{}',
        '{}', '{}', '',
        0.05, '{"structure": "perSecond", "perSecond": "0.05", "isEstimated": true}', false, true, false
    ),
    (
        'vidu-q2-pro', 'vidu-q2-pro', 'Vidu Q2 Pro', 'Detailed pictures with controlled cameras.', 'Vidu', 'fal.ai',
        'fal-ai/vidu/q2/image-to-video/pro', null, '{image-to-video}', '{}', '{2, 3, 4, 5, 6, 7, 8}', null, null, null, '{standard}', '{}',
        '{}', '{}', '',
        null, '{"structure": "base", "base": "0.20", "baseSeconds": 2, "extraSecond": "0.05", "isEstimated": true}', false, true, false
    ),
    (
        'vidu-q2-reference', 'vidu-q2-reference', 'Vidu Q2 Reference', 'Keeps several subjects from reference pictures.', 'Vidu', 'fal.ai',
        'fal-ai/vidu/q2/reference-to-video', null, '{image-to-video}', '{}', '{2, 3, 4, 5, 6, 7, 8}', null, null, null, '{standard}', '{9:16, 16:9, 1:1}',
        '{}', '{}', '',
        null, '{"structure": "flat", "flat": "0.40", "isEstimated": true}', false, true, false
    ),
    (
        'luma-ray-2-flash', 'luma-ray-2-flash', 'Luma Ray 2 Flash', 'Ray 2 for drafts.', 'Luma', 'fal.ai',
        'fal-ai/luma-dream-machine/ray-2-flash/image-to-video', null, '{image-to-video}', '{}', '{5, 9}', null, null, null, '{standard}', '{9:16, 16:9, 1:1, 3:4, 4:3, 9:21, 21:9}',
        '{"type": "object", "properties": {"loop": {"type": "boolean", "title": "Loop", "default": false}}, "additionalProperties": false}', '{}', '',
        null, '{"structure": "flat", "flat": "0.20", "isEstimated": true}', false, true, false
    ),
    (
        'luma-ray-2', 'luma-ray-2', 'Luma Ray 2', 'Natural motion and coherent light.', 'Luma', 'fal.ai',
        'fal-ai/luma-dream-machine/ray-2/image-to-video', null, '{image-to-video}', '{}', '{5, 9}', null, null, null, '{standard}', '{9:16, 16:9, 1:1, 3:4, 4:3, 9:21, 21:9}',
        '{"type": "object", "properties": {"loop": {"type": "boolean", "title": "Loop", "default": false}}, "additionalProperties": false}', '{}', '',
        null, '{"structure": "flat", "flat": "0.50", "isEstimated": true}', false, true, false
    ),
    (
        'luma-ray-3', 'luma-ray-3', 'Luma Ray 3', 'Runs on Luma’s own site; its videos are added by hand.', 'Luma', 'manual',
        null, null, '{image-to-video}', '{}', '{}', null, null, null, '{standard}', '{9:16, 16:9, 1:1, 3:4, 4:3, 9:21, 21:9}',
        '{}', '{}', '',
        null, null, false, true, false
    ),
    (
        'pika-2.2', 'pika-2.2', 'Pika 2.2', 'Playful effects in two resolutions.', 'Pika', 'fal.ai',
        'fal-ai/pika/v2.2/image-to-video', null, '{image-to-video}', '{}', '{5, 10}', null, null, null, '{standard}', '{}',
        '{"type": "object", "properties": {"resolution": {"type": "string", "title": "Resolution", "enum": ["720p", "1080p"], "default": "720p"}}, "additionalProperties": false}', '{}', '',
        null, '{"structure": "tiers", "tiers": [{"shortSide": 720, "price": "0.20", "unit": "flat"}, {"shortSide": 1080, "price": "0.45", "unit": "flat"}], "isEstimated": true}', false, true, false
    ),
    (
        'pika-2-turbo', 'pika-2-turbo', 'Pika 2 Turbo', 'Pika for drafts.', 'Pika', 'fal.ai',
        'fal-ai/pika/v2/turbo/image-to-video', null, '{image-to-video}', '{}', '{}', 5, null, null, '{standard}', '{}',
        '{}', '{}', '',
        null, '{"structure": "flat", "flat": "0.20", "isEstimated": true}', false, true, false
    ),
    (
        'pika-2.5', 'pika-2.5', 'Pika 2.5', 'Runs on Pika’s own site; its videos are added by hand.', 'Pika', 'manual',
        null, null, '{image-to-video}', '{}', '{}', null, null, null, '{standard}', '{9:16, 16:9}',
        '{}', '{}', '',
        null, null, false, true, false
    ),
    (
        'veo-3', 'google/veo-3', 'Veo 3', 'Google’s realistic model with sound and dialogue.', 'Google', 'replicate',
        'google/veo-3', 'premium', '{text-to-video, image-to-video}', '{}', '{}', 8, null, null, '{standard, high, ultra}', '{9:16, 16:9}',
        '{"type": "object", "properties": {"resolution": {"type": "string", "title": "Resolution", "enum": ["720p", "1080p"], "default": "720p"}, "generate_audio": {"type": "boolean", "title": "Sound", "default": true}}, "additionalProperties": false}', '{"resolution": "720p"}', '',
        0.75, '{"structure": "perSecond", "perSecond": "0.75", "isEstimated": false}', true, true, false
    ),
    (
        'ray-2-720p', 'luma/ray-2-720p', 'Ray 2 720p', 'Luma’s Ray 2 in HD.', 'Luma', 'replicate',
        'luma/ray-2-720p', 'budget', '{text-to-video, image-to-video}', '{}', '{5, 9}', null, null, null, '{standard, high, ultra}', '{9:16, 16:9, 1:1, 3:4, 4:3, 9:21, 21:9}',
        '{"type": "object", "properties": {"loop": {"type": "boolean", "title": "Loop", "default": false}}, "additionalProperties": false}', '{}', '',
        0.18, '{"structure": "perSecond", "perSecond": "0.18", "isEstimated": false}', false, true, false
    ),
    (
        'ray-flash-2-540p', 'luma/ray-flash-2-540p', 'Ray Flash 2 540p', 'Luma’s quick and inexpensive model.', 'Luma', 'replicate',
        'luma/ray-flash-2-540p', 'budget', '{text-to-video, image-to-video}', '{}', '{5, 9}', null, null, null, '{standard, high, ultra}', '{9:16, 16:9, 1:1, 3:4, 4:3, 9:21, 21:9}',
        '{"type": "object", "properties": {"loop": {"type": "boolean", "title": "Loop", "default": false}}, "additionalProperties": false}', '{}', '',
        0.12, '{"structure": "perSecond", "perSecond": "0.12", "isEstimated": false}', false, true, true
    ),
    (
        'lucy-14b', 'lucy14b', 'Lucy 14B', 'Animates a picture within seconds.', 'Decart', 'fal.ai',
        'decart/lucy-14b/image-to-video', null, '{image-to-video}', '{}', '{}', 5, null, null, '{standard}', '{9:16, 16:9}',
        '{"type": "object", "properties": {"resolution": {"type": "string", "title": "Resolution", "enum": ["720p"], "default": "720p"}}, "additionalProperties": false}', '{"sync_mode": false}', '',
        0.08, '{"structure": "perSecond", "perSecond": "0.08", "isEstimated": true}', false, true, false
    ),
    (
        'lucy-5b', 'lucy-5b', 'Lucy 5B', 'The smaller Lucy. Coming soon.', 'Decart', 'fal.ai',
        'decart/lucy-5b/image-to-video', 'experimental', '{image-to-video}', '{}', '{}', 5, null, null, '{standard}', '{9:16, 16:9}',
        '{}', '{}', '',
        0.04, '{"structure": "perSecond", "perSecond": "0.04", "isEstimated": true}', false, false, false
    ),
    (
        'splice', 'splice', 'Splice', 'Joins pictures into one take. Coming soon.', 'Decart', 'fal.ai',
        'decart/splice', 'experimental', '{image-to-video}', '{}', '{}', null, 8, null, '{standard}', '{9:16, 16:9}',
        '{}', '{}', '',
        0.05, '{"structure": "perSecond", "perSecond": "0.05", "isEstimated": true}', false, false, false
    ),
    (
        'mochi', 'mochi', 'Mochi', 'An open model on a GPU that the site rents.', 'Genmo', 'runpod',
        null, null, '{text-to-video}', '{open}', '{}', null, 8.5, 24, '{standard}', '{}',
        '{"type": "object", "properties": {"num_frames": {"type": "integer", "title": "Frames", "minimum": 7, "maximum": 204, "default": 31}, "width": {"type": "integer", "title": "Width", "minimum": 256, "maximum": 1280, "multipleOf": 16, "default": 848}, "height": {"type": "integer", "title": "Height", "minimum": 256, "maximum": 1280, "multipleOf": 16, "default": 480}, "steps": {"type": "integer", "title": "Steps", "minimum": 1, "maximum": 200, "default": 40}, "cfg": {"type": "number", "title": "Prompt strength", "minimum": 1, "maximum": 20, "default": 6}}, "additionalProperties": false}', '{}', 'RUNPOD_ENDPOINT_ID names the endpoint.',
        0.05, '{"structure": "perSecond", "perSecond": "0.05", "isEstimated": true}', false, true, false
    ),
    (
        'local', 'local', 'Local renderer', 'Draws moving pictures on this site, without a provider and without cost.', 'Dailies', 'local',
        null, null, '{image-to-video, text-to-video}', '{free}', '{2, 3, 4, 5, 6, 7, 8}', null, null, null, '{standard}', '{9:16, 16:9, 1:1}',
        '{}', '{}', '',
        0, '{"structure": "perSecond", "perSecond": "0", "isEstimated": false}', false, true, false
    );
