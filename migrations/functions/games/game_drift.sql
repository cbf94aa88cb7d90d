-- Where days, streaks, XP and badges differ from the votes, the clips and the rewards. `fault`: votes (of a day, or in all),
-- streak (of a day, the last or the longest), xp (of votes), win (its reward), referral (the reward of a tier), badge (1
-- earned, 0 not). `detail` names the day, the sum, the clip, the tier or the badge. What is logged and not yet folded is taken into account, and members whose badges wait
-- for a look are left out, so that the caller may compare while people vote. It reads every vote.
create or replace function game_drift()
returns table (fault text, user_id uuid, detail text, found bigint, expected bigint)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    with state as (
        select day as today
        from rank_state
    ), cast_days as (
        select counted.user_id, counted.day, sum(counted.casts)::int as votes
        from (
            select user_id, (created_at at time zone 'utc')::date as day, casts
            from votes
            where voided_at is null and user_id is not null
            union all
            select change.id, log.day, - coalesce(change.casts, 1)
            from rank_changes log
            cross join unnest(log.members, log.member_casts) change (id, casts)
        ) counted
        join users on users.id = counted.user_id and users.left_at is null
        cross join state
        where counted.day < state.today
        group by counted.user_id, counted.day
        having sum(counted.casts) <> 0
    ), days as (
        select user_id, day, votes,
            case
                when votes > 0 then row_number() over (partition by user_id, votes > 0, run order by day)
                else 0
            end as streak
        from (
            select user_id, day, votes,
                day - (row_number() over (partition by user_id, votes > 0 order by day))::int as run
            from cast_days
        ) runs
    ), valued as (
        select user_id, day, votes, streak,
            case when votes > 0 then votes + 5 + 10 * least(streak, 7) else 0 end as xp
        from days
    ), sums as (
        select user_id, sum(votes) as votes, sum(xp) as xp,
            coalesce((array_agg(streak order by day desc) filter (where votes > 0))[1], 0) as streak,
            max(day) filter (where votes > 0) as streak_day, max(streak) as longest
        from valued
        group by user_id
    ), compared_days as (
        select coalesce(kept.user_id, valued.user_id) as user_id, coalesce(kept.day, valued.day)::text as day,
            coalesce(kept.votes, 0) as votes, coalesce(kept.streak, 0) as streak, coalesce(kept.xp, 0) as xp,
            coalesce(valued.votes, 0) as votes_expected, coalesce(valued.streak, 0) as streak_expected,
            coalesce(valued.xp, 0) as xp_expected
        from member_days kept
        full join valued on valued.user_id = kept.user_id and valued.day = kept.day
    ), compared_sums as (
        select coalesce(kept.user_id, sums.user_id) as user_id, kept.votes, kept.xp, kept.streak, kept.streak_day,
            kept.longest_streak, sums.votes as votes_expected, sums.xp as xp_expected, sums.streak as streak_expected,
            sums.streak_day as streak_day_expected, sums.longest as longest_expected
        from member_points kept
        full join sums on sums.user_id = kept.user_id
    )
    select 'votes', user_id, day, votes, votes_expected
    from compared_days
    where votes <> votes_expected
    union all
    select 'streak', user_id, day, streak, streak_expected
    from compared_days
    where streak <> streak_expected
    union all
    select 'xp', user_id, day, xp, xp_expected
    from compared_days
    where xp <> xp_expected
    union all
    select 'votes', user_id, 'in all', coalesce(votes, 0), coalesce(votes_expected, 0)
    from compared_sums
    where coalesce(votes, 0) <> coalesce(votes_expected, 0)
    union all
    select 'xp', user_id, 'in all', coalesce(xp, 0), coalesce(xp_expected, 0)
    from compared_sums
    where coalesce(xp, 0) <> coalesce(xp_expected, 0)
    union all
    select 'streak', user_id, 'the last', coalesce(streak, 0), coalesce(streak_expected, 0)
    from compared_sums
    where (coalesce(streak, 0), streak_day) is distinct from (coalesce(streak_expected, 0), streak_day_expected)
    union all
    select 'streak', user_id, 'the longest', coalesce(longest_streak, 0), coalesce(longest_expected, 0)
    from compared_sums
    where coalesce(longest_streak, 0) <> coalesce(longest_expected, 0)
    union all
    select 'win', coalesce(kept.user_id, wins.user_id), coalesce(kept.event_key, wins.clip_id), coalesce(kept.amount, 0),
        case when wins.clip_id is null then 0 else 100 end
    from (
        select rewards.user_id, rewards.event_key, rewards.amount
        from xp_rewards rewards
        where rewards.reason = 'win' and rewards.revoked_at is null
    ) kept
    full join (
        select clips.user_id, clips.id::text as clip_id
        from tournament_clips clips
        join users on users.id = clips.user_id and users.left_at is null
        where clips.status = 'locked'
    ) wins on wins.user_id = kept.user_id and wins.clip_id = kept.event_key
    where coalesce(kept.amount, 0) <> case when wins.clip_id is null then 0 else 100 end
    union all
    select 'referral', coalesce(kept.user_id, tiers.user_id), coalesce(kept.event_key, tiers.event_key),
        coalesce(kept.amount, 0), coalesce(tiers.xp, 0)
    from (
        select rewards.user_id, rewards.event_key, rewards.amount
        from xp_rewards rewards
        where rewards.reason = 'referral' and rewards.revoked_at is null
    ) kept
    full join earned_referral_tiers() tiers on tiers.user_id = kept.user_id and tiers.event_key = kept.event_key
    where coalesce(kept.amount, 0) <> coalesce(tiers.xp, 0)
    union all
    select 'badge', people.id, badges.key, (earned.key is not null)::int, (measures.value >= badges.goal)::int
    from state
    join users people on people.left_at is null
    cross join lateral member_measures(people.id, member_game(people.id, state.today)) measures
    join badges() badges on badges.measure = measures.measure
    left join member_badges earned
        on earned.user_id = people.id and earned.key = badges.key and earned.revoked_at is null
    where (earned.key is not null) <> (measures.value >= badges.goal)
        and not exists (select from badge_checks where badge_checks.user_id = people.id)
    order by 1, 2, 3;
$$;

-- The tiers that members have reached with the invitations that counted, as xp_rewards names them.
create or replace function earned_referral_tiers()
returns table (user_id uuid, event_key text, xp int)
language sql
stable
set search_path = public, pg_temp
as $$
    select counted.referrer_id, 'referral ' || tiers.tier, tiers.xp
    from (
        select referrals.referrer_id, count(*) as members
        from referrals
        join users on users.id = referrals.referrer_id and users.left_at is null
        where referrals.counted_at is not null
        group by referrals.referrer_id
    ) counted
    join referral_tiers() tiers on tiers.needed <= counted.members;
$$;

-- Counts everything that is wrong anew, and returns how it differed. Badges are looked at again by settle_badges(). Votes do
-- not wait.
create or replace function repair_games()
returns table (fault text, user_id uuid, detail text, found bigint, expected bigint)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    perform lock_ranks();
    return query select * from game_drift();
    if not found then
        return;
    end if;
    perform count_ranks(greatest((dailies_now() at time zone 'utc')::date, (select day from rank_state)));
    perform revoke_reward(rewards.user_id, 'win', rewards.event_key)
    from xp_rewards rewards
    where rewards.reason = 'win' and rewards.revoked_at is null
        and not exists (
            select from tournament_clips clips
            where clips.id::text = rewards.event_key and clips.user_id = rewards.user_id and clips.status = 'locked'
        );
    update xp_rewards
    set amount = 100
    where reason = 'win' and amount <> 100;
    perform grant_reward(clips.user_id, 'win', clips.id::text, 100)
    from tournament_clips clips
    where clips.status = 'locked';
    perform revoke_reward(rewards.user_id, 'referral', rewards.event_key)
    from xp_rewards rewards
    where rewards.reason = 'referral' and rewards.revoked_at is null
        and not exists (
            select
            from earned_referral_tiers() tiers
            where tiers.user_id = rewards.user_id and tiers.event_key = rewards.event_key
        );
    update xp_rewards
    set amount = tiers.xp
    from earned_referral_tiers() tiers
    where xp_rewards.reason = 'referral' and xp_rewards.user_id = tiers.user_id
        and xp_rewards.event_key = tiers.event_key and xp_rewards.amount <> tiers.xp;
    perform grant_reward(tiers.user_id, 'referral', tiers.event_key, tiers.xp)
    from earned_referral_tiers() tiers;
    insert into badge_checks (user_id)
    select id
    from users
    where left_at is null;
end
$$;

revoke all on function game_drift(), earned_referral_tiers(), repair_games() from public;
grant execute on function game_drift(), repair_games() to dailies_jobs;
