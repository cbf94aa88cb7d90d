-- The votes of a member who leaves, as far as they decided a round or are kept as evidence: a pseudonym replaces the
-- member, and the totals stay the same.

-- In the votes of locked slots.
create or replace function pseudonymize_votes(member uuid, pseudonym uuid)
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

-- In the votes that were voided, and in the voids that name the member. Voids change under the film's lock, which the
-- caller holds.
create or replace function pseudonymize_voids(member uuid, pseudonym uuid)
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
    update arena_voids
    set choice = replace(choice::text, member::text, pseudonym::text)::jsonb
    where position(member::text in choice::text) > 0;
$$;

revoke all on function pseudonymize_votes(uuid, uuid), pseudonymize_voids(uuid, uuid) from public;
