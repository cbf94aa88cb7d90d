-- What visitors write to the operator of the site.
create table contact_messages (
    id bigint generated always as identity primary key,
    name text not null,
    email text not null,
    subject text not null,
    message text not null,
    user_id uuid references users on delete set null,
    created_at timestamptz not null default now(),
    -- What an admin did with it; a new message is undecided.
    state text not null default 'new',
    decided_at timestamptz,
    decided_by uuid references users on delete set null,
    constraint contact_messages_short check (length(message) <= 5000),
    constraint contact_messages_state_known check (state in ('new', 'answered', 'archived')),
    constraint contact_messages_decided check ((state = 'new') = (decided_at is null)),
    constraint contact_messages_decider check (state <> 'new' or decided_by is null)
);
create index contact_messages_user on contact_messages (user_id);
create index contact_messages_decider on contact_messages (decided_by) where decided_by is not null;
-- The list of one state from the newest, and the counts.
create index contact_messages_state on contact_messages (state, id);

-- Writers name no state. currval() of the numbers that this session drew needs the right to read the sequence.
grant select, insert (name, email, subject, message, user_id, created_at), update (state, decided_at, decided_by)
    on contact_messages to dailies_web;
grant select on sequence contact_messages_id_seq to dailies_web;
grant select, insert, update, delete on contact_messages to dailies_jobs;

-- Visitors and members may write, under their own name or without one. Only admins may read, and decide under their own
-- name.
alter table contact_messages enable row level security;
create policy contact_messages_written on contact_messages for insert to dailies_web
    with check (user_id is null or user_id = (select current_member()));
create policy contact_messages_of_admins on contact_messages for select to dailies_web
    using ((select current_member_is_admin()));
create policy contact_messages_changed_by_admins on contact_messages for update to dailies_web
    using ((select current_member_is_admin()))
    with check (decided_by is null and state = 'new' or decided_by = (select current_member()));
create policy contact_messages_of_jobs on contact_messages to dailies_jobs
    using (true)
    with check (true);

create trigger contact_messages_audited
after update of state on contact_messages
for each row
when (old.state is distinct from new.state)
execute function audit_state_change('message', '{"new": "reopen", "answered": "answer", "archived": "archive"}');
