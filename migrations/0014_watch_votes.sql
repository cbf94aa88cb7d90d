-- A vote beyond what a network's visitors may bring to a clip counts and weighs nothing: letter c.
alter table votes
    drop constraint votes_casts_positive,
    drop constraint votes_kinds_known,
    add constraint votes_casts_positive check (casts > 0 and weight >= 0),
    add constraint votes_kinds_known check (length(kinds) = casts and translate(kinds, 'nsmc', '') = '');

-- What the rules of suspicion ask about a voter stands in the row that every vote writes anyway.
-- moments: when the last eleven casts came, in milliseconds since midnight, UTC, the newest last.
-- order_run: how many of the last casts followed the order of uploading, up to the clip uploaded at order_at.
-- shared_device: the device of which another member's vote was known when this voter used it.
alter table voter_days
    add column began_at timestamptz,
    add column order_at timestamptz,
    add column order_run int not null default 0,
    add column moments int[],
    add column shared_device text collate "C";

-- The visitors of one network in one round. Its first devices are listed; a network with more is a crowd, and only
-- then each of its votes is written down here too. newcomers: its latest devices that never voted before, the newest
-- last. arrivals and casts: how many such devices came and how often they voted in the half minute half_minute
-- (counted from 1970) and the ten before it, the newest first.
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

-- What the visitors of a crowd have brought to a clip, and how often its newcomers voted for it of late.
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

grant select, insert, update, delete on vote_networks, vote_network_clips to dailies_jobs;

-- These answer more than they did, which replacing them cannot change.
drop function if exists lock_open_round();
drop function if exists lock_votes(text[], uuid[], date);
drop function if exists cast_votes(text[], uuid[], text[], text[], text[], text[], text[], int);
