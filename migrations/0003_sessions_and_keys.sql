-- Only hashes of tokens are stored: reading this table does not enable a sign-in. used_at is when the session was last
-- used, to a minute or a few: after a long break an admin must sign in again. It is not indexed and pages keep room, so
-- that updating it is a HOT update.
create table sessions (
    token_hash bytea primary key,
    user_id uuid not null references users on delete cascade,
    created_at timestamptz not null default now(),
    authenticated_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    used_at timestamptz not null default now(),
    expires_at timestamptz not null,
    user_agent text not null default '',
    constraint sessions_token_is_a_hash check (octet_length(token_hash) = 32)
) with (fillfactor = 80);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

-- Keys by which programs act for a member. Again only hashes are stored.
create table api_keys (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    token_hash bytea not null,
    name text not null,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    constraint api_keys_token_is_a_hash check (octet_length(token_hash) = 32),
    constraint api_keys_name_length check (char_length(name) between 1 and 60),
    constraint api_keys_scopes_known check (scopes <@ array['read', 'write', 'admin'] and cardinality(scopes) > 0)
);
create unique index api_keys_token on api_keys (token_hash);
create index api_keys_user on api_keys (user_id);

grant select, insert, update, delete on sessions, api_keys to dailies_jobs;
