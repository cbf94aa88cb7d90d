-- What a member has done: votes, XP, streak, and what the badges measure.

-- The votes, the XP of votes and the streaks of a member, up to the last fold; with `reads_log`, up to this moment. A streak
-- that can still go on today is shown as it was yesterday.
create or replace function member_game(member uuid, today date, reads_log boolean default false)
returns member_game
language plpgsql
stable
set search_path = public, pg_temp
as $$
declare
    known_day constant date := (select day from rank_state);
    points member_points;
    result member_game;
    open_day record;
begin
    select * into points from member_points where user_id = member;
    result := row(
        coalesce(points.votes, 0), coalesce(points.xp, 0), coalesce(points.streak, 0), coalesce(points.longest_streak, 0)
    );
    for open_day in
        select day, sum(votes)::int as votes
        from (
            select ends as day, votes
            from rank_scores
            where subject_id = member and board = 'voters' and span = 'day' and ends >= known_day
            union all
            select log.day, coalesce(change.casts, 1)
            from (
                -- A fold every few seconds keeps the log short. If it grows all the same, this page need not read it.
                select *
                from rank_changes
                where reads_log
                limit 2000
            ) log
            cross join unnest(log.members, log.member_casts) change (id, casts)
            where change.id = member and log.day >= coalesce(known_day, log.day)
        ) counted
        group by day
        having sum(votes) <> 0
        order by day
    loop
        result.votes := result.votes + open_day.votes;
        continue when open_day.votes < 0;
        result.streak := case when points.streak_day = open_day.day - 1 then result.streak + 1 else 1 end;
        result.longest_streak := greatest(result.longest_streak, result.streak);
        result.xp := result.xp + open_day.votes + 5 + 10 * least(result.streak, 7);
        points.streak_day := open_day.day;
    end loop;
    if points.streak_day < today - 1 then
        result.streak := 0;
    end if;
    return result;
end
$$;

-- The XP of a member: of votes, and of everything else.
create or replace function member_xp(member uuid, game member_game)
returns bigint
language sql
stable
set search_path = public, pg_temp
as $$
    select game.xp + coalesce(sum(amount), 0)
    from xp_rewards
    where user_id = member and revoked_at is null;
$$;

-- What the badges measure. A clip counts once it is accepted.
create or replace function member_measures(member uuid, game member_game)
returns table (measure text, value bigint)
language sql
stable
set search_path = public, pg_temp
as $$
    select 'votes', game.votes
    union all
    select 'streak', game.longest_streak
    union all
    select measure, value
    from (
        select count(*) filter (where status in ('active', 'locked', 'eliminated')) as clips,
            count(*) filter (where status = 'locked') as wins
        from tournament_clips
        where user_id = member
    ) own
    cross join lateral (values ('clips', own.clips), ('wins', own.wins)) counted (measure, value)
    union all
    select 'referrals', counted_referrals(member);
$$;

-- A member's figures and badges (PROF-02); no row when there is no such member. `votes_today` is what the limit of the day
-- counts. What has been cast since the last fold is read from the log, only when there is something.
drop function if exists get_user_stats(uuid);
create or replace function get_user_stats(member uuid)
returns table (
    username text,
    avatar_seed text,
    total_votes bigint,
    xp bigint,
    votes_today int,
    streak int,
    longest_streak int,
    clips int,
    wins int,
    place int,
    places int,
    badges jsonb
)
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    today constant date := (dailies_now() at time zone 'utc')::date;
    casts_today constant int := coalesce(
        (
            select casts
            from voter_days
            where voter_key = 'user_' || member and day = today
        ), 0);
    game member_game;
begin
    game := member_game(
        member, today,
        (select day from rank_state) is distinct from today
            or casts_today <> coalesce(
                (
                    select votes
                    from rank_scores
                    where board = 'voters' and span = 'day' and ends = today and subject_id = member
                ), 0));
    return query
    select users.username, users.avatar_seed, game.votes, member_xp(users.id, game), casts_today, game.streak, game.longest_streak,
        (
            select count(*)::int
            from tournament_clips
            where user_id = member
        ),
        (
            select count(*)::int
            from tournament_clips
            where user_id = member and status = 'locked'
        ),
        (
            select 1 + coalesce((
                    select sum(entries)
                    from rank_counts
                    where board = 'voters' and span = 'all' and ends = 'infinity' and votes > mine.votes
                ), 0)::int
            from rank_scores mine
            where board = 'voters' and span = 'all' and ends = 'infinity' and subject_id = member
                and listed and votes > 0
        ),
        (
            select coalesce(sum(entries), 0)::int
            from rank_counts
            where board = 'voters' and span = 'all' and ends = 'infinity'
        ),
        (
            select jsonb_agg(
                jsonb_build_object(
                    'key', badges.key, 'name', badges.name, 'goal', badges.goal,
                    'progress', least(measures.value, badges.goal),
                    'earnedAt', extract(epoch from earned.earned_at)
                )
                order by badges.place
            )
            from badges() badges
            join member_measures(member, game) measures on measures.measure = badges.measure
            left join member_badges earned
                on earned.user_id = member and earned.key = badges.key and earned.revoked_at is null
        )
    from users
    where users.id = member and users.left_at is null;
end
$$;

-- The XP and the streaks of the members on a page of a board.
create or replace function get_member_levels(members uuid[])
returns table (user_id uuid, xp bigint, streak int)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select counted.id, member_xp(counted.id, counted.game), (counted.game).streak
    from (
        select id, member_game(id, (dailies_now() at time zone 'utc')::date) as game
        from unnest(members) id
        offset 0
    ) counted;
$$;

-- A member's last votes that count, the latest first, with the clips' creators. Rounds are one after the other, so the rounds
-- before those that have enough votes are not read.
create or replace function get_vote_history(member uuid, most int default 20)
returns table (
    clip_id uuid,
    title text,
    username text,
    avatar_seed text,
    season_id uuid,
    season_number int,
    slot_position int,
    casts int,
    weight int,
    voted_at timestamptz,
    is_shown boolean
)
language plpgsql
stable
security definer
set search_path = public, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    round record;
    left_over int := most;
    found_rows int;
begin
    for round in
        select slots.season_id, slots.position, seasons.number
        from story_slots slots
        join seasons on seasons.id = slots.season_id
        where slots.status <> 'upcoming'
        order by seasons.activated_at desc, slots.position desc
    loop
        exit when left_over <= 0;
        return query
        select clips.id, clips.title, users.username, users.avatar_seed, round.season_id, round.number, round.position,
            latest.casts, latest.weight, latest.updated_at, clips.status in ('active', 'locked', 'eliminated')
        from (
            select *
            from votes
            where season_id = round.season_id and slot_position = round.position and voter_key = 'user_' || member
                and voided_at is null
            order by updated_at desc, clip_id
            limit left_over
        ) latest
        join tournament_clips clips on clips.id = latest.clip_id
        join users on users.id = clips.user_id
        order by latest.updated_at desc, latest.clip_id;
        get diagnostics found_rows = row_count;
        left_over := left_over - found_rows;
    end loop;
end
$$;

revoke all on function
    member_game(uuid, date, boolean),
    member_xp(uuid, member_game),
    member_measures(uuid, member_game),
    get_user_stats(uuid),
    get_member_levels(uuid[]),
    get_vote_history(uuid, int)
    from public;
grant execute on function get_user_stats(uuid), get_member_levels(uuid[]), get_vote_history(uuid, int)
    to dailies_web, dailies_jobs;
