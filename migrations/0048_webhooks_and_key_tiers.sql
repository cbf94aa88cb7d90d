-- Other systems that are notified of what happens here, at addresses that admins enter.
create table webhooks (
    id uuid primary key,
    name text not null,
    url text not null,
    events text[] not null,
    enabled boolean not null default true,
    -- Encrypted by a key that is derived from the site's. The former secret signs too until its time is over.
    secret bytea not null,
    former_secret bytea,
    former_secret_until timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- How the target is: attempts that failed since the last that did not, and from when on.
    failures int not null default 0,
    failing_since timestamptz,
    succeeded_at timestamptz,
    -- Nothing is sent before this time, so that a target that hangs holds no worker of the queue.
    held_until timestamptz,
    -- Why the site switched it off; null when an admin did.
    disabled_reason text,
    constraint webhooks_name_length check (char_length(name) between 1 and 60),
    constraint webhooks_url_length check (char_length(url) between 1 and 2000),
    constraint webhooks_events_known check (
        cardinality(events) > 0 and events <@ array['clip.approved', 'slot.won', 'season.finished', 'video.done']
    ),
    constraint webhooks_former_secret_whole check ((former_secret is null) = (former_secret_until is null)),
    constraint webhooks_failures_whole check ((failures = 0) = (failing_since is null)),
    constraint webhooks_disabled_reason_known check (disabled_reason in ('gone', 'failing')),
    constraint webhooks_disabled_is_off check (disabled_reason is null or not enabled)
);

-- What happened, as it is sent. A row about a member leaves with the member.
create table webhook_events (
    id uuid primary key default gen_random_uuid(),
    type text not null,
    body text not null,
    user_id uuid references users on delete cascade,
    created_at timestamptz not null
);
create index webhook_events_user on webhook_events (user_id) where user_id is not null;
create index webhook_events_created on webhook_events (created_at);

-- One row for each event and each webhook that subscribes to it. Its id is what receivers tell repetitions by.
create table webhook_deliveries (
    id uuid primary key default gen_random_uuid(),
    webhook_id uuid not null references webhooks on delete cascade,
    event_id uuid not null references webhook_events on delete cascade,
    state text not null default 'waiting',
    -- All attempts, and those since it was last put into the queue, by which the schedule goes.
    attempts int not null default 0,
    tries int not null default 0,
    created_at timestamptz not null,
    next_attempt_at timestamptz,
    finished_at timestamptz,
    constraint webhook_deliveries_state_known check (state in ('waiting', 'delivered', 'failed')),
    constraint webhook_deliveries_dated check (
        (state = 'waiting') = (finished_at is null) and (state = 'waiting') = (next_attempt_at is not null)
    )
);
create index webhook_deliveries_listed on webhook_deliveries (created_at desc, id desc);
create index webhook_deliveries_webhook on webhook_deliveries (webhook_id, created_at desc, id desc);
create index webhook_deliveries_event on webhook_deliveries (event_id);

-- Each attempt: the status and the beginning of the answer, or why there was none.
create table webhook_attempts (
    delivery_id uuid not null references webhook_deliveries on delete cascade,
    number int not null,
    started_at timestamptz not null,
    duration_ms int not null,
    status int,
    fault text,
    answer text,
    primary key (delivery_id, number),
    constraint webhook_attempts_ended check ((status is null) = (fault is not null))
);

-- One delivery to a target at a time, so that a slow target holds one worker at most; and all of them together a third of the
-- 24 workers that the queue has as shipped.
insert into job_limits (key, concurrency) values ('webhook', 1), ('webhooks', 8);

-- Admins read all but the secrets. Functions with the owner's rights make the changes.
grant select (
    id, name, url, events, enabled, former_secret_until, created_at, updated_at, failures, failing_since, succeeded_at,
    held_until, disabled_reason
) on webhooks to dailies_web;
grant select on webhook_events, webhook_deliveries, webhook_attempts to dailies_web;
grant select, insert, update, delete on webhooks, webhook_events, webhook_deliveries, webhook_attempts to dailies_jobs;
alter table webhooks enable row level security;
alter table webhook_events enable row level security;
alter table webhook_deliveries enable row level security;
alter table webhook_attempts enable row level security;
create policy webhooks_of_admins on webhooks for select to dailies_web using ((select current_member_is_admin()));
create policy webhook_events_of_admins on webhook_events for select to dailies_web
    using ((select current_member_is_admin()));
create policy webhook_deliveries_of_admins on webhook_deliveries for select to dailies_web
    using ((select current_member_is_admin()));
create policy webhook_attempts_of_admins on webhook_attempts for select to dailies_web
    using ((select current_member_is_admin()));
create policy webhooks_of_jobs on webhooks to dailies_jobs using (true) with check (true);
create policy webhook_events_of_jobs on webhook_events to dailies_jobs using (true) with check (true);
create policy webhook_deliveries_of_jobs on webhook_deliveries to dailies_jobs using (true) with check (true);
create policy webhook_attempts_of_jobs on webhook_attempts to dailies_jobs using (true) with check (true);

-- Which limits count for a key: the standard ones, those of partners, or its own, requests a minute by class.
alter table api_keys
    add column tier text not null default 'standard',
    add column limits jsonb,
    add constraint api_keys_tier_known check (tier in ('standard', 'partner', 'own')),
    add constraint api_keys_limits_of_own check ((tier = 'own') = (limits is not null));

-- The requests of a key by day, UTC, as processes report them every few seconds.
create table key_days (
    key_id uuid not null references api_keys on delete cascade,
    day date not null,
    requests bigint not null,
    refused bigint not null,
    primary key (key_id, day),
    constraint key_days_counts check (refused between 0 and requests)
);
create index key_days_day on key_days (day);
grant select, insert, update, delete on key_days to dailies_jobs;
