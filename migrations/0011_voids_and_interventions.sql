-- A void takes votes out of the count. The votes stay as evidence and name the void, so that it can be undone as one.
-- A ban takes the votes of its member out in the same way.
create table vote_voids (
    id uuid primary key default gen_random_uuid(),
    season_id uuid not null references seasons on delete cascade,
    origin text not null,
    -- The member whose ban this is.
    member_id uuid,
    actor_id uuid,
    reason text not null,
    -- Which votes were asked for, and how many there were.
    choice jsonb not null,
    votes int not null,
    weight int not null,
    voided_at timestamptz not null,
    undone_at timestamptz,
    undone_by uuid,
    restored int,
    constraint vote_voids_origin_known check (origin in ('admin', 'review', 'ban')),
    constraint vote_voids_member_of_ban check (member_id is null or origin = 'ban'),
    constraint vote_voids_counted check (votes > 0 and weight >= 0 and restored >= 0),
    constraint vote_voids_undone_whole check ((undone_at is null) = (restored is null))
);
create index vote_voids_season on vote_voids (season_id, voided_at);
create index vote_voids_member on vote_voids (member_id) where member_id is not null;

-- What people did to a round beside voting. This is public, so it contains no names.
create table round_interventions (
    id bigint generated always as identity primary key,
    season_id uuid not null references seasons on delete cascade,
    slot_position int not null,
    kind text not null,
    by_admin boolean not null,
    reason text not null,
    votes int,
    happened_at timestamptz not null,
    constraint round_interventions_kind_form check (kind ~ '^[a-z_]+$'),
    constraint round_interventions_reason_length check (char_length(reason) between 1 and 500),
    constraint round_interventions_votes_positive check (votes >= 0)
);
create index round_interventions_slot on round_interventions (season_id, slot_position, id);

grant select on round_interventions to dailies_web, dailies_jobs;
grant select on vote_voids to dailies_jobs;
