-- The film of a finished season, as files. A row appears, or changes, in one transaction when every file is stored, so
-- that no visitor sees half a film. version begins the name of each of its files, so that a new film has new names.
create table films (
    season_id uuid primary key references seasons on delete cascade,
    version text not null,
    -- The version before this one. Its files stay for a while, for those who are watching.
    previous_version text,
    -- The request that this film answers: film_builds.wanted at its time.
    revision int not null,
    video_key text not null,
    poster_key text not null,
    storyboard_key text not null,
    stream_key text not null,
    size_bytes bigint not null,
    duration_ms int not null,
    width int not null,
    height int not null,
    built_at timestamptz not null,
    constraint films_size_positive check (size_bytes > 0 and duration_ms > 0 and width > 0 and height > 0)
);

-- What plays when in the film. Names are read from the clip and its creator, so that a renaming or a departure reaches them.
create table film_segments (
    season_id uuid not null references films on delete cascade,
    slot_position int not null,
    clip_id uuid not null references tournament_clips on delete cascade,
    starts_ms int not null,
    duration_ms int not null,
    -- Why a title card plays instead of the clip; null when the clip plays.
    card text,
    constraint film_segments_pkey primary key (season_id, slot_position),
    constraint film_segments_card_known check (card in ('removed', 'missing', 'unreadable'))
);
create index film_segments_clip on film_segments (clip_id);

-- The work on a season's film. wanted rises whenever the film must become another one; the job that assembles it compares
-- it before it publishes.
create table film_builds (
    season_id uuid primary key references seasons on delete cascade,
    wanted int not null default 1,
    state text not null default 'waiting',
    step text,
    progress double precision not null default 0,
    problem text,
    requested_at timestamptz not null,
    changed_at timestamptz not null,
    constraint film_builds_state_known check (state in ('waiting', 'running', 'failed', 'done')),
    constraint film_builds_step_known check (step in ('reading', 'joining', 'stills', 'streams', 'storing')),
    constraint film_builds_progress_range check (progress between 0 and 1),
    constraint film_builds_failure_explained check (state <> 'failed' or problem is not null)
);

grant select on films, film_segments, film_builds to dailies_web;
grant select, insert, update, delete on films, film_segments, film_builds to dailies_jobs;
