-- Adds the old votes from number `from` until before `until`, spread over the clips of the rounds that are over and over
-- the members. Each is another pair of a voter and a clip.
\set ON_ERROR_STOP on
set synchronous_commit = off;
insert into votes (season_id, slot_position, clip_id, weight, voter_key, device_key, user_id, created_at, updated_at)
with old_clips as materialized (
    select id, season_id, slot_position, row_number() over (order by id) as place, count(*) over () as all_clips
    from tournament_clips
    where status in ('locked', 'eliminated')
), members as materialized (
    select id, row_number() over (order by id) as place, count(*) over () as all_members
    from users
    where username like 'bench\_%'
)
select old_clips.season_id, old_clips.slot_position, old_clips.id, 1, 'user_' || members.id,
    'device_' || md5(members.id::text), members.id, now() - interval '3 days', now() - interval '3 days'
from generate_series(:from::bigint, :until::bigint - 1) vote
join old_clips on old_clips.place = 1 + vote % (select max(all_clips) from old_clips)
join members
    on members.place
        = 1 + vote / (select max(all_clips) from old_clips) * 7919 % (select max(all_members) from members);
reset synchronous_commit;
vacuum (analyze) votes;
checkpoint;
