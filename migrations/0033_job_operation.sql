-- What admins and operators do with the queue: pauses, and the order in which videos wait.

-- A queue, or a kind of job, of which nothing is claimed. Jobs that run end as usual.
create table job_pauses (
    scope text not null,
    name text not null,
    reason text,
    paused_by uuid references users on delete set null,
    paused_at timestamptz not null,
    primary key (scope, name),
    constraint job_pauses_scope_known check (scope in ('queue', 'kind')),
    constraint job_pauses_name_form check (name ~ '^[a-z][a-z_]{0,62}$'),
    constraint job_pauses_reason_length check (char_length(reason) between 1 and 500)
);
grant select on job_pauses to dailies_jobs;

-- Videos that wait for a place at their provider start by priority, and then in the order of their requests.
alter table generations
    add column priority smallint not null default 0,
    add constraint generations_priority_range check (priority between -2 and 2);
drop index generations_waiting;
create index generations_waiting on generations (provider, priority desc, created_at, id) where status = 'queued';
-- The list of all jobs, and what ended lately.
create index generations_created on generations (created_at desc, id desc);
create index generations_ended on generations (finished_at) where finished_at is not null;
