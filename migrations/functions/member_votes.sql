-- The votes of a banned member in rounds that are not decided. The caller holds lock_film(), so that no vote is being
-- counted; slots and clips are locked in the order of lock_votes(). A voided vote bears the moment of the ban, by which
-- it is found again. What the member has cast that day stays cast.

-- Takes the member's votes out of the counters, and tells how many casts these were.
create or replace function void_member_votes(member uuid, moment timestamptz)
returns int
language plpgsql
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    member_key constant text := 'user_' || member;
    slot story_slots;
    total int := 0;
    casts_voided int;
begin
    for slot in
        select *
        from story_slots
        where status in ('voting', 'waiting_for_clips', 'under_review')
        order by season_id, position
        for update
    loop
        perform
        from tournament_clips
        where id in (
            select clip_id
            from votes
            where season_id = slot.season_id and slot_position = slot.position and voter_key = member_key
                and voided_at is null
        )
        order by id
        for no key update;
        with voided as (
            update votes
            set voided_at = moment
            where season_id = slot.season_id and slot_position = slot.position and voter_key = member_key
                and voided_at is null
            returning clip_id, casts, weight
        ), counted as (
            update tournament_clips
            set vote_count = vote_count - voided.casts,
                weighted_score = weighted_score - voided.weight
            from voided
            where tournament_clips.id = voided.clip_id
                and tournament_clips.season_id = slot.season_id
                and tournament_clips.slot_position = slot.position
        )
        select coalesce(sum(casts), 0) into casts_voided from voided;
        if casts_voided > 0 then
            perform note_intervention(
                slot.season_id, slot.position, 'votes_voided', true, 'A member was banned.', casts_voided
            );
        end if;
        total := total + casts_voided;
    end loop;
    return total;
end
$$;

-- Counts them again where their round is still the same and undecided, and tells how many casts these are.
create or replace function restore_member_votes(member uuid, moment timestamptz)
returns int
language plpgsql
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    member_key constant text := 'user_' || member;
    slot story_slots;
    total int := 0;
    casts_restored int;
begin
    for slot in
        select *
        from story_slots
        where status in ('voting', 'under_review')
        order by season_id, position
        for update
    loop
        perform
        from tournament_clips
        where id in (
            select clip_id
            from votes
            where season_id = slot.season_id and slot_position = slot.position and voter_key = member_key
                and voided_at = moment
        )
        order by id
        for no key update;
        -- A slot that was opened anew has a new round; what was cast in the one before stays out.
        with restored as (
            update votes
            set voided_at = null
            where season_id = slot.season_id and slot_position = slot.position and voter_key = member_key
                and voided_at = moment and created_at >= slot.voting_started_at
            returning clip_id, casts, weight
        ), counted as (
            update tournament_clips
            set vote_count = vote_count + restored.casts,
                weighted_score = weighted_score + restored.weight
            from restored
            where tournament_clips.id = restored.clip_id
                and tournament_clips.season_id = slot.season_id
                and tournament_clips.slot_position = slot.position
        )
        select coalesce(sum(casts), 0) into casts_restored from restored;
        if casts_restored > 0 then
            perform note_intervention(
                slot.season_id, slot.position, 'votes_restored', true, 'A member’s ban was lifted.', casts_restored
            );
        end if;
        total := total + casts_restored;
    end loop;
    return total;
end
$$;

revoke all on function void_member_votes(uuid, timestamptz), restore_member_votes(uuid, timestamptz) from public;
