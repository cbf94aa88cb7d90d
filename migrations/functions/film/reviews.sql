-- The ranking of the clips of a round with and without the flagged votes. Both orders are those of the result: the
-- weight of the votes, then their number, then the earlier upload, then the id.
create or replace function round_standing(of_season uuid, of_slot int)
returns table (
    clip_id uuid,
    vote_count int,
    weighted_score int,
    rank int,
    clean_count int,
    clean_score int,
    clean_rank int
)
language sql
stable
as $$
    with flagged as (
        select votes.clip_id, sum(votes.casts)::int as casts, sum(votes.weight)::int as weight
        from votes
        where votes.season_id = of_season and votes.slot_position = of_slot
            and votes.flags is not null and cardinality(votes.flags) > 0
            and votes.voided_at is null
        group by votes.clip_id
    ), standing as (
        select clips.id, clips.created_at, clips.vote_count, clips.weighted_score,
            clips.vote_count - coalesce(flagged.casts, 0) as clean_count,
            clips.weighted_score - coalesce(flagged.weight, 0) as clean_score
        from tournament_clips clips
        left join flagged on flagged.clip_id = clips.id
        where clips.season_id = of_season and clips.slot_position = of_slot and clips.status = 'active'
    )
    select id, vote_count, weighted_score,
        (row_number() over (order by weighted_score desc, vote_count desc, created_at, id))::int,
        clean_count, clean_score,
        (row_number() over (order by clean_score desc, clean_count desc, created_at, id))::int
    from standing;
$$;

-- The same for an admin.
create or replace function live_standing(actor uuid, of_season uuid, of_slot int)
returns table (
    clip_id uuid,
    title text,
    vote_count int,
    weighted_score int,
    rank int,
    clean_count int,
    clean_score int,
    clean_rank int
)
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    perform require_admin(actor);
    return query
    select standing.clip_id, clips.title, standing.vote_count, standing.weighted_score, standing.rank,
        standing.clean_count, standing.clean_score, standing.clean_rank
    from round_standing(of_season, of_slot) standing
    join tournament_clips clips on clips.id = standing.clip_id
    order by standing.rank;
end
$$;

-- Whether another clip wins without the flagged votes than with them.
create or replace function flagged_votes_decide(of_season uuid, of_slot int)
returns boolean
language sql
stable
as $$
    select exists (
        select
        from round_standing(of_season, of_slot)
        where rank = 1 and clean_rank <> 1
    );
$$;

-- Ends the voting of a round and leaves its result to the admins. The caller holds lock_film() and the locks of the
-- rows.
create or replace function begin_review(of_season uuid, of_slot int)
returns table (name text, data jsonb)
language plpgsql
as $$
declare
    ends timestamptz;
begin
    update story_slots
    set status = 'under_review',
        voting_ends_at = least(voting_ends_at, dailies_now()),
        review_ends_at = dailies_now() + make_interval(hours => seasons.review_hours)
    from seasons
    where seasons.id = of_season and story_slots.season_id = of_season and story_slots.position = of_slot
    returning review_ends_at into ends;
    perform record_intervention(
        of_season, of_slot, 'review_opened', false, 'Flagged votes would have decided the round.',
        (
            select count(*)::int
            from votes
            where votes.season_id = of_season and votes.slot_position = of_slot
                and votes.flags is not null and cardinality(votes.flags) > 0 and votes.voided_at is null
        )
    );
    perform announce_change('film', 'round_under_review');
    return query
    select 'round_under_review',
        jsonb_build_object('seasonId', of_season, 'slot', of_slot, 'reviewEndsAt', rfc3339(ends));
end
$$;

-- Ends a review: the flagged votes count, or they are voided; then the round closes like any other. The caller holds
-- lock_film().
create or replace function end_review(actor uuid, of_season uuid, of_slot int, keeps boolean, kind text, why text)
returns table (name text, data jsonb)
language plpgsql
as $$
declare
    void vote_voids;
begin
    perform from seasons where id = of_season for no key update;
    perform from story_slots where season_id = of_season and position = of_slot for update;
    perform from tournament_clips
    where season_id = of_season and slot_position = of_slot and status = 'active'
    order by id
    for update;
    if not keeps then
        select *
        into void
        from apply_void(actor, of_season, of_slot, jsonb_build_object('flagged', true), why, 'review');
    end if;
    perform record_intervention(of_season, of_slot, kind, kind <> 'review_expired', why, void.votes);
    perform write_audit(
        actor, 'round.review', 'slot', of_season || '/' || of_slot, why, null,
        jsonb_build_object('decision', kind, 'votes', void.votes, 'void', void.id)
    );
    return query select * from finalize_round(of_season, of_slot);
end
$$;

-- An admin decides a round under review. Outcomes: done with the events to publish, slot_not_found, not_under_review.
create or replace function review_round(actor uuid, of_season uuid, of_slot int, keeps boolean, why text)
returns table (outcome text, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    slot_status text;
begin
    perform require_admin(actor);
    perform lock_film();
    select status into slot_status from story_slots where season_id = of_season and position = of_slot;
    if slot_status is null then
        return query select 'slot_not_found', null::text, null::jsonb;
        return;
    end if;
    if slot_status <> 'under_review' then
        return query select 'not_under_review', null::text, null::jsonb;
        return;
    end if;
    return query
    select 'done', ended.name, ended.data
    from end_review(
        actor, of_season, of_slot, keeps, case when keeps then 'review_accepted' else 'review_voided' end, why
    ) ended;
end
$$;

-- Ends the reviews that no admin decided in time, so that the film never stalls. The caller holds lock_film().
create or replace function end_due_reviews()
returns table (name text, data jsonb)
language plpgsql
as $$
declare
    due record;
begin
    for due in
        select season_id, position
        from story_slots
        where status = 'under_review' and review_ends_at <= dailies_now()
        order by review_ends_at, season_id
    loop
        return query
        select *
        from end_review(
            null, due.season_id, due.position, false, 'review_expired',
            'No admin decided in time, so the flagged votes do not count.'
        );
    end loop;
end
$$;

revoke all on function
    round_standing(uuid, int),
    live_standing(uuid, uuid, int),
    flagged_votes_decide(uuid, int),
    begin_review(uuid, int),
    end_review(uuid, uuid, int, boolean, text, text),
    review_round(uuid, uuid, int, boolean, text),
    end_due_reviews()
    from public;
grant execute on function
    live_standing(uuid, uuid, int),
    review_round(uuid, uuid, int, boolean, text)
    to dailies_web, dailies_jobs;
