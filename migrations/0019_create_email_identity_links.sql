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

grant select, insert, update, delete on email_identity_links to dailies_jobs;
