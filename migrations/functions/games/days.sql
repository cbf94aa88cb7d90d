-- The days of members that are over. fold_ranks() calls these functions, under lock_ranks(), for what it takes from the log.
-- Days from rank_state.day on are on the board of voters instead.

-- Counts the streaks of some members anew.
create or replace function count_streaks(members uuid[])
returns void
language sql
set search_path = public, pg_temp
as $$
    update member_days
    set streak = counted.streak
    from (
        select user_id, day, row_number() over (partition by user_id, run order by day) as streak
        from (
            select user_id, day, day - (row_number() over (partition by user_id order by day))::int as run
            from member_days
            where user_id = any (members) and votes > 0
        ) runs
    ) counted
    where member_days.user_id = counted.user_id and member_days.day = counted.day
        and member_days.streak <> counted.streak;
$$;

-- Sums up the days of some members.
create or replace function sum_member_points(members uuid[])
returns void
language sql
set search_path = public, pg_temp
as $$
    delete from member_points
    where user_id = any (members) and not exists (select from member_days where user_id = member_points.user_id);
    insert into member_points (user_id, votes, xp, streak, streak_day, longest_streak)
    select user_id, sum(votes), sum(xp),
        coalesce((array_agg(streak order by day desc) filter (where votes > 0))[1], 0),
        max(day) filter (where votes > 0), max(streak)
    from member_days
    where user_id = any (members)
    group by user_id
    on conflict (user_id) do update
    set votes = excluded.votes,
        xp = excluded.xp,
        streak = excluded.streak,
        streak_day = excluded.streak_day,
        longest_streak = excluded.longest_streak;
$$;

-- Adds to days that are over what their votes have gained or lost since: voided, restored, undone after midnight, deleted.
-- Such changes are few, and all that follows from the member's days is counted again.
create or replace function change_member_days(changes rank_change[])
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    members constant uuid[] := array(
        select distinct subject_id
        from unnest(changes)
    );
begin
    insert into member_days as kept (user_id, day, votes, streak)
    select subject_id, ends, sum(votes), case when sum(votes) > 0 then 1 else 0 end
    from unnest(changes)
    group by subject_id, ends
    having sum(votes) <> 0
    on conflict (user_id, day) do update
    set votes = kept.votes + excluded.votes,
        streak = case when kept.votes + excluded.votes > 0 then greatest(kept.streak, 1) else 0 end;
    delete from member_days where user_id = any (members) and votes = 0;
    perform count_streaks(members);
    perform sum_member_points(members);
    insert into badge_checks (user_id)
    select unnest(members);
end
$$;

-- Moves a day that is over from the board of voters to the days of members.
create or replace function close_member_day(finished date)
returns void
language sql
set search_path = public, pg_temp
as $$
    with cast_then as (
        select scores.subject_id as user_id, scores.votes,
            case
                when scores.votes <= 0 then 0
                when points.streak_day = finished - 1 then points.streak + 1
                else 1
            end as streak
        from rank_scores scores
        join users on users.id = scores.subject_id and users.left_at is null
        left join member_points points on points.user_id = scores.subject_id
        where scores.board = 'voters' and scores.span = 'day' and scores.ends = finished and scores.votes <> 0
    ), closed as (
        insert into member_days (user_id, day, votes, streak)
        select user_id, finished, votes, streak
        from cast_then
        on conflict do nothing
        returning user_id, votes, xp, streak
    ), noted as (
        insert into badge_checks (user_id)
        select user_id
        from closed
        where streak in (3, 7, 30)
    )
    insert into member_points as kept (user_id, votes, xp, streak, streak_day, longest_streak)
    select user_id, votes, xp, streak, case when streak > 0 then finished end, streak
    from closed
    on conflict (user_id) do update
    set votes = kept.votes + excluded.votes,
        xp = kept.xp + excluded.xp,
        streak = case when excluded.streak > 0 then excluded.streak else kept.streak end,
        streak_day = coalesce(excluded.streak_day, kept.streak_day),
        longest_streak = greatest(kept.longest_streak, excluded.longest_streak);
$$;

-- Moves all days from `first` on that are over when `today` begins, however many the fold has missed.
create or replace function close_member_days(first date, today date)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    finished date;
begin
    for finished in
        select distinct ends
        from rank_scores
        where board = 'voters' and span = 'day' and ends >= first and ends < today
        order by ends
    loop
        perform close_member_day(finished);
    end loop;
    -- Members who have voted today already have a streak that was not known until now.
    insert into badge_checks (user_id)
    select scores.subject_id
    from rank_scores scores
    join member_points points
        on points.user_id = scores.subject_id and points.streak_day = today - 1 and points.streak + 1 in (3, 7, 30)
    where scores.board = 'voters' and scores.span = 'day' and scores.ends = today and scores.votes > 0;
end
$$;

revoke all on function
    count_streaks(uuid[]),
    sum_member_points(uuid[]),
    change_member_days(rank_change[]),
    close_member_day(date),
    close_member_days(date, date)
    from public;
