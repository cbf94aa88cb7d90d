-- Badges (GAME-03). A badge follows what it measures: it is earned at its goal, and taken back when undone or voided votes, a
-- rejected clip or a slot that is opened again take the ground away. It keeps the time at which it was first earned.

-- All badges, in the order in which they are shown.
create or replace function badges()
returns table (place int, key text, measure text, goal int, name text)
language sql
immutable
parallel safe
as $$
    values
        (1, 'votes_100', 'votes', 100, '100 votes'),
        (2, 'votes_1000', 'votes', 1000, '1,000 votes'),
        (3, 'votes_10000', 'votes', 10000, '10,000 votes'),
        (4, 'streak_3', 'streak', 3, '3-day streak'),
        (5, 'streak_7', 'streak', 7, '7-day streak'),
        (6, 'streak_30', 'streak', 30, '30-day streak'),
        (7, 'first_clip', 'clips', 1, 'First take'),
        (8, 'first_win', 'wins', 1, 'First win'),
        (9, 'wins_5', 'wins', 5, 'Five wins'),
        (10, 'networker', 'referrals', 5, 'Networker'),
        (11, 'influencer', 'referrals', 10, 'Influencer'),
        (12, 'ambassador', 'referrals', 25, 'Ambassador'),
        (13, 'legend', 'referrals', 100, 'Legend');
$$;

-- How many badges a number of votes has earned. The fold asks this of every voter, so it knows the goals by itself.
create or replace function count_vote_badges(votes bigint)
returns int
language sql
immutable
parallel safe
as $$
    select width_bucket(votes, array[100, 1000, 10000]::bigint[]);
$$;

-- Looks again at the badges of some members who have changed, and notifies them of what they have reached. Returns how many
-- checks that were; null when another process is doing it. A check is deleted by the transaction that makes it.
create or replace function settle_badges(most int default 500)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := dailies_now();
    today constant date := (moment at time zone 'utc')::date;
    taken int;
    members uuid[];
    goals jsonb;
    reached record;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('dailies.badges', 0)) then
        return null;
    end if;
    with taken_checks as (
        delete from badge_checks
        where ctid = any (array(select ctid from badge_checks limit most))
        returning user_id, goal_day
    )
    select count(*), array_agg(distinct user_id),
        jsonb_agg(distinct jsonb_build_object('member', user_id, 'day', goal_day)) filter (where goal_day is not null)
    into taken, members, goals
    from taken_checks;
    if taken = 0 then
        return 0;
    end if;
    for reached in
        select member, day
        from jsonb_to_recordset(goals) as goal (member uuid, day date)
    loop
        perform notify_member(
            reached.member, 'daily_goal', reached.day::text,
            jsonb_build_object('title', '50 votes', 'path', '/profile')
        );
    end loop;
    for reached in
        with measured as materialized (
            select person.id as user_id, badges.place, badges.key, badges.name, measures.value >= badges.goal as is_earned
            from users person
            cross join lateral member_measures(person.id, member_game(person.id, today)) measures
            join badges() badges on badges.measure = measures.measure
            where person.id = any (members) and person.left_at is null
        ), lost as (
            update member_badges
            set revoked_at = moment
            from measured
            where member_badges.user_id = measured.user_id and member_badges.key = measured.key
                and not measured.is_earned and member_badges.revoked_at is null
        ), earned as (
            insert into member_badges as kept (user_id, key, earned_at)
            select user_id, key, moment
            from measured
            where is_earned
            on conflict (user_id, key) do update
            set revoked_at = null
            where kept.revoked_at is not null
            returning user_id, key
        )
        select earned.user_id, earned.key, measured.name
        from earned
        join measured on measured.user_id = earned.user_id and measured.key = earned.key
        order by earned.user_id, measured.place
    loop
        perform notify_member(
            reached.user_id, 'achievement', reached.key,
            jsonb_build_object('title', reached.name, 'path', '/profile')
        );
    end loop;
    return taken;
end
$$;

revoke all on function badges(), count_vote_badges(bigint), settle_badges(int) from public;
grant execute on function settle_badges(int) to dailies_jobs;
