-- Adds an entry to the public list of what was done to a round. If the round is exported already, a correction follows.
create or replace function record_intervention(
    of_season uuid,
    of_slot int,
    kind text,
    by_admin boolean,
    reason text,
    votes int default null
)
returns void
language plpgsql
as $$
begin
    insert into round_interventions (season_id, slot_position, kind, by_admin, reason, votes, happened_at)
    values (of_season, of_slot, kind, by_admin, reason, votes, dailies_now());
    if exists (
        select from story_slots
        where season_id = of_season and position = of_slot and status = 'locked'
    ) then
        perform enqueue_tallies();
    end if;
end
$$;

revoke all on function record_intervention(uuid, int, text, boolean, text, int) from public;
