-- Further runs of the models of a comparison: those that are being made again, and those that were shown before. One video of each
-- model is shown (`comparison_videos`).
create table comparison_reruns (
    generation_id uuid primary key references generations on delete cascade,
    comparison_id uuid not null references comparisons on delete cascade,
    model_id uuid not null references models,
    -- Whether it takes the shown video's place when it is finished.
    is_next boolean not null,
    -- The votes that it had while it was shown.
    vote_count int not null default 0,
    added_at timestamptz not null,
    constraint comparison_reruns_votes_positive check (vote_count >= 0)
);
-- Of a video that took another's place: which of those that were asked for at once. Else its run says so.
alter table comparison_videos
    add column place int;
create unique index comparison_reruns_next on comparison_reruns (comparison_id, model_id) where is_next;
create index comparison_reruns_listed on comparison_reruns (comparison_id, model_id, added_at);
create index comparison_reruns_model on comparison_reruns (model_id);

grant select on comparison_reruns to dailies_web;
grant select, insert, update, delete on comparison_reruns to dailies_jobs;
