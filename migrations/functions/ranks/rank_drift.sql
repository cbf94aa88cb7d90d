-- Where the boards differ from the votes. `fault`: votes (a score is not the sum of the votes), listed (listed although it
-- must not be, or the reverse), entries (rank_counts differs from the scores; subject_id is null). What is logged and not yet
-- folded is taken into account, so that the caller may compare while people vote. It reads every vote.
create or replace function rank_drift()
returns table (fault text, board text, span text, ends date, subject_id uuid, found bigint, expected bigint)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    with state as (
        select day as today
        from rank_state
    ), for_clips as (
        select clip_id, day, sum(casts) as casts
        from (
            select clip_id, (created_at at time zone 'utc')::date as day, casts
            from votes
            where voided_at is null
            union all
            select change.id, log.day, - coalesce(change.casts, 1)
            from rank_changes log
            cross join unnest(log.clips, log.clip_casts) change (id, casts)
            union all
            select clip_id, day, - casts
            from rank_hidden
        ) counted
        group by clip_id, day
    ), by_members as (
        select user_id, day, sum(casts) as casts
        from (
            select user_id, (created_at at time zone 'utc')::date as day, casts
            from votes
            where voided_at is null and user_id is not null
            union all
            select change.id, log.day, - coalesce(change.casts, 1)
            from rank_changes log
            cross join unnest(log.members, log.member_casts) change (id, casts)
        ) counted
        group by user_id, day
    ), by_day as (
        select 'clips' as board, clip_id as subject_id, day, casts
        from for_clips
        join tournament_clips clips on clips.id = clip_id
        union all
        select 'creators', users.id, day, casts
        from for_clips
        join tournament_clips clips on clips.id = clip_id
        join users on users.id = clips.user_id and users.left_at is null
        union all
        select 'voters', user_id, day, casts
        from by_members
        join users on users.id = user_id and users.left_at is null
    ), expected as (
        select by_day.board, spans.span, spans.ends, by_day.subject_id, sum(by_day.casts) as votes
        from state
        cross join by_day
        cross join rank_spans(state.today, by_day.day) spans
        group by by_day.board, spans.span, spans.ends, by_day.subject_id
    )
    select 'votes', coalesce(scores.board, expected.board), coalesce(scores.span, expected.span),
        coalesce(scores.ends, expected.ends), coalesce(scores.subject_id, expected.subject_id),
        coalesce(scores.votes, 0), coalesce(expected.votes, 0)
    from rank_scores scores
    full join expected using (board, span, ends, subject_id)
    where coalesce(scores.votes, 0) <> coalesce(expected.votes, 0)
        -- What is being decided again is not compared; a clip's creator may be another one by now.
        and not exists (
            select
            from rank_listings
            where rank_listings.subject_id = coalesce(scores.subject_id, expected.subject_id)
                or coalesce(scores.board, expected.board) = 'creators'
        )
    union all
    select 'listed', board, span, ends, subject_id, listed::int, is_listed(board, subject_id)::int
    from rank_scores
    where listed <> is_listed(board, subject_id) and not exists (select from rank_listings)
    union all
    select 'entries', coalesce(kept.board, counted.board), coalesce(kept.span, counted.span),
        coalesce(kept.ends, counted.ends), null, coalesce(kept.entries, 0), coalesce(counted.entries, 0)
    from rank_counts kept
    full join (
        select board, span, ends, votes, count(*) as entries
        from rank_scores
        where listed and votes > 0
        group by board, span, ends, votes
    ) counted using (board, span, ends, votes)
    where coalesce(kept.entries, 0) <> coalesce(counted.entries, 0)
    order by 1, 2, 3, 4, 5;
$$;

-- Counts the boards anew and returns how they differed. Votes do not wait.
create or replace function repair_ranks()
returns table (fault text, board text, span text, ends date, subject_id uuid, found bigint, expected bigint)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform lock_ranks();
    return query select * from rank_drift();
    if found then
        perform count_ranks(greatest((dailies_now() at time zone 'utc')::date, (select day from rank_state)));
    end if;
end
$$;

revoke all on function rank_drift(), repair_ranks() from public;
grant execute on function rank_drift(), repair_ranks() to dailies_jobs;
