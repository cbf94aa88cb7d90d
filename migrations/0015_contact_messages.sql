-- What visitors write to the operator of the site.
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

grant select, insert, update, delete on contact_messages to dailies_jobs;
