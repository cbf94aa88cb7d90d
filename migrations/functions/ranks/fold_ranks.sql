-- One process at a time changes the boards. Votes do not take this lock.
create or replace function lock_ranks()
returns void
language sql
as $$
    select pg_advisory_xact_lock(hashtextextended('dailies.ranks', 0));
$$;

-- Whether the clips' counts of a slot must not be known yet.
create or replace function hides_counts(of_season uuid, of_slot int)
returns boolean
language sql
stable
set search_path = public, pg_temp
as $$
    select exists (
        select
        from seasons
        join story_slots slots on slots.season_id = seasons.id
        where seasons.id = of_season and seasons.show_counts <> 'always'
            and slots.position = of_slot and slots.status <> 'locked'
    );
$$;

-- Takes some logged changes and adds them to the boards. Returns how many rows of the log it took. Each row is deleted in the
-- transaction that counts it: after a crash it is either counted or still logged. The caller holds lock_ranks().
create or replace function fold_rank_changes(today date, most int)
returns int
language plpgsql
set search_path = public, pg_temp
as $$
declare
    taken_rows int;
    changes rank_change[];
    earlier rank_change[];
begin
    with taken as (
        delete from rank_changes
        where ctid = any (array(select ctid from rank_changes limit most))
        returning *
    ), rounds as materialized (
        select season_id, slot_position, hides_counts(season_id, slot_position) as is_hidden
        from taken
        group by season_id, slot_position
    ), for_clips as (
        select taken.season_id, taken.slot_position, taken.day, change.id as clip_id,
            sum(coalesce(change.casts, 1))::int as casts, rounds.is_hidden
        from taken
        join rounds on rounds.season_id = taken.season_id and rounds.slot_position = taken.slot_position
        cross join unnest(taken.clips, taken.clip_casts) change (id, casts)
        group by taken.season_id, taken.slot_position, taken.day, change.id, rounds.is_hidden
    ), hidden as (
        insert into rank_hidden as kept (season_id, slot_position, clip_id, day, casts)
        select season_id, slot_position, clip_id, day, casts
        from for_clips
        where is_hidden
        on conflict (season_id, slot_position, clip_id, day) do update
        set casts = kept.casts + excluded.casts
    ), shown as (
        delete from rank_hidden
        where not hides_counts(season_id, slot_position)
        returning clip_id, day, casts
    ), of_clips as (
        -- A clip that is gone has left the boards, or does so with its listing.
        select summed.clip_id, summed.day, summed.casts,
            coalesce(
                (
                    select owner_id
                    from rank_scores
                    where board = 'clips' and span = 'all' and ends = 'infinity' and subject_id = summed.clip_id
                ), clips.user_id
            ) as owner_id
        from (
            select clip_id, day, sum(casts)::int as casts
            from (
                select clip_id, day, casts
                from for_clips
                where not is_hidden
                union all
                select clip_id, day, casts
                from shown
            ) counted
            group by clip_id, day
        ) summed
        join tournament_clips clips on clips.id = summed.clip_id
    ), of_members as (
        select change.id as user_id, taken.day, sum(coalesce(change.casts, 1))::int as casts
        from taken
        cross join unnest(taken.members, taken.member_casts) change (id, casts)
        join users on users.id = change.id and users.left_at is null
        group by change.id, taken.day
    ), by_day as (
        select 'clips' as board, clip_id as subject_id, owner_id, day, casts
        from of_clips
        union all
        select 'voters', user_id, null, day, casts
        from of_members
        union all
        select 'creators', owner_id, null, day, sum(casts)::int
        from of_clips
        join users on users.id = owner_id and users.left_at is null
        group by owner_id, day
    )
    select (select count(*) from taken),
        (
            select array_agg(row(board, spans.span, spans.ends, subject_id, owner_id, casts)::rank_change)
            from by_day
            cross join rank_spans(today, by_day.day) spans
        ),
        (
            select array_agg(row('voters', 'day', day, user_id, null, casts)::rank_change)
            from of_members
            where day < today
        )
    into taken_rows, changes, earlier;
    if changes is not null then
        perform apply_rank_changes(changes);
    end if;
    if earlier is not null then
        perform change_member_days(earlier);
    end if;
    return taken_rows;
end
$$;

-- Decides again which clips and members the boards list, where something about them has changed. What is gone leaves the
-- boards; a clip that belongs to somebody else now takes its votes along. The caller holds lock_ranks(). Returns how many
-- changes it took.
create or replace function judge_rank_listings()
returns int
language plpgsql
set search_path = public, pg_temp
as $$
declare
    taken_rows int;
    of_clips uuid[];
    of_members uuid[];
    changes rank_change[];
begin
    with taken as (
        delete from rank_listings
        returning kind, subject_id
    )
    select count(*), coalesce(array_agg(distinct subject_id) filter (where kind = 'clip'), '{}'),
        coalesce(array_agg(distinct subject_id) filter (where kind = 'member'), '{}')
    into taken_rows, of_clips, of_members
    from taken;
    if taken_rows = 0 then
        return 0;
    end if;
    of_clips := array(
        select unnest(of_clips)
        union
        select id
        from tournament_clips
        where user_id = any (of_members)
    );

    with moved as (
        select scores.span, scores.ends, scores.votes, scores.owner_id as old_owner, clips.user_id as new_owner
        from rank_scores scores
        left join tournament_clips clips on clips.id = scores.subject_id
        where scores.subject_id = any (of_clips) and scores.board = 'clips'
            and scores.owner_id is distinct from clips.user_id
    )
    select array_agg(row('creators', span, ends, owner_id, null, votes)::rank_change)
    into changes
    from (
        select span, ends, old_owner as owner_id, - votes as votes
        from moved
        union all
        select span, ends, new_owner, votes
        from moved
        join users on users.id = moved.new_owner and users.left_at is null
    ) counted;
    if changes is not null then
        perform apply_rank_changes(changes);
    end if;
    update rank_scores
    set owner_id = clips.user_id
    from tournament_clips clips
    where rank_scores.board = 'clips' and rank_scores.subject_id = any (of_clips)
        and clips.id = rank_scores.subject_id and clips.user_id <> rank_scores.owner_id;

    -- As one that is not listed first, so that the counts are changed at one place.
    with judged as (
        select board, span, ends, subject_id, votes, listed,
            case board
                when 'clips' then exists (select from tournament_clips where id = subject_id)
                else exists (select from users where id = subject_id and left_at is null)
            end as is_known,
            is_listed(board, subject_id) as is_listed
        from rank_scores
        where (board = 'clips' and subject_id = any (of_clips))
            or (board <> 'clips' and subject_id = any (of_members))
    ), gone as (
        delete from rank_scores
        using judged
        where not judged.is_known and rank_scores.board = judged.board and rank_scores.span = judged.span
            and rank_scores.ends = judged.ends and rank_scores.subject_id = judged.subject_id
    ), flipped as (
        update rank_scores
        set listed = judged.is_listed
        from judged
        where judged.is_known and judged.listed <> judged.is_listed and rank_scores.board = judged.board
            and rank_scores.span = judged.span and rank_scores.ends = judged.ends
            and rank_scores.subject_id = judged.subject_id
    )
    insert into rank_counts as kept (board, span, ends, votes, entries)
    select board, span, ends, votes, sum(case when judged.is_listed then 1 else -1 end)
    from judged
    where judged.votes > 0 and judged.listed <> judged.is_listed
    group by board, span, ends, votes
    having sum(case when judged.is_listed then 1 else -1 end) <> 0
    on conflict (board, span, ends, votes) do update
    set entries = kept.entries + excluded.entries;
    delete from rank_counts where entries = 0;
    return taken_rows;
end
$$;

-- Counts the weeks that end on `today` from their days, and how many entries each score of them has.
create or replace function count_rank_weeks(today date)
returns void
language sql
set search_path = public, pg_temp
as $$
    delete from rank_scores where span = 'week';
    delete from rank_counts where span = 'week';
    insert into rank_scores (board, span, ends, subject_id, owner_id, votes, listed)
    select board, 'week', week.ends, subject_id, (array_agg(owner_id))[1], sum(votes), bool_and(listed)
    from rank_scores
    cross join lateral (select case when rank_scores.ends > today - 7 then today else today - 7 end as ends) week
    where span = 'day' and rank_scores.ends > today - 14 and rank_scores.ends <= today
    group by board, week.ends, subject_id;
    insert into rank_counts (board, span, ends, votes, entries)
    select board, span, ends, votes, count(*)
    from rank_scores
    where span = 'week' and listed and votes > 0
    group by board, span, ends, votes;
$$;

-- Begins a day: closes those before for the streaks and XP of members, forgets the oldest one, and moves the weeks. The caller
-- holds lock_ranks().
create or replace function begin_rank_day(today date)
returns void
language sql
set search_path = public, pg_temp
as $$
    select close_member_days((select day from rank_state), today);
    delete from rank_scores where span = 'day' and ends <= today - 14;
    delete from rank_counts where span = 'day' and ends <= today - 14;
    select count_rank_weeks(today);
    update rank_state set day = today;
$$;

-- Counts the boards from the votes. The caller holds lock_ranks(). The log is emptied by the statement that reads the votes,
-- so a vote that commits meanwhile is in neither, and a vote that both know is counted here.
create or replace function count_ranks(today date)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    delete from rank_scores;
    delete from rank_counts;
    delete from rank_hidden;
    delete from rank_listings;
    delete from member_days;
    delete from member_points;
    with folded as (
        delete from rank_changes
    ), for_clips as (
        select votes.season_id, votes.slot_position, votes.clip_id, clips.user_id as owner_id,
            (votes.created_at at time zone 'utc')::date as day, sum(votes.casts)::int as casts,
            hides_counts(votes.season_id, votes.slot_position) as is_hidden
        from votes
        join tournament_clips clips on clips.id = votes.clip_id
        where votes.voided_at is null
        group by votes.season_id, votes.slot_position, votes.clip_id, clips.user_id,
            (votes.created_at at time zone 'utc')::date
    ), hidden as (
        insert into rank_hidden (season_id, slot_position, clip_id, day, casts)
        select season_id, slot_position, clip_id, day, casts
        from for_clips
        where is_hidden
    ), by_members as (
        select votes.user_id, (votes.created_at at time zone 'utc')::date as day, sum(votes.casts)::int as casts
        from votes
        join users on users.id = votes.user_id and users.left_at is null
        where votes.voided_at is null
        group by votes.user_id, (votes.created_at at time zone 'utc')::date
    ), of_earlier_days as (
        insert into member_days (user_id, day, votes, streak)
        select user_id, day, casts, row_number() over (partition by user_id, run order by day)
        from (
            select user_id, day, casts, day - (row_number() over (partition by user_id order by day))::int as run
            from by_members
            where day < today
        ) runs
    ), by_day as (
        select 'clips' as board, clip_id as subject_id, owner_id, day, casts
        from for_clips
        where not is_hidden
        union all
        select 'creators', owner_id, null, day, casts
        from for_clips
        join users on users.id = owner_id and users.left_at is null
        where not is_hidden
        union all
        select 'voters', user_id, null, day, casts
        from by_members
    ), summed as (
        select by_day.board, spans.span, spans.ends, by_day.subject_id, by_day.owner_id, sum(by_day.casts)::int as votes
        from by_day
        cross join rank_spans(today, by_day.day) spans
        where spans.span <> 'week'
        group by by_day.board, spans.span, spans.ends, by_day.subject_id, by_day.owner_id
    ), judged as materialized (
        select board, subject_id, is_listed(board, subject_id) as listed
        from summed
        where span = 'all'
    )
    insert into rank_scores (board, span, ends, subject_id, owner_id, votes, listed)
    select summed.board, summed.span, summed.ends, summed.subject_id, summed.owner_id, summed.votes, judged.listed
    from summed
    join judged on judged.board = summed.board and judged.subject_id = summed.subject_id;
    insert into rank_counts (board, span, ends, votes, entries)
    select board, span, ends, votes, count(*)
    from rank_scores
    where listed and votes > 0
    group by board, span, ends, votes;
    perform count_rank_weeks(today);
    perform sum_member_points(array(select distinct user_id from member_days));
    insert into badge_checks (user_id)
    select id
    from users
    where left_at is null;
    insert into rank_state (day, folded_at)
    values (today, dailies_now())
    on conflict (singleton) do update set day = excluded.day;
end
$$;

-- Adds to the boards what has changed since the last time, at most `most` rows of the log. Returns how many rows that were;
-- null when another process is doing it. The first time everything is counted.
create or replace function fold_ranks(most int default 1000)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    today constant date := (dailies_now() at time zone 'utc')::date;
    moment constant timestamptz := dailies_now();
    known_day date;
    taken int := 0;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('dailies.ranks', 0)) then
        return null;
    end if;
    select day into known_day from rank_state;
    if known_day is null then
        perform count_ranks(today);
    elsif known_day < today then
        -- What was cast on the days before is counted before they are closed.
        taken := fold_rank_changes(known_day, most);
        if taken = most then
            return taken;
        end if;
        perform begin_rank_day(today);
    end if;
    taken := taken + fold_rank_changes(greatest(today, known_day), most) + judge_rank_listings();
    update rank_state set folded_at = moment where taken < most;
    return taken;
end
$$;

-- Empties the log within the caller's transaction, so that it names no clip or member any more. Takes lock_ranks(), which is
-- held for as long as the transaction.
create or replace function settle_ranks()
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    step constant int := 1000;
    known_day date;
begin
    perform lock_ranks();
    select day into known_day from rank_state;
    if known_day is null then
        -- The first fold counts everything, whether it is logged or not.
        delete from rank_changes;
        delete from rank_listings;
        return;
    end if;
    loop
        exit when fold_rank_changes(known_day, step) < step;
    end loop;
    perform judge_rank_listings();
end
$$;

-- Lets the next fold count everything anew: for programs that write votes themselves.
create or replace function forget_ranks()
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform lock_ranks();
    delete from rank_state;
end
$$;

revoke all on function
    lock_ranks(),
    hides_counts(uuid, int),
    fold_rank_changes(date, int),
    judge_rank_listings(),
    count_rank_weeks(date),
    begin_rank_day(date),
    count_ranks(date),
    fold_ranks(int),
    settle_ranks(),
    forget_ranks()
    from public;
grant execute on function fold_ranks(int), forget_ranks() to dailies_jobs;
