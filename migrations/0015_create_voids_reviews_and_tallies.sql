-- A void takes votes out of the count; they stay as evidence and name it, so that it can be undone as one.
create table vote_voids (
    id uuid primary key default gen_random_uuid(),
    season_id uuid not null references seasons on delete cascade,
    origin text not null,
    actor_id uuid,
    reason text not null,
    -- What was asked for, and what it came to.
    choice jsonb not null,
    votes int not null,
    weight int not null,
    voided_at timestamptz not null,
    undone_at timestamptz,
    undone_by uuid,
    restored int,
    constraint vote_voids_origin_known check (origin in ('admin', 'review')),
    constraint vote_voids_counted check (votes > 0 and weight >= 0 and restored >= 0),
    constraint vote_voids_undone_whole check ((undone_at is null) = (restored is null))
);
create index vote_voids_season on vote_voids (season_id, voided_at);

alter table votes add column void_id uuid;
create index votes_void on votes (void_id) where void_id is not null;
-- Flagged votes are few; a review and its evidence look at them alone. Other votes pay nothing for this index.
create index votes_flagged on votes (season_id, slot_position, clip_id) where flags is not null;

alter table seasons
    add column review_flagged boolean not null default true,
    add column review_hours int not null default 12,
    add constraint seasons_review_hours_range check (review_hours between 1 and 720);

alter table story_slots
    add column review_ends_at timestamptz,
    add constraint story_slots_review_has_end check (status <> 'under_review' or review_ends_at is not null);
create index story_slots_review_due on story_slots (review_ends_at) where status = 'under_review';

-- What people did to a round beside voting, for everybody to read. Nobody's name stands here.
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

-- The pseudonym of each voter in a closed round. The key that made them is gone; this lets voters find their own.
create table round_voters (
    season_id uuid not null references seasons on delete cascade,
    slot_position int not null,
    voter_key text collate "C" not null,
    pseudonym text collate "C" not null,
    constraint round_voters_pkey primary key (season_id, slot_position, voter_key),
    constraint round_voters_pseudonym_form check (pseudonym ~ '^[0-9a-f]{24}$')
);

-- The exports, each chained to the one before by its hash. `document` holds the very bytes that are hashed.
create table round_tallies (
    season_id uuid not null references seasons on delete cascade,
    number int not null,
    slot_position int not null,
    kind text not null,
    locked_at timestamptz not null,
    last_intervention bigint not null,
    document text not null,
    previous_hash text,
    hash text not null,
    written_at timestamptz not null,
    constraint round_tallies_pkey primary key (season_id, number),
    constraint round_tallies_kind_known check (kind in ('round', 'correction')),
    constraint round_tallies_chained check ((number = 1) = (previous_hash is null) and number > 0),
    constraint round_tallies_hash_of_document check (hash = encode(sha256(convert_to(document, 'UTF8')), 'hex'))
);
create index round_tallies_slot on round_tallies (season_id, slot_position, number);
-- A closing is exported once.
create unique index round_tallies_once on round_tallies (season_id, slot_position, locked_at) where kind = 'round';

create or replace function keep_tally()
returns trigger
language plpgsql
as $$
begin
    raise exception 'an export never changes' using errcode = 'insufficient_privilege';
end
$$;
create trigger round_tallies_keep
    before update on round_tallies
    for each row execute function keep_tally();
revoke all on function keep_tally() from public;

grant select on round_interventions, round_tallies to dailies_web, dailies_jobs;
grant select on vote_voids, round_voters to dailies_jobs;
