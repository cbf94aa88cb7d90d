create table users (
    id uuid primary key default gen_random_uuid(),
    username text,
    email text,
    role text not null default 'member',
    avatar_seed text not null default encode(uuid_send(gen_random_uuid()), 'hex'),
    banned_at timestamptz,
    ban_reason text,
    age_confirmed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint users_username_form check (username ~ '^[a-z0-9_]{3,20}$'),
    constraint users_role_known check (role in ('member', 'admin')),
    constraint users_ban_has_reason check (banned_at is null or ban_reason is not null)
);
create unique index users_username_key on users (username);
-- Addresses are not unique: an identity is a provider and a subject, and several may share one address.
create index users_email on users (lower(email)) where email is not null;

-- Only hashes of tokens are kept: whoever reads this table cannot sign in with it.
create table sign_in_links (
    token_hash bytea primary key,
    user_id uuid not null references users on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint sign_in_links_token_is_a_hash check (octet_length(token_hash) = 32)
);
create index sign_in_links_user on sign_in_links (user_id);

create table sessions (
    token_hash bytea primary key,
    user_id uuid not null references users on delete cascade,
    created_at timestamptz not null default now(),
    authenticated_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    user_agent text not null default '',
    constraint sessions_token_is_a_hash check (octet_length(token_hash) = 32)
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table feature_flags (
    key text primary key,
    name text not null,
    description text not null,
    category text not null,
    enabled boolean not null,
    updated_at timestamptz not null default now()
);
insert into feature_flags (key, name, description, category, enabled) values
    ('voting_enabled', 'Voting', 'Votes are taken. Off, every vote is refused.', 'film', true),
    ('uploads_enabled', 'Uploads', 'Members may send in clips.', 'film', true),
    ('power_votes_enabled', 'Power votes', 'Members have one super and one mega vote a slot.', 'film', true),
    ('multi_vote_enabled', 'Repeated votes', 'A repeated vote adds to the weight of the first.', 'film', false),
    ('require_auth_voting', 'Members vote', 'Only members may vote.', 'integrity', false),
    ('require_captcha_voting', 'Captcha before votes', 'Votes need a captcha pass.', 'integrity', false);

grant select on feature_flags to dailies_web, dailies_jobs;
-- Addresses and the reasons of bans are nobody's business; what a member may change, functions change for them.
grant select (id, username, role, avatar_seed, banned_at, created_at) on users to dailies_web;
grant select, insert, update on users to dailies_jobs;
grant select, insert, update, delete on sign_in_links, sessions to dailies_jobs;
