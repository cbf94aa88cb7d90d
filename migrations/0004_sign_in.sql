-- A person as a provider knows them. The provider's key is `google` or `github`, else the issuer's address, so that no
-- member turns into another one when an operator changes to another provider.
create table identities (
    id uuid not null default gen_random_uuid(),
    provider text not null,
    subject text not null,
    user_id uuid not null references users on delete cascade,
    email text,
    email_verified boolean not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    blocked_at timestamptz,
    constraint identities_pkey primary key (provider, subject),
    constraint identities_id_key unique (id),
    constraint identities_provider_length check (length(provider) between 1 and 300),
    constraint identities_subject_length check (length(subject) between 1 and 255),
    constraint identities_email_length check (length(email) between 3 and 320)
);
create index identities_user on identities (user_id, created_at);

-- Sign-ins that went to a provider and have not come back. The state and the browser's cookie are stored as hashes.
create table sign_in_flows (
    state_hash bytea primary key,
    browser_hash bytea not null,
    provider text not null,
    verifier text not null,
    nonce text not null,
    return_path text not null,
    link_user_id uuid references users on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    constraint sign_in_flows_state_is_a_hash check (octet_length(state_hash) = 32),
    constraint sign_in_flows_browser_is_a_hash check (octet_length(browser_hash) = 32),
    constraint sign_in_flows_return_path_is_local check (return_path ~ '^/([^/\\]|$)')
);
create index sign_in_flows_expiry on sign_in_flows (expires_at);
create index sign_in_flows_link_user on sign_in_flows (link_user_id) where link_user_id is not null;

-- Webhook messages of an identity provider that were applied, so that none is applied twice.
create table identity_webhooks (
    id text primary key,
    received_at timestamptz not null,
    constraint identity_webhooks_id_length check (length(id) between 1 and 200)
);
create index identity_webhooks_received on identity_webhooks (received_at);

-- Identities that their provider deleted, as hashes, so that a late message cannot bring them back.
create table removed_identities (
    identity_hash bytea primary key,
    removed_at timestamptz not null,
    constraint removed_identities_is_a_hash check (octet_length(identity_hash) = 32)
);

-- Links that sign a member in, or the holder of an address: the account of an address, and whether it has one, is
-- found out when the link is used.
create table sign_in_links (
    token_hash bytea primary key,
    user_id uuid references users on delete cascade,
    address text,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint sign_in_links_token_is_a_hash check (octet_length(token_hash) = 32),
    constraint sign_in_links_for_one check (num_nonnulls(user_id, address) = 1)
);
create index sign_in_links_user on sign_in_links (user_id);

-- Links by mail that add an address to a member's sign-in methods. They are kept apart from the links that sign in, so
-- that neither can be used as the other.
create table email_identity_links (
    token_hash bytea primary key,
    user_id uuid not null references users on delete cascade,
    address text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint email_identity_links_token_is_a_hash check (octet_length(token_hash) = 32)
);
create index email_identity_links_user on email_identity_links (user_id);
create index email_identity_links_expiry on email_identity_links (expires_at);

-- The links that were asked for within the hour, to limit them for each address. The address itself is not stored.
create table sign_in_requests (
    id bigint generated always as identity primary key,
    address_hash bytea not null,
    requested_at timestamptz not null,
    constraint sign_in_requests_hash_is_one check (octet_length(address_hash) = 32)
);
create index sign_in_requests_address on sign_in_requests (address_hash, requested_at);
create index sign_in_requests_age on sign_in_requests (requested_at);

grant select, insert, update, delete on sign_in_links, email_identity_links, sign_in_requests to dailies_jobs;
