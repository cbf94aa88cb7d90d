-- Blind battles: two videos of one prompt by different models, judged without their names.

-- The copies that battles show: the picture alone, without sound and metadata. Videos of one `group_id` show the same prompt.
create table battle_videos (
    generation_id uuid primary key references generations on delete cascade,
    group_id uuid not null,
    model_id uuid not null references models on delete cascade,
    -- Whether the video starts from a picture.
    has_source boolean not null,
    video_key text not null,
    -- Where a search for a random pair finds it.
    place double precision not null default random(),
    made_at timestamptz not null
);
create index battle_videos_group on battle_videos (group_id);
create index battle_videos_place on battle_videos (place);
create index battle_videos_model on battle_videos (model_id);

-- What the job that makes the copies reads.
create index generations_battles on generations (id) where published_at is not null and group_kind = 'models';

-- Under which name the battles of a person are kept. With the row, the way from the battles to the person is gone.
create table battle_voters (
    voter_key text primary key,
    pseudonym uuid not null unique default gen_random_uuid(),
    user_id uuid references users on delete cascade,
    created_at timestamptz not null
);
create index battle_voters_user on battle_voters (user_id) where user_id is not null;

-- Pairs that were shown and not yet judged. `id` is the pair's token, and the media are loaded by tokens of this one pair, so
-- that neither says which video it is.
create table battle_pairs (
    id uuid primary key default gen_random_uuid(),
    voter_key text not null,
    left_id uuid not null references generations on delete cascade,
    right_id uuid not null references generations on delete cascade,
    left_token uuid not null unique default gen_random_uuid(),
    right_token uuid not null unique default gen_random_uuid(),
    shown_at timestamptz not null,
    expires_at timestamptz not null,
    judged_at timestamptz,
    constraint battle_pairs_two_videos check (left_id <> right_id)
-- Each is judged once, and the row has no index to write then if there is room beside it.
) with (fillfactor = 50);
create index battle_pairs_voter on battle_pairs (voter_key, shown_at);
create index battle_pairs_expiry on battle_pairs (expires_at);
create index battle_pairs_left on battle_pairs (left_id);
create index battle_pairs_right on battle_pairs (right_id);

-- What was judged. Rows stay when a video is deleted, with the id that it had; those of a model go with the model.
create table battles (
    id bigint generated always as identity primary key,
    pair_id uuid not null unique,
    pseudonym uuid not null,
    left_model_id uuid not null references models on delete cascade,
    right_model_id uuid not null references models on delete cascade,
    left_id uuid not null,
    right_id uuid not null,
    has_source boolean not null,
    outcome text not null,
    cast_at timestamptz not null,
    constraint battles_outcome_known check (outcome in ('left', 'right', 'tie', 'bothBad')),
    constraint battles_two_models check (left_model_id <> right_model_id)
);
-- No one judges two videos twice, on whichever side they are.
create unique index battles_once on battles (pseudonym, least(left_id, right_id), greatest(left_id, right_id));
create index battles_models on battles (left_model_id, right_model_id);
create index battles_right_model on battles (right_model_id);

-- The boards of ratings as they were computed last.
create table rating_boards (
    name text primary key,
    last_battle bigint not null,
    document jsonb not null,
    computed_at timestamptz not null
);

-- Everyone may read battles: they name no one.
grant select on battles, rating_boards to dailies_web;
grant select, insert, update on rating_boards to dailies_jobs;
grant select, insert, delete on battle_videos to dailies_jobs;
grant select on battles, battle_voters to dailies_jobs;
grant select, delete on battle_pairs to dailies_jobs;
