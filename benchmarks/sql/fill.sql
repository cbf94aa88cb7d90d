-- Fills a migrated database for a benchmark: members with sessions, rounds that are over, and one that is open with
-- `clips` clips. members.tsv of bench-voters comes as standard input.
\set ON_ERROR_STOP on
set synchronous_commit = off;
-- Without triggers: the lock of each name would be too many for one transaction.
set session_replication_role = replica;

create temporary table minted (number bigint generated always as identity, id uuid, username text, token_hash bytea);
\copy minted (id, username, token_hash) from pstdin

insert into users (id, username, created_at)
select id, username, now() - interval '30 days'
from minted;
insert into sessions (token_hash, user_id, expires_at)
select token_hash, id, now() + interval '30 days'
from minted;

-- One season is over, and of the running one three slots are locked: old-votes.sql puts votes into both.
insert into seasons (label, total_slots, round_seconds, status, activated_at, finished_at)
values ('Over', 4, 86400, 'finished', now() - interval '60 days', now() - interval '50 days');
insert into seasons (label, total_slots, round_seconds, status, activated_at)
values ('Running', 75, 86400, 'active', now() - interval '4 days');
insert into story_slots (season_id, position)
select seasons.id, position
from seasons
cross join lateral generate_series(1, seasons.total_slots) position;
select create_votes_partition(id)
from seasons;

create temporary table old_clips as
select gen_random_uuid() as id, seasons.id as season_id, slot.position as slot_position, clip.number,
    row_number() over (order by seasons.label, slot.position, clip.number) as place
from seasons
cross join lateral generate_series(1, case seasons.label when 'Over' then 4 else 3 end) slot (position)
cross join generate_series(1, 20) clip (number);
insert into tournament_clips (
    id, season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, video_key, poster_key,
    width, height, duration_ms, created_at, activated_at, decided_at
)
select old_clips.id, season_id, slot_position, minted.id, 'Take ' || place, 'Sci-Fi', now(),
    case old_clips.number when 1 then 'locked' else 'eliminated' end, 'ready', 'clips/' || old_clips.id || '/take.mp4',
    'clips/' || old_clips.id || '/take.jpg', 1080, 1920, 8000, now() - interval '9 days', now() - interval '5 days', now()
from old_clips
join minted on minted.number = 1 + old_clips.place % (select count(*) from minted);
update story_slots
set status = 'locked', winner_clip_id = old_clips.id, locked_at = now(), voting_started_at = now() - interval '3 days',
    voting_ends_at = now() - interval '2 days'
from old_clips
where old_clips.season_id = story_slots.season_id and old_clips.slot_position = story_slots.position
    and old_clips.number = 1;

insert into slot_results (
    season_id, slot_position, clip_id, rank, won, vote_count, weighted_score, view_count, opened_at, closed_at
)
select season_id, slot_position, id, number, number = 1, 1000 - number, 1000 - number, 5000, now() - interval '3 days',
    now() - interval '2 days'
from old_clips;

-- The clips that compete belong to the last members, who cast no votes here, so no one meets an own clip.
insert into tournament_clips (
    season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, video_key, poster_key,
    blurhash, width, height, duration_ms, created_at, activated_at, decided_at
)
select running.id, 4, minted.id, 'A clip that competes, number ' || place,
    (array['Thriller', 'Comedy', 'Action', 'Sci-Fi', 'Romance', 'Animation', 'Horror', 'Other'])[1 + place % 8], now(),
    'active', 'ready', 'clips/' || clip.id || '/take.mp4', 'clips/' || clip.id || '/take.jpg',
    'LEHV6nWB2yk8pyo0adR*.7kCMdnj', 1080, 1920, 8000, now() - interval '2 days',
    now() - interval '3 hours', now()
from generate_series(1, :clips) compete (place)
cross join lateral (select md5('clip ' || place)::uuid as id) clip
join minted on minted.number = (select count(*) from minted) + 1 - place
cross join (select id from seasons where status = 'active') running;
update story_slots
set status = 'voting', voting_started_at = now() - interval '1 hour', voting_ends_at = now() + interval '2 days'
from seasons
where seasons.id = story_slots.season_id and seasons.status = 'active' and story_slots.position = 4;

reset session_replication_role;
reset synchronous_commit;
vacuum (analyze);
select announce_change('film', 'filled');
