create table seasons (
    id uuid primary key default gen_random_uuid(),
    number int generated always as identity,
    label text not null,
    description text not null default '',
    genre text not null default 'Other',
    cover_key text,
    total_slots int not null default 75,
    round_seconds int not null default 86400,
    aspect text not null default '9:16',
    max_active_clips_per_member int not null default 3,
    max_rounds_per_clip int,
    show_counts text not null default 'always',
    min_votes int not null default 0,
    review_flagged boolean not null default true,
    review_hours int not null default 12,
    status text not null default 'draft',
    created_at timestamptz not null default now(),
    activated_at timestamptz,
    finished_at timestamptz,
    constraint seasons_label_length check (char_length(label) between 1 and 80),
    constraint seasons_total_slots_range check (total_slots between 1 and 500),
    constraint seasons_round_positive check (round_seconds between 5 and 31536000),
    constraint seasons_aspect_known check (aspect in ('9:16', '16:9', '1:1')),
    constraint seasons_show_counts_known check (show_counts in ('always', 'after_vote', 'after_close')),
    constraint seasons_min_votes_range check (min_votes >= 0),
    constraint seasons_review_hours_range check (review_hours between 1 and 720),
    constraint seasons_clip_limits_positive check (
        max_active_clips_per_member > 0 and coalesce(max_rounds_per_clip, 1) > 0
    ),
    constraint seasons_status_known check (status in ('draft', 'active', 'finished', 'archived')),
    constraint seasons_activation_recorded check ((status = 'draft') = (activated_at is null))
);
create unique index seasons_one_active on seasons (status) where status = 'active';

create table story_slots (
    season_id uuid not null references seasons on delete cascade,
    position int not null,
    status text not null default 'upcoming',
    voting_started_at timestamptz,
    voting_ends_at timestamptz,
    extensions int not null default 0,
    review_ends_at timestamptz,
    winner_clip_id uuid,
    locked_at timestamptz,
    constraint story_slots_pkey primary key (season_id, position),
    constraint story_slots_position_positive check (position > 0),
    constraint story_slots_status_known check (
        status in ('upcoming', 'voting', 'waiting_for_clips', 'under_review', 'locked')
    ),
    constraint story_slots_voting_has_end check (
        status <> 'voting' or (voting_started_at is not null and voting_ends_at is not null)
    ),
    constraint story_slots_review_has_end check (status <> 'under_review' or review_ends_at is not null),
    constraint story_slots_locked_has_winner check (
        (status = 'locked') = (winner_clip_id is not null) and (status = 'locked') = (locked_at is not null)
    )
);
-- One slot of a season is open at a time, even if the code has a fault.
create unique index story_slots_one_voting on story_slots (season_id) where status = 'voting';
create unique index story_slots_one_open on story_slots (season_id)
    where status in ('voting', 'waiting_for_clips', 'under_review');
-- The advance asks only for open rounds and reviews by their end.
create index story_slots_due on story_slots (voting_ends_at) where status = 'voting';
create index story_slots_review_due on story_slots (review_ends_at) where status = 'under_review';

-- When the advance last ran. The time between this and a restart of the server is an outage.
create table film_pulse (
    singleton boolean primary key default true,
    beaten_at timestamptz not null,
    constraint film_pulse_single check (singleton)
);

-- The web role reads the film and changes it only through the functions that keep its rules (migrations/functions).
grant select on seasons, story_slots to dailies_web;
grant select, insert, update, delete on seasons, story_slots, film_pulse to dailies_jobs;
