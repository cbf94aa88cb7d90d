-- Two models beside each other, from what everyone may see: battles of the two, and public comparisons in which both have a
-- finished video. With the owner's rights, since the policy of generations would be judged for every video.
create or replace function head_to_head(one uuid, other uuid)
returns table (
    comparisons int,
    one_votes int,
    other_votes int,
    one_ahead int,
    other_ahead int,
    one_ms int,
    other_ms int,
    one_cost text,
    other_cost text,
    one_wins int,
    other_wins int,
    ties int,
    both_bad int
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    with shared as (
        select one_videos.vote_count as one_votes, other_videos.vote_count as other_votes,
            extract(epoch from one_run.provider_done_at - one_run.acknowledged_at) * 1000 as one_ms,
            extract(epoch from other_run.provider_done_at - other_run.acknowledged_at) * 1000 as other_ms,
            one_run.cost_usd as one_cost, other_run.cost_usd as other_cost
        from comparison_videos one_videos
        join comparison_videos other_videos
            on other_videos.comparison_id = one_videos.comparison_id and other_videos.model_id = other
        join comparisons
            on comparisons.id = one_videos.comparison_id and comparisons.is_public and comparisons.archived_at is null
        join generations one_run on one_run.id = one_videos.generation_id and one_run.status = 'completed'
        join generations other_run on other_run.id = other_videos.generation_id and other_run.status = 'completed'
        where one_videos.model_id = one
    ),
    fought as (
        select case when left_model_id = one then outcome when outcome = 'left' then 'right' when outcome = 'right' then 'left'
            else outcome end as outcome
        from battles
        where void_id is null
            and (left_model_id = one and right_model_id = other or left_model_id = other and right_model_id = one)
    )
    select count(*)::int, coalesce(sum(one_votes), 0)::int, coalesce(sum(other_votes), 0)::int,
        count(*) filter (where one_votes > other_votes)::int, count(*) filter (where other_votes > one_votes)::int,
        avg(one_ms)::int, avg(other_ms)::int, round(avg(one_cost), 4)::text, round(avg(other_cost), 4)::text,
        (select count(*)::int from fought where outcome = 'left'),
        (select count(*)::int from fought where outcome = 'right'),
        (select count(*)::int from fought where outcome = 'tie'),
        (select count(*)::int from fought where outcome = 'bothBad')
    from shared;
$$;

-- The comparisons that two models share, the latest first.
create or replace function shared_comparisons(one uuid, other uuid, most int)
returns table (
    slug text,
    title text,
    one_votes int,
    other_votes int,
    one_poster text,
    other_poster text,
    published_at timestamptz
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select comparisons.slug, comparisons.title, one_videos.vote_count, other_videos.vote_count, one_run.poster_key,
        other_run.poster_key, comparisons.published_at
    from comparison_videos one_videos
    join comparison_videos other_videos
        on other_videos.comparison_id = one_videos.comparison_id and other_videos.model_id = other
    join comparisons
        on comparisons.id = one_videos.comparison_id and comparisons.is_public and comparisons.archived_at is null
    join generations one_run on one_run.id = one_videos.generation_id and one_run.status = 'completed'
    join generations other_run on other_run.id = other_videos.generation_id and other_run.status = 'completed'
    where one_videos.model_id = one
    order by comparisons.published_at desc, comparisons.id
    limit most;
$$;

-- The models with which a model shares public comparisons, or fought battles, those with the most first.
create or replace function rivals(wanted uuid, most int)
returns table (slug text, name text, meetings int)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select models.slug, models.name, sum(met.meetings)::int
    from (
        select others.model_id, count(*) as meetings
        from comparison_videos own
        join comparisons on comparisons.id = own.comparison_id and comparisons.is_public and comparisons.archived_at is null
        join comparison_videos others on others.comparison_id = own.comparison_id and others.model_id <> wanted
        where own.model_id = wanted
        group by others.model_id
        union all
        select right_model_id, count(*)
        from battles
        where left_model_id = wanted and void_id is null
        group by right_model_id
        union all
        select left_model_id, count(*)
        from battles
        where right_model_id = wanted and void_id is null
        group by left_model_id
    ) met
    join models on models.id = met.model_id
    group by models.slug, models.name
    order by sum(met.meetings) desc, models.name, models.slug
    limit most;
$$;

revoke all on function
    head_to_head(uuid, uuid),
    shared_comparisons(uuid, uuid, int),
    rivals(uuid, int)
    from public;
grant execute on function
    head_to_head(uuid, uuid),
    shared_comparisons(uuid, uuid, int),
    rivals(uuid, int)
    to dailies_web, dailies_jobs;
