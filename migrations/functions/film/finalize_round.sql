-- Opens a slot again after all its clips have left. What was cast for them must not count in the new round, nor return
-- to it when a void is undone.
create or replace function reopen_slot(of_season uuid, of_slot int)
returns table (name text, data jsonb)
language plpgsql
as $$
begin
    update votes
    set voided_at = coalesce(voided_at, dailies_now()),
        void_id = null
    where season_id = of_season and slot_position = of_slot and (voided_at is null or void_id is not null);
    delete from clip_views
    where season_id = of_season and slot_position = of_slot;
    update tournament_clips
    set vote_count = 0,
        weighted_score = 0,
        view_count = 0
    where season_id = of_season and slot_position = of_slot;
    return query select * from open_slot(of_season, of_slot);
end
$$;

-- Locks the winner of a round whose voting is over, writes the result, moves the other clips on and opens what follows.
-- `chosen` wins instead of the clip that the votes chose; the result keeps the ranks by votes. The caller holds
-- lock_film() and the locks of the season, the slot and its clips. Returns the events to publish.
drop function if exists finalize_round(uuid, int);
create or replace function finalize_round(closing_season uuid, closing_position int, chosen uuid default null)
returns table (name text, data jsonb)
language plpgsql
as $$
declare
    season seasons;
    slot story_slots;
    winner uuid;
begin
    select * into strict season from seasons where id = closing_season;
    select * into strict slot from story_slots where season_id = closing_season and position = closing_position;

    -- A clip that joined during a review could not be voted for and does not compete.
    insert into slot_results (
        season_id, slot_position, clip_id, rank, won,
        vote_count, weighted_score, view_count, opened_at, closed_at
    )
    select closing_season, closing_position, ranked.id, ranked.rank, ranked.rank = 1,
        ranked.vote_count, ranked.weighted_score, ranked.view_count, slot.voting_started_at,
        case slot.status when 'under_review' then slot.voting_ends_at else dailies_now() end
    from (
        select id, vote_count, weighted_score, view_count,
            row_number() over (order by weighted_score desc, vote_count desc, created_at, id)::int as rank
        from tournament_clips
        where season_id = closing_season and slot_position = closing_position and status = 'active'
            and (slot.status <> 'under_review' or activated_at <= slot.voting_ends_at)
    ) ranked;
    -- Where none competed, the chosen clip is the whole result.
    if chosen is not null and not found then
        insert into slot_results (
            season_id, slot_position, clip_id, rank, won,
            vote_count, weighted_score, view_count, opened_at, closed_at
        )
        values (
            closing_season, closing_position, chosen, 1, true, 0, 0, 0,
            coalesce(slot.voting_started_at, dailies_now()), dailies_now()
        );
    end if;

    winner := coalesce(
        chosen,
        (
            select clip_id
            from slot_results
            where season_id = closing_season and slot_position = closing_position and superseded_at is null and won
        )
    );
    if winner is null then
        return query select * from reopen_slot(closing_season, closing_position);
        return;
    end if;
    update tournament_clips
    set rounds = rounds + 1
    where id = winner and season_id = closing_season and slot_position = closing_position and status = 'active';
    perform lock_into_film(winner, closing_season, closing_position);

    update story_slots
    set status = 'locked',
        winner_clip_id = winner,
        locked_at = dailies_now(),
        voting_ends_at = least(voting_ends_at, dailies_now()),
        review_ends_at = null
    where season_id = closing_season and position = closing_position;

    perform announce_change('film', 'slot_locked');
    perform enqueue_tallies();
    perform emit_slot_won(closing_season, closing_position);
    return query select 'winner_selected', winner_event(closing_season, closing_position);

    if closing_position < season.total_slots then
        -- An eliminated clip keeps the slot and the counters of its last round; one that moves on starts at zero.
        update tournament_clips
        set status = 'eliminated',
            rounds = rounds + 1
        where season_id = closing_season and slot_position = closing_position and status = 'active'
            and rounds + 1 >= season.max_rounds_per_clip;
        update tournament_clips
        set slot_position = closing_position + 1,
            vote_count = 0,
            weighted_score = 0,
            view_count = 0,
            rounds = rounds + 1
        where season_id = closing_season and slot_position = closing_position and status = 'active';
        return query select * from open_slot(closing_season, closing_position + 1);
        return;
    end if;

    update tournament_clips
    set status = 'eliminated',
        rounds = rounds + 1
    where season_id = closing_season and status = 'active';
    update seasons
    set status = 'finished',
        finished_at = dailies_now()
    where id = closing_season;
    perform request_film(closing_season);
    perform enqueue_job('notify_followers', jsonb_build_object('season', closing_season));
    perform announce_change('film', 'season_finished');
    perform emit_webhook_event(
        'season.finished',
        jsonb_build_object(
            'seasonId', closing_season, 'label', season.label, 'totalSlots', season.total_slots
        )
    );
    return query
    select 'season_finished',
        jsonb_build_object('seasonId', closing_season, 'label', season.label, 'totalSlots', season.total_slots);
end
$$;

revoke all on function reopen_slot(uuid, int), finalize_round(uuid, int, uuid) from public;
