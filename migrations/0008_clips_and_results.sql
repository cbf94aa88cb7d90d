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

-- withdrawn_at: the clip left the race because its creator was banned, and comes back when the ban is lifted.
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
    withdrawn_at timestamptz,
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
-- No index contains a counter, so that every vote is a HOT update; the fillfactor leaves it room on its page.
create index tournament_clips_slot on tournament_clips (season_id, slot_position) where status in ('active', 'locked');
create index tournament_clips_queue on tournament_clips (status, created_at, id);
create index tournament_clips_user on tournament_clips (user_id, created_at);
create index tournament_clips_withdrawn on tournament_clips (user_id) where withdrawn_at is not null;
-- Every page shows how many people have sent in a clip.
create index tournament_clips_creators on tournament_clips (user_id) where status <> 'rejected';
create unique index tournament_clips_upload_key on tournament_clips (upload_id);

alter table story_slots
    add constraint story_slots_winner_fkey foreign key (winner_clip_id) references tournament_clips;

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

-- Clips of former members that the film must replace by a title card. The program that assembles the film reads this.
create table film_removals (
    clip_id uuid primary key references tournament_clips on delete cascade,
    asked_at timestamptz not null,
    replaced_at timestamptz
);

grant select on uploads, tournament_clips, slot_results to dailies_web;
grant select, insert, update, delete on uploads, tournament_clips, slot_results to dailies_jobs;
grant select, update, delete on film_removals to dailies_jobs;

alter table uploads enable row level security;
create policy uploads_own on uploads for select to dailies_web
    using (user_id = (select current_member()));
create policy uploads_of_jobs on uploads to dailies_jobs
    using (true)
    with check (true);

-- A clip that competes, has competed or won is public; other clips are visible to their creator and to admins.
alter table tournament_clips enable row level security;
create policy tournament_clips_shown on tournament_clips for select to dailies_web
    using (
        status in ('active', 'locked', 'eliminated')
        or user_id = (select current_member())
        or (select current_member_is_admin())
        or exists (
            select from slot_results
            where slot_results.clip_id = tournament_clips.id
        )
    );
create policy tournament_clips_of_jobs on tournament_clips to dailies_jobs
    using (true)
    with check (true);
