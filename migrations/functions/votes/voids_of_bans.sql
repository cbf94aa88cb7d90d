-- The votes of a banned member in rounds that are not decided. The caller holds lock_film(). The
-- member's casts of the day stay counted in voter_days.

-- Voids the member's votes, one void for each round, and returns how many casts these were.
create or replace function void_votes_of_member(actor uuid, member uuid)
returns int
language plpgsql
set search_path = public, pg_temp
as $$
declare
    slot story_slots;
    void vote_voids;
    total int := 0;
begin
    for slot in
        select *
        from story_slots
        where status in ('voting', 'waiting_for_clips', 'under_review')
        order by season_id, position
        for update
    loop
        -- The reason of a ban is private; the reasons of voids are public.
        select *
        into void
        from apply_void(
            actor, slot.season_id, slot.position,
            jsonb_build_object('voters', jsonb_build_array('user_' || member)),
            'A member was banned.', 'ban', member
        );
        total := total + coalesce((select sum(casts) from votes where void_id = void.id), 0);
    end loop;
    return total;
end
$$;

-- Moves votes of an admin's void to bans: those of members who are banned by now, in rounds that are not decided. They
-- stay out as before, under a void for each member and round, so nothing that counts or is public changes.
create or replace function move_void_to_bans(actor uuid, void vote_voids)
returns void
language sql
set search_path = public, pg_temp
as $$
    with made as (
        insert into vote_voids (season_id, origin, member_id, actor_id, reason, choice, votes, weight, voided_at)
        select votes.season_id, 'ban', users.id, actor, 'A member was banned.',
            jsonb_build_object('voters', jsonb_build_array('user_' || users.id), 'slot', votes.slot_position),
            count(*), sum(votes.weight), dailies_now()
        from votes
        join users on users.id = votes.user_id and users.banned_at is not null
        join story_slots slots on slots.season_id = votes.season_id and slots.position = votes.slot_position
        where votes.season_id = void.season_id and votes.void_id = void.id
            and slots.status in ('voting', 'waiting_for_clips', 'under_review')
        group by votes.season_id, votes.slot_position, users.id
        returning id, member_id, (choice ->> 'slot')::int as slot
    )
    update votes
    set void_id = made.id
    from made
    where votes.season_id = void.season_id and votes.void_id = void.id and votes.slot_position = made.slot
        and votes.user_id = made.member_id;
$$;

-- Restores them where their round is still undecided, ends the ban's voids, and returns how many casts came back. A
-- slot that was opened again has a new round; votes of the round before name no void any more. The older void goes
-- first: it holds what counted at the ban, which has precedence over older votes that moved to the ban after it.
create or replace function restore_votes_of_member(actor uuid, member uuid)
returns int
language plpgsql
set search_path = public, pg_temp
as $$
declare
    void vote_voids;
    casts_back int;
    total int := 0;
begin
    for void in
        select voids.*
        from vote_voids voids
        where voids.member_id = member and voids.undone_at is null
        order by voids.season_id, (voids.choice ->> 'slot')::int, voids.voided_at, voids.id
        for update
    loop
        if exists (
            select from story_slots
            where season_id = void.season_id and position = (void.choice ->> 'slot')::int
                and status in ('voting', 'under_review')
        ) then
            select casts into casts_back from revert_void(actor, void, 'A member’s ban was lifted.');
            total := total + casts_back;
        else
            update vote_voids
            set undone_at = dailies_now(),
                undone_by = actor,
                restored = 0
            where id = void.id;
        end if;
    end loop;
    return total;
end
$$;

revoke all on function
    void_votes_of_member(uuid, uuid),
    move_void_to_bans(uuid, vote_voids),
    restore_votes_of_member(uuid, uuid)
    from public;
