-- How often a key acted in its current minute and in the minute before; `allowed` is the limit that the last call had.
-- Losing this table in a crash forgives one minute.
create unlogged table rate_windows (
    minute timestamptz not null,
    current_count int not null,
    previous_count int not null,
    granted int not null,
    allowed int not null default 0,
    key text collate "C" not null,
    constraint rate_windows_pkey primary key (key)
) with (fillfactor = 50);

create table captcha_passes (
    voter_key text collate "C" primary key,
    expires_at timestamptz not null
);

grant select, insert, update, delete on rate_windows, captcha_passes to dailies_jobs;
