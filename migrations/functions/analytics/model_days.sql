-- What the rows say about models and their days. This is the one place that says what is counted.
create or replace function count_model_days(models uuid[], first_day date, last_day date)
returns setof model_days
language sql
stable
set search_path = public, pg_temp
as $$
    with bounds as (
        select first_day::timestamp at time zone 'utc' as starts, (last_day + 1)::timestamp at time zone 'utc' as ends
    ), runs as (
        select model_id, has_source, utc_day(ended_at) as day,
            count(*) filter (where outcome = 'completed')::int as completed,
            count(*) filter (where outcome = 'failed')::int as failed,
            count(*) filter (where outcome = 'cancelled')::int as cancelled,
            count(took_ms) filter (where outcome = 'completed')::int as timed,
            coalesce(sum(took_ms) filter (where outcome = 'completed'), 0)::bigint as took_ms,
            coalesce(sum(took_ms::numeric * took_ms) filter (where outcome = 'completed'), 0) as took_ms_squared,
            coalesce(sum(video_ms) filter (where outcome = 'completed'), 0) as video_ms,
            coalesce(sum(video_ms) filter (where outcome = 'completed' and cost_usd is not null), 0) as priced_ms,
            coalesce(sum(cost_usd) filter (where outcome = 'completed'), 0) as cost_usd,
            coalesce(sum(cost_usd) filter (where outcome <> 'completed'), 0) as lost_usd
        from generation_runs
        where model_id = any (models) and ended_at >= (select starts from bounds) and ended_at < (select ends from bounds)
        group by model_id, has_source, utc_day(ended_at)
    ), compared as (
        select videos.model_id, comparisons.kind = 'image-to-video' as has_source, utc_day(videos.added_at) as day,
            count(*)::int as compared,
            coalesce(sum(generations.cost_usd), 0) as compared_usd,
            sum(videos.vote_count)::int as compared_votes,
            sum(videos.vote_count::bigint * videos.vote_count)::bigint as compared_votes_squared
        from comparison_videos videos
        join comparisons on comparisons.id = videos.comparison_id
        join generations on generations.id = videos.generation_id and generations.status = 'completed'
        where videos.model_id = any (models) and videos.added_at >= (select starts from bounds)
            and videos.added_at < (select ends from bounds)
        group by videos.model_id, comparisons.kind, utc_day(videos.added_at)
    ), cast_votes as (
        select videos.model_id, comparisons.kind = 'image-to-video' as has_source, utc_day(video_votes.created_at) as day,
            count(*)::int as votes
        from video_votes
        join comparison_videos videos on videos.generation_id = video_votes.video_id
        join comparisons on comparisons.id = videos.comparison_id
        where videos.model_id = any (models) and video_votes.created_at >= (select starts from bounds)
            and video_votes.created_at < (select ends from bounds)
        group by videos.model_id, comparisons.kind, utc_day(video_votes.created_at)
    ), fought as (
        select sides.model_id, battles.has_source, utc_day(battles.cast_at) as day,
            count(*) filter (where battles.outcome = sides.side)::int as wins,
            count(*) filter (where battles.outcome = sides.other)::int as losses,
            count(*) filter (where battles.outcome in ('tie', 'bothBad'))::int as ties
        from battles
        cross join lateral (
            values (battles.left_model_id, 'left', 'right'), (battles.right_model_id, 'right', 'left')
        ) sides (model_id, side, other)
        where battles.void_id is null and sides.model_id = any (models)
            and battles.cast_at >= (select starts from bounds)
            and battles.cast_at < (select ends from bounds)
        group by sides.model_id, battles.has_source, utc_day(battles.cast_at)
    )
    select model_id, has_source, day, coalesce(completed, 0), coalesce(failed, 0), coalesce(cancelled, 0),
        coalesce(timed, 0), coalesce(took_ms, 0), coalesce(took_ms_squared, 0), coalesce(video_ms, 0),
        coalesce(priced_ms, 0), coalesce(cost_usd, 0)::numeric(14, 4), coalesce(lost_usd, 0)::numeric(14, 4),
        coalesce(compared, 0), coalesce(compared_usd, 0)::numeric(14, 4), coalesce(compared_votes, 0),
        coalesce(compared_votes_squared, 0), coalesce(votes, 0), coalesce(wins, 0), coalesce(losses, 0), coalesce(ties, 0)
    from runs
    full join compared using (model_id, has_source, day)
    full join cast_votes using (model_id, has_source, day)
    full join fought using (model_id, has_source, day);
$$;

-- Counts days of models again.
create or replace function recount_model_days(models uuid[], first_day date, last_day date)
returns void
language sql
set search_path = public, pg_temp
as $$
    delete from model_days where model_id = any (models) and day between first_day and last_day;
    insert into model_days
    select *
    from count_model_days(models, first_day, last_day);
$$;

-- Counts again what is noted, at most `most` notes. Returns how many those were; null when another process is doing it. The
-- first time everything is counted. A note is taken and its days are counted in one transaction, which sees everything that
-- was committed with the note; a change that is committed later brings a note of its own.
create or replace function fold_model_days(most int default 10000)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := dailies_now();
    taken int := 0;
    step record;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('dailies.model_days', 0)) then
        return null;
    end if;
    if not exists (select from model_day_state) then
        delete from model_day_changes;
        perform recount_model_days(array(select id from models), '-infinity', 'infinity');
    else
        for step in
            with notes as (
                delete from model_day_changes
                where ctid = any (array(select ctid from model_day_changes limit most))
                returning model_id, day
            )
            select day, array_agg(distinct model_id) as models, count(*)::int as notes
            from notes
            group by day
        loop
            perform recount_model_days(step.models, coalesce(step.day, '-infinity'), coalesce(step.day, 'infinity'));
            taken := taken + step.notes;
        end loop;
    end if;
    if taken < most then
        insert into model_day_state (counted_at)
        values (moment)
        on conflict (singleton) do update set counted_at = excluded.counted_at;
    end if;
    return taken;
end
$$;

-- Days that differ from the rows: what was found and what is expected, null for none. Noted days are not compared, so
-- the caller may look while things change. It reads every run, vote and battle.
create or replace function model_day_drift()
returns table (model_id uuid, has_source boolean, day date, found jsonb, expected jsonb)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select model_id, has_source, day, to_jsonb(kept), to_jsonb(counted)
    from model_days kept
    full join count_model_days(array(select id from models), '-infinity', 'infinity') counted
        using (model_id, has_source, day)
    where kept is distinct from counted
        and exists (select from model_day_state)
        and not exists (
            select
            from model_day_changes notes
            where notes.model_id = coalesce(kept.model_id, counted.model_id)
                and (notes.day is null or notes.day = coalesce(kept.day, counted.day))
        )
    order by day, model_id, has_source;
$$;

-- Counts everything anew, and returns what differed.
create or replace function repair_model_days()
returns table (model_id uuid, has_source boolean, day date, found jsonb, expected jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    perform pg_advisory_xact_lock(hashtextextended('dailies.model_days', 0));
    return query select * from model_day_drift();
    delete from model_days;
    delete from model_day_state;
    perform fold_model_days();
end
$$;

revoke all on function
    count_model_days(uuid[], date, date),
    recount_model_days(uuid[], date, date),
    fold_model_days(int),
    model_day_drift(),
    repair_model_days()
    from public;
grant execute on function fold_model_days(int), model_day_drift(), repair_model_days() to dailies_jobs;
