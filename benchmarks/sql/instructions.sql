-- Fills a migrated database for counting instructions: 1,000 clips in an open round that others have voted in, and batches of
-- 32 votes and of one. Every id follows from a number, so that each run does the same.
\set ON_ERROR_STOP on
set synchronous_commit = off;
create function pg_temp.id(kind text, number bigint) returns uuid language sql immutable as $$
    select md5(kind || ' ' || number)::uuid;
$$;

insert into users (id, username)
select pg_temp.id('member', number), 'member_' || number
from generate_series(1, 4000) number;
insert into seasons (id, label, total_slots, status, activated_at)
values (pg_temp.id('season', 1), 'Counted', 3, 'active', now());
insert into story_slots (season_id, position, status, voting_started_at, voting_ends_at)
select id, 1, 'voting', now(), now() + interval '10 days'
from seasons;
select create_votes_partition(id)
from seasons;
insert into tournament_clips (
    id, season_id, slot_position, user_id, title, description, genre, rights_confirmed_at, status, processing, video_key,
    poster_key, blurhash, width, height, duration_ms, created_at
)
select clip.id, seasons.id, 1, pg_temp.id('member', 4000), 'A clip that competes, number ' || place, 'Somebody walks.',
    'Other', now(), 'active', 'ready', 'clips/' || clip.id || '/take.mp4', 'clips/' || clip.id || '/take.jpg',
    'LEHV6nWB2yk8pyo0adR*.7kCMdnj', 1080, 1920, 8000, now() - interval '3 hours' - ((place * 7919) % 1000) * interval '1 second'
from seasons, generate_series(1, 1000) place
cross join lateral (select pg_temp.id('clip', place) as id) clip;
update feature_flags
set enabled = true
where key = 'voting_enabled';
insert into votes (
    season_id, slot_position, clip_id, weight, voter_key, device_key, user_id, created_at, updated_at
)
select seasons.id, 1, pg_temp.id('clip', 1 + voter % 1000), 1, 'user_' || member.id, 'device_' || md5('other ' || voter),
    member.id, now(), now()
from seasons, generate_series(1, 20000) voter
cross join lateral (select pg_temp.id('other', voter) as id) member;

-- Half of the voters are members, half visitors, in the order of their keys, as hosts send them. `round` 2 has the voters of round 1 again, with other clips.
create table instruction_batches (
    size int not null,
    number int not null,
    round int not null,
    voters text[] not null,
    clips uuid[] not null,
    kinds text[] not null,
    devices text[] not null,
    cookies text[] not null,
    networks text[] not null,
    signals text[] not null,
    requests text[] not null,
    primary key (size, number, round)
);
-- As they are read from a connection: neither compressed nor apart.
alter table instruction_batches
    alter column voters set storage plain,
    alter column clips set storage plain,
    alter column kinds set storage plain,
    alter column devices set storage plain,
    alter column cookies set storage plain,
    alter column networks set storage plain,
    alter column signals set storage plain,
    alter column requests set storage plain;
insert into instruction_batches
select size, batch, round, array_agg(voter_key order by voter_key),
    array_agg(pg_temp.id('clip', 1 + (voter * 13 + round * 501) % 1000) order by voter_key),
    array_agg('standard'::text order by voter_key),
    array_agg('device_' || md5('visitor ' || voter) order by voter_key),
    array_agg(md5('cookie ' || voter) || md5('rest ' || voter) order by voter_key),
    array_agg(md5('network ' || voter) order by voter_key),
    array_agg(''::text order by voter_key),
    array_agg(left(md5('request ' || voter || ' ' || round), 16) order by voter_key)
from (
    select size, batch, round, voter,
        case voter % 2 when 0 then 'user_' || pg_temp.id('member', voter) else 'device_' || md5('visitor ' || voter) end
            collate "C" as voter_key
    from (values (1), (32)) sizes (size), generate_series(1, 40) batch, generate_series(1, 2) round,
        generate_series(1, size) place
    cross join lateral (select case size when 1 then 3000 else 0 end + batch * size + place as voter) drawn
) drawn
group by size, batch, round;
vacuum analyze;
checkpoint;

-- The reference: the least that any Postgres does to count votes, on tables of its own, which no change of the site touches.
create table instruction_votes (
    voter text not null,
    clip_id uuid not null,
    device text,
    cast_at timestamptz not null,
    primary key (voter, clip_id)
);
create table instruction_counts (
    clip_id uuid primary key,
    votes int not null
) with (fillfactor = 50);
insert into instruction_counts
select id, 0
from tournament_clips;
create function reference_votes(voters text[], clips uuid[], devices text[])
returns bigint
language plpgsql
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
begin
    insert into instruction_votes (voter, clip_id, device, cast_at)
    select voters[place], clips[place], devices[place], now()
    from generate_series(1, cardinality(voters)) place;
    update instruction_counts
    set votes = votes + 1
    where clip_id = any (clips);
    return cardinality(voters);
end
$$;
vacuum analyze instruction_counts, instruction_votes;
checkpoint;
