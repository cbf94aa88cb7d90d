-- What a member who leaves has voted, where it decided something or is kept as evidence: a pseudonym takes the member's
-- place, and what the votes add up to stays.

-- In the votes of locked slots.
create or replace function disown_votes(member uuid, pseudonym uuid)
returns void
language sql
set search_path = public, pg_temp
set enable_seqscan = off
as $$
    update votes
    set user_id = pseudonym,
        voter_key = 'user_' || pseudonym,
        device_key = null,
        voter_cookie = null,
        network = null
    from story_slots slots
    where slots.status = 'locked' and votes.season_id = slots.season_id and votes.slot_position = slots.position
        and votes.voter_key = 'user_' || member and votes.voided_at is null;
$$;

-- In the votes that were voided, and in the voids that name the member. Voids come and go under the film's lock, which
-- the caller holds.
create or replace function disown_voids(member uuid, pseudonym uuid)
returns void
language sql
set search_path = public, pg_temp
set enable_seqscan = off
as $$
    update votes
    set user_id = pseudonym,
        voter_key = 'user_' || pseudonym,
        device_key = null,
        voter_cookie = null,
        network = null
    where voter_key = 'user_' || member and voided_at is not null;
    update vote_voids
    set choice = replace(choice::text, member::text, pseudonym::text)::jsonb
    where position(member::text in choice::text) > 0;
$$;

revoke all on function disown_votes(uuid, uuid), disown_voids(uuid, uuid) from public;
