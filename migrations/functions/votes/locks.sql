-- The round that accepts votes, locked against its closing until this transaction ends. When a round closes while its
-- lock is waited for, the next one is looked for. A round whose time is over is not locked, so that late votes never
-- hold up the advance.
--
-- A share lock of the row alone would do, but newcomers get it while others hold it: under a steady stream of votes the
-- closing would wait for ever. The lock of lock_film(), taken shared, has a queue.
-- Only functions call it that have a search path of their own.
create or replace function lock_open_round(out season_id uuid, out slot_position int, out started_at timestamptz)
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('dailies.film', 0));
    for attempt in 1..3 loop
        select slots.season_id, slots.position, slots.voting_started_at
        into lock_open_round.season_id, lock_open_round.slot_position, lock_open_round.started_at
        from seasons
        join story_slots slots on slots.season_id = seasons.id
        where seasons.status = 'active' and slots.status = 'voting' and slots.voting_ends_at > dailies_now()
        for share of slots;
        exit when found;
        exit when not exists (
            select from seasons
            join story_slots slots on slots.season_id = seasons.id
            where seasons.status = 'active' and slots.status = 'voting' and slots.voting_ends_at > dailies_now()
        );
    end loop;
end
$$;

-- Locks what a batch of votes may change, in the one order that everything follows that counts votes: the slot, clips
-- by id, the day's totals by voter. Each row is looked up by its whole key, one by one: a plan that was made while a
-- table was small must not read the whole of it once it is large. Returns the open round, nulls when there is none.
create or replace function lock_votes(
    voter_keys text[],
    clip_ids uuid[],
    today date,
    out season_id uuid,
    out slot_position int,
    out started_at timestamptz
)
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    open_round record;
begin
    open_round := lock_open_round();
    season_id := open_round.season_id;
    slot_position := open_round.slot_position;
    started_at := open_round.started_at;
    if open_round.season_id is not null then
        perform
        from (
            select distinct here.id
            from unnest(clip_ids) here (id)
            order by here.id
        ) wanted
        cross join lateral (
            select
            from tournament_clips
            where tournament_clips.id = wanted.id
            for no key update
        ) locked;
    end if;
    perform
    from (
        select distinct here.voter_key collate "C" as voter_key
        from unnest(voter_keys) here (voter_key)
        order by 1
    ) wanted
    cross join lateral (
        select
        from voter_days
        where voter_days.voter_key = wanted.voter_key and voter_days.day = today
        for no key update
    ) locked;
end
$$;

revoke all on function lock_open_round(), lock_votes(text[], uuid[], date) from public;
