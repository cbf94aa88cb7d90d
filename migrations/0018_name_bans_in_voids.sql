-- A ban takes votes out as any other void, and is found again by its member.
alter table vote_voids
    add column member_id uuid,
    drop constraint vote_voids_origin_known,
    add constraint vote_voids_origin_known check (origin in ('admin', 'review', 'ban')),
    add constraint vote_voids_member_of_ban check (member_id is null or origin = 'ban');
create index vote_voids_member on vote_voids (member_id) where member_id is not null;

-- Bans that were made before marked their votes by their moment alone. What a lifted ban may bring back gets its void:
-- the votes of rounds that are still the same and undecided. All others stay out, as they would have.
with banned as materialized (
    select votes.season_id, votes.slot_position, votes.clip_id, votes.voter_key, votes.weight, votes.created_at,
        votes.voided_at, users.id as member_id
    from users
    join votes on votes.voter_key = 'user_' || users.id and votes.voided_at = users.banned_at
        and votes.void_id is null
    join story_slots slots on slots.season_id = votes.season_id and slots.position = votes.slot_position
    where users.banned_at is not null
        and slots.status in ('voting', 'under_review')
        and votes.created_at >= slots.voting_started_at
), made as (
    insert into vote_voids (season_id, origin, member_id, actor_id, reason, choice, votes, weight, voided_at)
    select banned.season_id, 'ban', banned.member_id,
        (
            select actor_id
            from audit_log
            where action = 'member.ban' and subject_id = banned.member_id::text
            order by id desc
            limit 1
        ),
        'A member was banned.',
        jsonb_build_object('voters', jsonb_build_array('user_' || banned.member_id), 'slot', banned.slot_position),
        count(*), sum(banned.weight), banned.voided_at
    from banned
    group by banned.season_id, banned.slot_position, banned.member_id, banned.voided_at
    returning id, season_id, member_id, choice
)
update votes
set void_id = made.id
from banned
join made on made.season_id = banned.season_id and made.member_id = banned.member_id
    and made.choice -> 'slot' = to_jsonb(banned.slot_position)
where votes.season_id = banned.season_id and votes.slot_position = banned.slot_position
    and votes.clip_id = banned.clip_id and votes.voter_key = banned.voter_key and votes.voided_at = banned.voided_at
    and votes.created_at = banned.created_at and votes.void_id is null;

-- Bans do it as all others do.
drop function if exists void_member_votes(uuid, timestamptz), restore_member_votes(uuid, timestamptz);
-- These take or answer more, which replacing them cannot change.
drop function if exists take_out_votes(uuid, uuid, int, jsonb, text, text), voids_of_season(uuid, uuid);
drop function if exists voter_standings(uuid, int, text[], int);
