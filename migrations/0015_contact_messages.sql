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

-- currval() of the numbers that this session drew needs the right to read the sequence.
grant select, insert on contact_messages to dailies_web;
grant select on sequence contact_messages_id_seq to dailies_web;
grant select, insert, update, delete on contact_messages to dailies_jobs;

-- Visitors and members may write, under their own name or without one. Only admins may read, and change what a grant of
-- update will name.
alter table contact_messages enable row level security;
create policy contact_messages_written on contact_messages for insert to dailies_web
    with check (user_id is null or user_id = (select current_member()));
create policy contact_messages_of_admins on contact_messages for select to dailies_web
    using ((select current_member_is_admin()));
create policy contact_messages_changed_by_admins on contact_messages for update to dailies_web
    using ((select current_member_is_admin()));
create policy contact_messages_of_jobs on contact_messages to dailies_jobs
    using (true)
    with check (true);
