-- Partitioned by season: a season's votes are dropped, exported and vacuumed as one, and old seasons cost nothing.
-- kinds holds one letter for each cast, in order, so that an undo removes the last: n standard, s super, m mega, c a
-- cast beyond what its network's visitors may add to the clip, which counts and weighs nothing.
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
    void_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint votes_casts_positive check (casts > 0 and weight >= 0),
    constraint votes_kinds_known check (length(kinds) = casts and translate(kinds, 'nsmc', '') = '')
) partition by list (season_id);
-- A voided vote is kept as evidence and no longer bars a new round of the same slot.
create unique index votes_once on votes (season_id, slot_position, voter_key, clip_id) where voided_at is null;
create unique index votes_one_super on votes (season_id, slot_position, voter_key)
    where kinds like '%s%' and voided_at is null;
create unique index votes_one_mega on votes (season_id, slot_position, voter_key)
    where kinds like '%m%' and voided_at is null;
-- A device that voted as a member may not vote for the same clip again as a visitor.
create index votes_member_device on votes (season_id, slot_position, device_key, clip_id)
    where user_id is not null and voided_at is null;
-- The indexes above leave voided votes out; these find them when a member leaves and when a void is undone.
create index votes_voided_voter on votes (voter_key) where voided_at is not null;
create index votes_void on votes (void_id) where void_id is not null;
-- Flagged votes are few, and a review reads only them. Other votes pay nothing for this index.
create index votes_flagged on votes (season_id, slot_position, clip_id) where flags is not null;

-- The answer of cast_votes and undo_votes to one vote, by its place in the batch. A null code means that it was done.
-- What is unknown or does not apply is null.
create type vote_answer as (
    ordinal int,
    code text,
    retry_after int,
    rate_remaining int,
    new_score int,
    vote_count int,
    total_today int,
    standard_left int,
    super_left int,
    mega_left int
);

-- The day's totals of a voter, so that no vote scans the votes before it; and what the rules of suspicion ask about the
-- voter, since every vote writes this row anyway.
-- moments: when the last eleven casts came, in milliseconds since midnight, UTC, the newest last.
-- order_run: how many of the last casts followed the order of uploading, up to the clip uploaded at order_at.
-- shared_device: the device that this voter used and from which another member had voted.
create table voter_days (
    day date not null,
    casts int not null default 0,
    attempts int not null default 0,
    order_run int not null default 0,
    voter_key text collate "C" not null,
    began_at timestamptz,
    order_at timestamptz,
    moments int[],
    shared_device text collate "C",
    constraint voter_days_pkey primary key (voter_key, day),
    constraint voter_days_positive check (casts >= 0 and attempts >= 0)
) with (
    -- A batch may change most rows of a page at once, since voters who come together lie together. With half a page
    -- free each of these updates stays on its page and touches no index.
    fillfactor = 50
);

-- The visitors of one network in one round. Its first devices are listed; a network with more is a crowd, and only
-- then each of its votes is recorded here too. newcomers: its latest devices that never voted before, the newest last.
-- arrivals and casts: how many such devices came and how often they voted in the half minute half_minute (counted from
-- 1970) and the ten before it, the newest first.
create table vote_networks (
    round_started timestamptz not null,
    network bytea not null,
    half_minute bigint not null default 0,
    crowd boolean not null default false,
    devices text[] collate "C" not null,
    newcomers text[] collate "C",
    arrivals int[],
    casts int[],
    constraint vote_networks_pkey primary key (round_started, network)
) with (fillfactor = 70);

-- What the visitors of a crowd have added to a clip, and how often its newcomers voted for it lately.
create table vote_network_clips (
    round_started timestamptz not null,
    network bytea not null,
    clip_id uuid not null,
    half_minute bigint not null default 0,
    weight int not null,
    casts int[],
    constraint vote_network_clips_pkey primary key (round_started, network, clip_id),
    constraint vote_network_clips_positive check (weight >= 0)
) with (fillfactor = 70);

grant select, insert, update, delete on votes, voter_days, vote_networks, vote_network_clips to dailies_jobs;
