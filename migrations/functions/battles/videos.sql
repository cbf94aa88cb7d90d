-- Which videos are public for battles, each with its group: videos of one group show the same prompt. These are the finished
-- videos of public comparisons, and videos that members published out of one request for several models.
create or replace function public_battle_videos()
returns table (
    generation_id uuid,
    group_id uuid,
    model_id uuid,
    comparison_id uuid,
    has_source boolean,
    video_key text,
    is_retired boolean
)
language sql
stable
-- No path is set, so that the planner puts the query in the place of the call.
as $$
    select generations.id, comparisons.id, generations.model_id, comparisons.id,
        generations.source_image_id is not null, generations.video_key, not models.is_active
    from public.comparisons
    join public.comparison_videos videos on videos.comparison_id = comparisons.id
    join public.generations on generations.id = videos.generation_id
    join public.models on models.id = generations.model_id
    where comparisons.is_public and comparisons.archived_at is null and generations.status = 'completed'
        and generations.video_key is not null
    union all
    select generations.id, generations.group_id, generations.model_id, null,
        generations.source_image_id is not null, generations.video_key, not models.is_active
    from public.generations
    join public.models on models.id = generations.model_id
    where generations.published_at is not null and generations.group_kind = 'models'
        and not exists (
            select
            from public.comparison_videos videos
            join public.comparisons on comparisons.id = videos.comparison_id
            where videos.generation_id = generations.id and comparisons.is_public and comparisons.archived_at is null
        );
$$;

-- Videos after a given one that need a copy for their group: there is none yet, or it was made for another group. Another
-- model must have a video in the group too.
create or replace function battle_copies_missing(after uuid, most int)
returns table (generation_id uuid, video_key text)
language sql
stable
set search_path = public, pg_temp
as $$
    select shown.generation_id, shown.video_key
    from public_battle_videos() shown
    where (after is null or shown.generation_id > after)
        and not exists (
            select
            from battle_videos copies
            where copies.generation_id = shown.generation_id and copies.group_id = shown.group_id
        )
        and exists (
            select
            from public_battle_videos() others
            where others.group_id = shown.group_id and others.model_id <> shown.model_id
        )
    order by shown.generation_id
    limit most;
$$;

revoke all on function public_battle_videos(), battle_copies_missing(uuid, int) from public;
grant execute on function public_battle_videos(), battle_copies_missing(uuid, int) to dailies_jobs;
