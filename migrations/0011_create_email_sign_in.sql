-- A link may be for an address: whose account that is, and whether there is one, is found out when the link is used.
alter table sign_in_links alter column user_id drop not null;
alter table sign_in_links add column address text;
alter table sign_in_links add constraint sign_in_links_for_one
    check (num_nonnulls(user_id, address) = 1);

-- How often somebody asked for a link to an address within the hour. The address itself is not kept.
create table sign_in_requests (
    id bigint generated always as identity primary key,
    address_hash bytea not null,
    requested_at timestamptz not null,
    constraint sign_in_requests_hash_is_one check (octet_length(address_hash) = 32)
);
create index sign_in_requests_address on sign_in_requests (address_hash, requested_at);
create index sign_in_requests_age on sign_in_requests (requested_at);

-- What visitors write to whoever runs the site.
create table contact_messages (
    id bigint generated always as identity primary key,
    name text not null,
    email text not null,
    subject text not null,
    message text not null,
    user_id uuid references users on delete set null,
    created_at timestamptz not null default now(),
    constraint contact_messages_short check (length(message) <= 5000)
);
create index contact_messages_user on contact_messages (user_id);

grant select, insert, update, delete on sign_in_requests, contact_messages to dailies_jobs;
