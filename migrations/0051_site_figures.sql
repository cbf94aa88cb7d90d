-- Figures of the site that jobs measure and the status of a host shows: what only reading many rows tells. Each is shown to
-- Prometheus as dailies_<name>, with these labels, until its row is deleted.
create table site_figures (
    name text not null,
    labels jsonb not null default '{}',
    value double precision not null,
    measured_at timestamptz not null default now(),
    constraint site_figures_pkey primary key (name, labels),
    constraint site_figures_name check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint site_figures_labels check (jsonb_typeof(labels) = 'object' and length(labels::text) <= 300)
);

-- Where the rounds are advanced from, and by which machine last: two machines that both do it are a mistake in a set-up.
create table advance_runs (
    machine text not null,
    host_name text not null,
    program text not null,
    first_at timestamptz not null default now(),
    last_at timestamptz not null default now(),
    constraint advance_runs_pkey primary key (machine)
);

grant select on site_figures to dailies_web;
grant select, insert, update, delete on site_figures, advance_runs to dailies_jobs;
