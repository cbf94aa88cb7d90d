-- How much each public comparison shows, from 0 to 1000.
--
-- Votes are decisive as far as the leading video has more than an equal share of them: (share - 1/n) / (1 - 1/n) for n finished
-- videos. Battles are decisive as far as one video of each pair won more often than the other: |wins - losses| / battles. Both
-- count by their number, and ten undecided judgements are added, so that a few say little.
create or replace function comparison_scores()
returns table (comparison_id uuid, score int)
language sql
stable
set search_path = public, pg_temp
as $$
    with voted as (
        select videos.comparison_id, count(*) as videos,
            count(*) filter (where generations.status = 'completed') as completed,
            sum(videos.vote_count) filter (where generations.status = 'completed') as votes,
            max(videos.vote_count) filter (where generations.status = 'completed') as most
        from comparison_videos videos
        join comparisons on comparisons.id = videos.comparison_id and comparisons.is_public and comparisons.archived_at is null
        join generations on generations.id = videos.generation_id
        group by videos.comparison_id
    ), pairs as (
        select comparison_id, count(*) as battles,
            abs(
                count(*) filter (where outcome = case when left_id < right_id then 'left' else 'right' end)
                - count(*) filter (where outcome = case when left_id < right_id then 'right' else 'left' end)
            ) as lead
        from battles
        where comparison_id is not null and void_id is null
        group by comparison_id, least(left_id, right_id), greatest(left_id, right_id)
    ), fought as (
        select comparison_id, sum(battles) as battles, sum(lead) as lead
        from pairs
        group by comparison_id
    )
    select voted.comparison_id,
        round(
            1000.0 * completed / videos
            * (
                case when completed > 1 and votes > 0 then (most * completed - votes)::numeric / (completed - 1) else 0 end
                + coalesce(lead, 0)
            )
            / (coalesce(votes, 0) + coalesce(battles, 0) + 10)
        )::int
    from voted
    left join fought using (comparison_id);
$$;

-- Writes the scores that have changed. Returns how many those were.
create or replace function score_comparisons()
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    changed int;
begin
    update comparisons
    set quality_score = scores.score
    from comparison_scores() scores
    where comparisons.id = scores.comparison_id and comparisons.quality_score <> scores.score;
    get diagnostics changed = row_count;
    return changed;
end
$$;

revoke all on function comparison_scores(), score_comparisons() from public;
grant execute on function score_comparisons() to dailies_jobs;
