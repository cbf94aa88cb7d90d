-- The votes of a banned member in rounds that are not decided. The caller holds lock_film(). What the member has cast
-- that day stays cast.

-- Takes the member's votes out, a void for each round, and tells how many casts these were.
create or replace function take_out_member_votes(actor uuid, member uuid)
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
        -- Why somebody is banned is between them and the admins; the reasons of voids are everybody's.
        select *
        into void
        from take_out_votes(
            actor, slot.season_id, slot.position,
            jsonb_build_object('voters', jsonb_build_array('user_' || member)),
            'A member was banned.', 'ban', member
        );
        total := total + coalesce((select sum(casts) from votes where void_id = void.id), 0);
    end loop;
    return total;
end
$$;

-- Brings them back where their round is still undecided, ends the ban's voids, and tells how many casts came back. A slot
-- that was opened anew has a new round; what was cast in the one before names no void any more.
create or replace function bring_back_member_votes(actor uuid, member uuid)
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
        order by voids.season_id, (voids.choice ->> 'slot')::int
        for update
    loop
        if exists (
            select from story_slots
            where season_id = void.season_id and position = (void.choice ->> 'slot')::int
                and status in ('voting', 'under_review')
        ) then
            select casts into casts_back from bring_back_votes(actor, void, 'A member’s ban was lifted.');
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

revoke all on function take_out_member_votes(uuid, uuid), bring_back_member_votes(uuid, uuid) from public;
