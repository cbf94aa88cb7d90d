-- Health, limits and costs of providers.

-- Rows of the catalog with the same family are one model at several providers, so a run may move from one to another.
alter table models add column family text;
alter table models add constraint models_family_form check (family ~ '^[a-z0-9][a-z0-9.-]{0,79}$');
create index models_family on models (family) where family is not null;

-- What admins allow of each provider; null leaves it to the setting, or unlimited.
create table provider_limits (
    provider text primary key references providers on delete cascade,
    monthly_cap_usd numeric(12, 4),
    concurrency int,
    submissions_per_minute int,
    constraint provider_limits_cap_range check (monthly_cap_usd between 0 and 10000000),
    constraint provider_limits_concurrency_range check (concurrency between 1 and 1000),
    constraint provider_limits_rate_range check (submissions_per_minute between 1 and 100000)
);

-- What each member may spend in a calendar month, UTC: the row without a member is for all who have none of their own.
create table member_caps (
    user_id uuid references users on delete cascade,
    monthly_credits int,
    monthly_seconds int,
    constraint member_caps_user unique nulls not distinct (user_id),
    constraint member_caps_range check (monthly_credits >= 0 and monthly_seconds >= 0)
);

-- How a provider is. closed: requests are sent. open: none is, until retry_at. half_open: one is sent to see whether the
-- provider works again. resting_until is what the provider asked for by Retry-After.
create table provider_states (
    provider text primary key references providers on delete cascade,
    breaker text not null default 'closed',
    reason text,
    changed_at timestamptz not null,
    retry_at timestamptz,
    -- The pause doubles with each probe that fails.
    pause interval,
    probe_id uuid,
    -- Calls before this count no more: the breaker was closed then.
    counted_from timestamptz not null,
    resting_until timestamptz,
    constraint provider_states_breaker_known check (breaker in ('closed', 'open', 'half_open')),
    constraint provider_states_open_has_end check ((breaker = 'open') = (retry_at is not null)),
    constraint provider_states_probe_is_named check ((breaker = 'half_open') = (probe_id is not null))
);

-- The calls of each minute, kept for an hour.
create table provider_minutes (
    provider text not null references providers on delete cascade,
    minute timestamptz not null,
    calls int not null default 0,
    faults int not null default 0,
    slow int not null default 0,
    took_ms bigint not null default 0,
    longest_ms int not null default 0,
    primary key (provider, minute)
);

-- What each run was expected to cost and what it cost. It stays when its video is deleted, since the money is spent.
create table generation_runs (
    generation_id uuid not null,
    run int not null,
    user_id uuid references users on delete set null,
    model_id uuid not null references models,
    provider text not null,
    duration_ms int not null,
    quality text not null,
    reserved_at timestamptz not null,
    expected_usd numeric(12, 4) not null,
    -- completed, failed or cancelled; null while it is under way.
    outcome text,
    ended_at timestamptz,
    cost_usd numeric(12, 4),
    -- Whether an admin entered the cost.
    is_cost_entered boolean not null default false,
    video_ms int,
    -- From the provider's acknowledgement to its saying done.
    took_ms bigint,
    clip_id uuid references tournament_clips on delete set null,
    primary key (generation_id, run),
    constraint generation_runs_outcome_known check (outcome in ('completed', 'failed', 'cancelled')),
    constraint generation_runs_ended check ((outcome is null) = (ended_at is null)),
    constraint generation_runs_costs_positive check (expected_usd >= 0 and cost_usd >= 0)
);
create index generation_runs_provider on generation_runs (provider, reserved_at) include (cost_usd, expected_usd);
create index generation_runs_time on generation_runs (reserved_at, generation_id, run);
create index generation_runs_model on generation_runs (model_id, ended_at);
create index generation_runs_user on generation_runs (user_id) where user_id is not null;
create index generation_runs_clip on generation_runs (clip_id) where clip_id is not null;

-- What a run of a model, duration and quality can be expected to do; computed from generation_runs by a recurring job.
create table model_expectations (
    model_id uuid not null references models on delete cascade,
    duration_ms int not null,
    quality text not null,
    runs int not null,
    completed int not null,
    median_ms bigint,
    ninetieth_ms bigint,
    primary key (model_id, duration_ms, quality)
);

alter table generations
    add column expected_usd numeric(12, 4) not null default 0,
    -- The provider and the model from which the run was moved before it was submitted, and why.
    add column moved_from text,
    add column moved_from_model text,
    add column moved_because text,
    -- The attempts before the move, which the provider that has it now is not charged with.
    add column attempts_before_move int not null default 0;

insert into generation_runs (
    generation_id, run, user_id, model_id, provider, duration_ms, quality, reserved_at, expected_usd, outcome, ended_at,
    cost_usd, video_ms, took_ms, clip_id
)
select id, run, user_id, model_id, provider, duration_ms, quality, created_at, coalesce(cost_usd, 0),
    case when finished_at is not null then status end, finished_at, case when finished_at is not null then coalesce(cost_usd, 0) end,
    video_ms, extract(epoch from provider_done_at - acknowledged_at) * 1000, clip_id
from generations;

-- The submissions of the last minute are counted.
create index generation_attempts_time on generation_attempts (provider, intended_at);

grant select on provider_limits, member_caps, provider_states, provider_minutes, model_expectations to dailies_web;
grant select, insert, update, delete on provider_limits, member_caps, provider_states, provider_minutes, generation_runs,
    model_expectations to dailies_jobs;
alter table member_caps enable row level security;
create policy member_caps_shown on member_caps for select to dailies_web
    using (
        user_id is null or user_id = (select current_member()) or (select current_member_is_admin())
    );
create policy member_caps_of_jobs on member_caps to dailies_jobs
    using (true)
    with check (true);
-- Costs are an admin's to read.
alter table generation_runs enable row level security;
grant select on generation_runs to dailies_web;
create policy generation_runs_of_admins on generation_runs for select to dailies_web
    using ((select current_member_is_admin()));
create policy generation_runs_of_jobs on generation_runs to dailies_jobs
    using (true)
    with check (true);

-- These functions have other parameters now.
drop function if exists reserve_run(uuid, uuid, int, int, int, bigint, timestamptz, timestamptz, int);
drop function if exists retry_generation(uuid, uuid, int, bigint, timestamptz, timestamptz, int);
drop function if exists begin_submission(uuid, int, int, interval);
drop function if exists stop_generation(uuid, int, text, text, text, boolean, int);
drop function if exists end_generation(generations, text, text, text, int);
