-- Battles of the videos of comparisons, what battles leave as evidence, how admins take them and votes for videos out of the
-- count, and by what pairs are drawn.

-- The comparison whose videos were judged: boards of a tag are made of such battles. `void_id` takes a battle out of the count.
alter table battles
    add column comparison_id uuid references comparisons on delete set null,
    add column void_id uuid;
create index battles_comparison on battles (comparison_id) where comparison_id is not null;
create index battles_cast on battles (cast_at);
create index battles_void on battles (void_id) where void_id is not null;

-- A pair outlives its videos, so that a judgement that comes late is refused for what has happened.
alter table battle_pairs
    drop constraint battle_pairs_left_id_fkey,
    drop constraint battle_pairs_right_id_fkey;
drop index battle_pairs_left;
drop index battle_pairs_right;

-- What public_battle_videos() reads instead.
drop index generations_battles;
create index generations_published_groups on generations (id) where published_at is not null and group_kind = 'models';

-- From where a battle was judged, and why it looks suspicious. Only admins read it, through functions. Device and network are
-- forgotten after 30 days.
create table battle_evidence (
    battle_id bigint primary key references battles on delete cascade,
    device_key text,
    network text,
    flags text[]
);
create index battle_evidence_device on battle_evidence (device_key);
create index battle_evidence_network on battle_evidence (network);
create index battle_evidence_flags on battle_evidence using gin (flags) where flags is not null;

-- A void takes battles, or votes for videos, out of the count. They stay as evidence, so that it can be undone as one.
create table arena_voids (
    id uuid primary key default gen_random_uuid(),
    kind text not null,
    actor_id uuid,
    reason text not null,
    -- Which ones were asked for, and how many there were.
    choice jsonb not null,
    votes int not null,
    voided_at timestamptz not null,
    undone_at timestamptz,
    undone_by uuid,
    restored int,
    constraint arena_voids_kind_known check (kind in ('battles', 'video_votes')),
    constraint arena_voids_reason_length check (char_length(reason) between 1 and 500),
    constraint arena_voids_counted check (votes > 0 and restored >= 0),
    constraint arena_voids_undone_whole check ((undone_at is null) = (restored is null))
);
create index arena_voids_made on arena_voids (voided_at, id);

alter table video_votes add column flags text[];
create index video_votes_network on video_votes (network, created_at);
create index video_votes_cast on video_votes (created_at);

-- Votes for videos that a void has taken out. Rows of `video_votes` are what counts.
create table voided_video_votes (
    void_id uuid not null references arena_voids on delete cascade,
    video_id uuid not null references comparison_videos on delete cascade,
    voter_key text not null,
    device_key text not null,
    cookie_hash text,
    user_id uuid references users on delete cascade,
    network text not null,
    flags text[],
    created_at timestamptz not null,
    primary key (void_id, video_id, voter_key)
);
create index voided_video_votes_video on voided_video_votes (video_id);
create index voided_video_votes_user on voided_video_votes (user_id) where user_id is not null;
create index voided_video_votes_voter on voided_video_votes (voter_key);

-- How likely two models fight beside others: by what their battle would tell, and 10 to 20 while one has too few battles.
create table battle_weights (
    low_model_id uuid not null references models on delete cascade,
    high_model_id uuid not null references models on delete cascade,
    weight double precision not null,
    primary key (low_model_id, high_model_id),
    constraint battle_weights_order check (low_model_id < high_model_id),
    constraint battle_weights_positive check (weight > 0)
);
create index battle_weights_high on battle_weights (high_model_id);

-- Where the videos of a model are found from a random place on.
create index battle_videos_model_place on battle_videos (model_id, place);
drop index battle_videos_model;

grant select, insert, update, delete on battle_weights to dailies_jobs;
grant select, update, delete on battle_evidence to dailies_jobs;
grant select on arena_voids, voided_video_votes to dailies_jobs;
grant delete on rating_boards to dailies_jobs;
grant update on battle_videos to dailies_jobs;
