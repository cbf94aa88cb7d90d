-- What members are notified of. News for everybody is one row without a member.
create table notifications (
    id bigint generated always as identity primary key,
    -- Null in a row for everybody.
    user_id uuid references users on delete cascade,
    kind text not null,
    -- What the sentence of the kind needs: a title, a reason, a name, the path of the page to open.
    facts jsonb not null default '{}',
    -- The member who caused it, if one did and it may be known.
    actor_user_id uuid references users on delete set null,
    -- Names the event, so that it is written once however often its cause is worked on.
    event_key text not null,
    -- False where the member wants this kind by push or mail alone.
    is_listed boolean not null default true,
    created_at timestamptz not null,
    read_at timestamptz,
    constraint notifications_kind_known check (
        kind in (
            'clip_approved', 'clip_rejected', 'clip_won', 'new_round', 'achievement', 'daily_goal', 'follower',
            'comment', 'generation_done', 'generation_failed', 'system'
        )
    ),
    constraint notifications_event_key unique nulls not distinct (user_id, kind, event_key),
    constraint notifications_everybodys_are_unread check (user_id is not null or read_at is null)
);
create index notifications_of_member on notifications (user_id, id);
create index notifications_unread on notifications (user_id) where read_at is null and is_listed and user_id is not null;
create index notifications_actor on notifications (actor_user_id) where actor_user_id is not null;
create index notifications_created on notifications (created_at);

-- Which rows for everybody a member has read: all up to one, and some later ones.
create table notification_marks (
    user_id uuid primary key references users on delete cascade,
    read_until bigint not null default 0,
    read_ids bigint[] not null default '{}'
);

-- How a member wants to learn of each kind. Without a row: on the site alone.
create table notification_choices (
    user_id uuid not null references users on delete cascade,
    kind text not null,
    in_app boolean not null default true,
    push boolean not null default false,
    email boolean not null default false,
    primary key (user_id, kind)
);
create index notification_choices_pushed on notification_choices (kind, user_id) where push;

-- The browsers to which a member wants notifications pushed. One ends with the session that made it, so that a device on
-- which the member has signed out shows nothing of the member's.
create table push_subscriptions (
    id bigint generated always as identity primary key,
    user_id uuid not null references users on delete cascade,
    session_hash bytea not null references sessions (token_hash) on delete cascade,
    endpoint text not null,
    p256dh bytea not null,
    auth_secret bytea not null,
    user_agent text not null default '',
    created_at timestamptz not null,
    constraint push_subscriptions_endpoint_key unique (endpoint),
    constraint push_subscriptions_endpoint_form check (endpoint ~ '^https?://' and length(endpoint) <= 1000),
    constraint push_subscriptions_key_length check (octet_length(p256dh) = 65 and octet_length(auth_secret) = 16)
);
create index push_subscriptions_member on push_subscriptions (user_id, id);
create index push_subscriptions_session on push_subscriptions (session_hash);

-- How far the sending of a notification is. Subscriptions are sent to in the order of their ids. What is claimed is never
-- claimed again, so a process that dies leaves at most its last claim unsent and sends nothing twice.
create table push_runs (
    notification_id bigint primary key references notifications on delete cascade,
    -- Subscriptions up to this one have been claimed.
    claimed_until bigint not null default 0,
    is_scanned boolean not null default false,
    claims int not null default 0,
    -- Subscriptions of the last claim while it is sent.
    in_flight bigint[] not null default '{}',
    delivered int not null default 0,
    gone int not null default 0,
    refused int not null default 0,
    -- Sent to by a process that died, or without an answer: they may have arrived.
    uncertain int not null default 0,
    started_at timestamptz not null,
    finished_at timestamptz
);

-- Subscriptions whose push service asked to wait, or failed.
create table push_retries (
    notification_id bigint not null references push_runs on delete cascade,
    subscription_id bigint not null references push_subscriptions on delete cascade,
    attempt int not null,
    due_at timestamptz not null,
    primary key (notification_id, subscription_id)
);
create index push_retries_due on push_retries (notification_id, due_at, subscription_id);
create index push_retries_subscription on push_retries (subscription_id);

-- What a member wants mailed, and until when the mails so far have said everything.
create table digest_choices (
    user_id uuid primary key references users on delete cascade,
    frequency text not null default 'off',
    comparisons boolean not null default true,
    winners boolean not null default true,
    covered_until timestamptz not null,
    due_at timestamptz,
    -- The end of the digest that is being sent: it says the same however often it is tried.
    pending_until timestamptz,
    claimed_until timestamptz,
    constraint digest_choices_frequency_known check (frequency in ('off', 'daily', 'weekly')),
    constraint digest_choices_due_while_on check ((frequency = 'off') = (due_at is null))
);
create index digest_choices_due on digest_choices (due_at) where due_at is not null;

grant select, insert, update, delete on
    notifications, notification_marks, notification_choices, push_subscriptions, push_runs, push_retries, digest_choices
to dailies_jobs;
