-- What is known of models, day by day. Every figure can be counted again from the rows; functions/analytics/model_days.sql
-- says how. Days are those of UTC.

-- Whether a run started from a picture, which may be deleted later. A trigger sets it when the run ends.
alter table generation_runs add column has_source boolean not null default false;
update generation_runs
set has_source = true
from generations
where generations.id = generation_runs.generation_id and generations.source_image_id is not null;

create table model_days (
    model_id uuid not null references models on delete cascade,
    has_source boolean not null,
    day date not null,
    -- Runs, on the day on which they ended.
    completed int not null,
    failed int not null,
    cancelled int not null,
    -- Of the completed runs: those whose time is known, with its sum and the sum of its squares; seconds of video; and those
    -- whose cost is known.
    timed int not null,
    took_ms bigint not null,
    took_ms_squared numeric not null,
    video_ms bigint not null,
    priced_ms bigint not null,
    cost_usd numeric(14, 4) not null,
    -- What failed and cancelled runs cost.
    lost_usd numeric(14, 4) not null,
    -- Finished videos of comparisons, on the day on which they were added, with what they cost, all votes for them and the sum
    -- of the squares of those.
    compared int not null,
    compared_usd numeric(14, 4) not null,
    compared_votes int not null,
    compared_votes_squared bigint not null,
    -- Votes for videos of comparisons and blind battles, on the day on which they were cast.
    votes int not null,
    wins int not null,
    losses int not null,
    ties int not null,
    constraint model_days_pkey primary key (model_id, has_source, day)
);
create index model_days_day on model_days (day);

-- Which models' days must be counted again; all days of the model where the day is null. A note is written by the transaction
-- that makes it necessary and deleted by the one that counts again.
create table model_day_changes (
    model_id uuid not null,
    day date
);

-- Until when everything was counted. No row means never: the first time counts everything.
create table model_day_state (
    singleton boolean primary key default true,
    counted_at timestamptz not null,
    constraint model_day_state_single check (singleton)
);

-- What one day is counted from, beside `battles_cast` and `video_votes_cast`.
drop index comparison_videos_model;
create index comparison_videos_model on comparison_videos (model_id, added_at);

grant select on model_days, model_day_state to dailies_web, dailies_jobs;

-- The public comparisons without the policy of the table: under it no search by words can use an index, since Postgres evaluates a
-- policy before an operator that is not known to keep secrets.
create view listed_comparisons as
select *
from comparisons
where is_public and archived_at is null;
grant select on listed_comparisons to dailies_web, dailies_jobs;
create index comparisons_narrowed on comparisons (short_side, duration_ms, kind) where is_public and archived_at is null;
