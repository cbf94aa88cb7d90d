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
    constraint story_slots_locked_has_winner check (
        (status = 'locked') = (winner_clip_id is not null) and (status = 'locked') = (locked_at is not null)
    )
);
-- One slot of a season is open at a time, whatever the code does.
create unique index story_slots_one_voting on story_slots (season_id) where status = 'voting';
create unique index story_slots_one_open on story_slots (season_id)
    where status in ('voting', 'waiting_for_clips', 'under_review');
-- The advance asks only for open rounds by their end.
create index story_slots_due on story_slots (voting_ends_at) where status = 'voting';

-- When somebody last looked whether a round is over. What lies between this and a restart of the server is an outage.
create table film_pulse (
    singleton boolean primary key default true,
    beaten_at timestamptz not null,
    constraint film_pulse_single check (singleton)
);

create table uploads (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    file_name text not null,
    content_type text not null,
    size_bytes bigint not null,
    part_bytes bigint not null,
    part_count int not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    registered_at timestamptz,
    constraint uploads_type_known check (content_type in ('video/mp4', 'video/webm', 'video/quicktime')),
    constraint uploads_size_range check (size_bytes between 1 and 52428800),
    constraint uploads_parts_positive check (part_bytes > 0 and part_count > 0)
);
create index uploads_unregistered on uploads (expires_at) where registered_at is null;

create table tournament_clips (
    id uuid primary key default gen_random_uuid(),
    season_id uuid references seasons on delete cascade,
    slot_position int,
    user_id uuid not null references users,
    upload_id uuid references uploads on delete set null,
    title text not null,
    description text not null default '',
    genre text not null,
    ai_generated boolean not null default true,
    rights_confirmed_at timestamptz not null,
    status text not null default 'pending',
    rejection_reason text,
    processing text not null default 'processing',
    processing_error text,
    original_key text,
    video_key text,
    poster_key text,
    blurhash text,
    width int,
    height int,
    duration_ms int,
    perceptual_hash bigint,
    vote_count int not null default 0,
    weighted_score int not null default 0,
    view_count int not null default 0,
    rounds int not null default 0,
    created_at timestamptz not null default now(),
    activated_at timestamptz,
    decided_by uuid references users,
    decided_at timestamptz,
    constraint tournament_clips_title_length check (char_length(title) between 1 and 80),
    constraint tournament_clips_description_length check (char_length(description) <= 500),
    constraint tournament_clips_genre_known check (
        genre in ('Thriller', 'Comedy', 'Action', 'Sci-Fi', 'Romance', 'Animation', 'Horror', 'Other')
    ),
    constraint tournament_clips_status_known check (
        status in ('pending', 'active', 'locked', 'rejected', 'eliminated')
    ),
    constraint tournament_clips_processing_known check (processing in ('processing', 'ready', 'failed')),
    constraint tournament_clips_failure_explained check ((processing = 'failed') = (processing_error is not null)),
    constraint tournament_clips_rejection_explained check (status <> 'rejected' or rejection_reason is not null),
    constraint tournament_clips_active_has_slot check (
        status not in ('active', 'locked') or (season_id is not null and slot_position is not null)
    ),
    constraint tournament_clips_shown_is_ready check (
        status not in ('active', 'locked') or (processing = 'ready' and video_key is not null and poster_key is not null)
    ),
    constraint tournament_clips_counters_positive check (vote_count >= 0 and weighted_score >= 0 and view_count >= 0),
    constraint tournament_clips_slot_fkey foreign key (season_id, slot_position) references story_slots
) with (fillfactor = 70);
-- No counter stands in an index, so that every vote is a HOT update; the fillfactor leaves it room on its page.
create index tournament_clips_slot on tournament_clips (season_id, slot_position) where status in ('active', 'locked');
create index tournament_clips_queue on tournament_clips (status, created_at, id);
create index tournament_clips_user on tournament_clips (user_id, created_at);
-- How many people have sent in a clip stands on every page.
create index tournament_clips_creators on tournament_clips (user_id) where status <> 'rejected';
create unique index tournament_clips_upload_key on tournament_clips (upload_id);

alter table story_slots
    add constraint story_slots_winner_fkey foreign key (winner_clip_id) references tournament_clips;

-- Partitioned by season: a season's votes are dropped, exported and vacuumed as one, and old seasons cost nothing.
-- kinds holds one letter for each cast in its order (n standard, s super, m mega), so that an undo takes the last back.
-- Keys are compared byte by byte: the rules of a language would only make each comparison slower.
create table votes (
    season_id uuid not null,
    slot_position int not null,
    clip_id uuid not null,
    casts int not null default 1,
    weight int not null,
    voter_key text collate "C" not null,
    device_key text collate "C",
    user_id uuid,
    voter_cookie bytea,
    network bytea,
    kinds text not null default 'n',
    flags text[],
    voided_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint votes_casts_positive check (casts > 0 and weight > 0),
    constraint votes_kinds_known check (length(kinds) = casts and translate(kinds, 'nsm', '') = '')
) partition by list (season_id);
-- A voided vote stays as evidence and no longer bars a new round of the same slot.
create unique index votes_once on votes (season_id, slot_position, voter_key, clip_id) where voided_at is null;
create unique index votes_one_super on votes (season_id, slot_position, voter_key)
    where kinds like '%s%' and voided_at is null;
create unique index votes_one_mega on votes (season_id, slot_position, voter_key)
    where kinds like '%m%' and voided_at is null;
-- A device that voted as a member may not vote for the same clip again as a visitor.
create index votes_member_device on votes (season_id, slot_position, device_key, clip_id)
    where user_id is not null and voided_at is null;

-- The day's totals of a voter, so that no vote scans the votes before it.
create table voter_days (
    day date not null,
    casts int not null default 0,
    attempts int not null default 0,
    voter_key text collate "C" not null,
    constraint voter_days_pkey primary key (voter_key, day),
    constraint voter_days_positive check (casts >= 0 and attempts >= 0)
) with (fillfactor = 70);

create table captcha_passes (
    voter_key text collate "C" primary key,
    expires_at timestamptz not null
);

-- How often a key acted in its current minute and in the one before. Losing it in a crash forgives one minute.
create unlogged table rate_windows (
    minute timestamptz not null,
    current_count int not null,
    previous_count int not null,
    granted int not null,
    key text collate "C" not null,
    constraint rate_windows_pkey primary key (key)
) with (fillfactor = 50);

create table clip_views (
    season_id uuid not null,
    slot_position int not null,
    clip_id uuid not null,
    voter_key text collate "C" not null,
    viewed_at timestamptz not null,
    constraint clip_views_pkey primary key (season_id, slot_position, clip_id, voter_key)
) partition by list (season_id);

create table slot_results (
    id bigint generated always as identity primary key,
    season_id uuid not null references seasons on delete cascade,
    slot_position int not null,
    clip_id uuid not null references tournament_clips,
    rank int not null,
    won boolean not null,
    vote_count int not null,
    weighted_score int not null,
    view_count int not null,
    opened_at timestamptz not null,
    closed_at timestamptz not null,
    superseded_at timestamptz,
    constraint slot_results_winner_is_first check (won = (rank = 1))
);
create unique index slot_results_once on slot_results (season_id, slot_position, clip_id) where superseded_at is null;
create index slot_results_clip on slot_results (clip_id);

-- The web role reads the film and changes it only through the functions that keep its rules (migrations/functions).
grant select on seasons, story_slots, tournament_clips, slot_results to dailies_web;
grant select, insert, update on uploads to dailies_web;
grant select, insert, update, delete
    on seasons, story_slots, film_pulse, uploads, tournament_clips, votes, voter_days, captcha_passes, rate_windows,
        clip_views, slot_results
    to dailies_jobs;
