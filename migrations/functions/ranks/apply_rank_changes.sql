-- Whether a board lists a clip, voter or creator: no member who is banned or has left, and of former members' clips only
-- those in a film.
create or replace function is_listed(board text, subject uuid)
returns boolean
language sql
stable
set search_path = public, pg_temp
as $$
    select case board
        when 'clips' then exists (
            select
            from tournament_clips clips
            join users on users.id = clips.user_id
            where clips.id = subject and clips.status in ('active', 'locked', 'eliminated')
                and users.banned_at is null and (users.left_at is null or clips.status = 'locked')
        )
        else exists (
            select
            from users
            where id = subject and banned_at is null and left_at is null
        )
    end;
$$;

-- Adds casts to scores and keeps rank_counts true. The caller holds lock_ranks().
create or replace function apply_rank_changes(changes rank_change[])
returns void
language sql
set search_path = public, pg_temp
as $$
    with changed as (
        select board, span, ends, subject_id, (array_agg(owner_id))[1] as owner_id, sum(votes)::int as votes
        from unnest(changes)
        group by board, span, ends, subject_id
        having sum(votes) <> 0
    ), before as (
        select changed.*, coalesce(scores.votes, 0) as votes_before,
            coalesce(scores.listed, is_listed(changed.board, changed.subject_id)) as listed
        from changed
        left join rank_scores scores
            on scores.board = changed.board and scores.span = changed.span and scores.ends = changed.ends
            and scores.subject_id = changed.subject_id
    ), written as (
        insert into rank_scores as kept (board, span, ends, subject_id, owner_id, votes, listed)
        select board, span, ends, subject_id, owner_id, votes, listed
        from before
        on conflict (board, span, ends, subject_id) do update
        set votes = kept.votes + excluded.votes
    ), noted as (
        -- Members who may have earned or lost a badge, or have reached the goal of the day.
        insert into badge_checks (user_id, goal_day)
        select subject_id, null::date
        from before
        where board = 'voters' and span = 'all'
            and count_vote_badges(votes_before) <> count_vote_badges(votes_before + votes)
        union all
        select subject_id, ends
        from before
        where board = 'voters' and span = 'day' and votes_before < 50 and votes_before + votes >= 50
        union all
        select before.subject_id, null
        from before
        join member_points points on points.user_id = before.subject_id and points.streak_day = before.ends - 1
        where before.board = 'voters' and before.span = 'day'
            and (before.votes_before > 0) <> (before.votes_before + before.votes > 0)
            and points.streak + 1 in (3, 7, 30)
    )
    insert into rank_counts as kept (board, span, ends, votes, entries)
    select moved.board, moved.span, moved.ends, moved.votes, sum(moved.entries)
    from (
        select board, span, ends, votes_before as votes, -1 as entries
        from before
        where listed and votes_before > 0
        union all
        select board, span, ends, votes_before + votes, 1
        from before
        where listed and votes_before + votes > 0
    ) moved
    group by moved.board, moved.span, moved.ends, moved.votes
    having sum(moved.entries) <> 0
    on conflict (board, span, ends, votes) do update
    set entries = kept.entries + excluded.entries;
    delete from rank_counts where entries = 0;
$$;

-- The spans that hold what was cast on a day, when `today` is the boards' day.
create or replace function rank_spans(today date, day date)
returns table (span text, ends date)
language sql
immutable
as $$
    select 'all', 'infinity'::date
    union all
    select 'day', day
    where day > today - 14
    union all
    select 'week', today
    where day > today - 7 and day <= today
    union all
    select 'week', today - 7
    where day > today - 14 and day <= today - 7;
$$;

revoke all on function is_listed(text, uuid), apply_rank_changes(rank_change[]), rank_spans(date, date) from public;
