-- Backups and trial restores, and what is kept about the disk.

-- A row for each attempt. A restored database has those up to its dump.
create table backup_runs (
    id bigint generated always as identity primary key,
    action text not null,
    -- The backup's name; null when none came to be.
    backup text,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    files bigint not null,
    bytes bigint not null,
    -- Why it failed, for the operator.
    fault text,

    constraint backup_runs_action_known check (action in ('backup', 'trial'))
);

grant select on backup_runs to dailies_web, dailies_jobs;

-- What each kind of file took on a day, the last figure of the day. `disk` names a file system: its size and what is free.
create table disk_days (
    day date not null,
    kind text not null,
    bytes bigint not null,
    files bigint,

    primary key (day, kind)
);

-- What the files of each member take.
create table disk_members (
    user_id uuid primary key references users on delete cascade,
    bytes bigint not null,
    files bigint not null,
    measured_at timestamptz not null
);

create index disk_members_bytes on disk_members (bytes desc, user_id);

grant select, insert, update, delete on disk_days, disk_members to dailies_jobs;
grant select on disk_days, disk_members to dailies_web;

alter table disk_members enable row level security;

create policy disk_members_of_admins on disk_members for select to dailies_web using ((select current_member_is_admin()));
create policy disk_members_of_jobs on disk_members to dailies_jobs using (true) with check (true);
