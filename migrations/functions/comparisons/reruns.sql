-- Adds runs that make videos of a comparison again. Each takes the place of its model's video when it is finished. Outcomes:
-- done, comparison_not_found, video_not_found (the model has none), video_running (its last run has not ended).
create or replace function rerun_comparison_videos(actor uuid, wanted uuid, runs uuid[])
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform require_admin(actor);
    perform from comparisons where id = wanted for no key update;
    if not found then
        return 'comparison_not_found';
    elsif exists (
        select
        from generations made
        where made.id = any (runs) and not exists (
            select from comparison_videos where comparison_id = wanted and model_id = made.model_id
        )
    ) then
        return 'video_not_found';
    elsif exists (
        select
        from generations made
        join comparison_videos shown on shown.comparison_id = wanted and shown.model_id = made.model_id
        join generations present on present.id = shown.generation_id
        where made.id = any (runs) and present.status in ('queued', 'processing', 'uncertain')
    ) or exists (
        select
        from generations made
        join comparison_reruns coming on coming.comparison_id = wanted and coming.model_id = made.model_id and coming.is_next
        where made.id = any (runs)
    ) then
        return 'video_running';
    end if;
    insert into comparison_reruns (generation_id, comparison_id, model_id, is_next, added_at)
    select id, wanted, model_id, true, dailies_now()
    from generations
    where id = any (runs);
    perform write_audit(
        actor, 'comparison.rerun', 'comparison', wanted::text, null, null, jsonb_build_object('videos', cardinality(runs))
    );
    return 'done';
end
$$;

-- Shows a run that is finished in the place of its model's video, which is kept with the number of its votes. They were cast for
-- another video and do not count any more. A run that failed changes nothing.
create or replace function show_rerun()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    coming comparison_reruns;
    shown comparison_videos;
begin
    select * into coming from comparison_reruns where generation_id = new.id and is_next;
    if coming.generation_id is null then
        return null;
    end if;
    if new.status <> 'completed' then
        update comparison_reruns set is_next = false where generation_id = new.id;
        return null;
    end if;
    -- Votes lock the comparison before its videos.
    perform from comparisons where id = coming.comparison_id for no key update;
    select * into shown
    from comparison_videos
    where comparison_id = coming.comparison_id and model_id = coming.model_id
    for update;
    delete from comparison_reruns where generation_id = new.id;
    if shown.generation_id is not null then
        insert into comparison_reruns (generation_id, comparison_id, model_id, is_next, vote_count, added_at)
        values (shown.generation_id, shown.comparison_id, shown.model_id, false, shown.vote_count, shown.added_at);
        delete from comparison_videos where generation_id = shown.generation_id;
    end if;
    insert into comparison_videos (generation_id, comparison_id, model_id, added_at, place)
    values (
        new.id, coming.comparison_id, coming.model_id, coalesce(shown.added_at, coming.added_at),
        coalesce(shown.place, (select group_step from generations where id = shown.generation_id))
    );
    perform count_comparison_videos(coming.comparison_id);
    if exists (select from comparisons where id = coming.comparison_id and is_public and archived_at is null) then
        perform announce_change('film', 'comparisons');
    end if;
    return null;
end
$$;
create or replace trigger generations_rerun
after update of status on generations
for each row
when (old.status is distinct from new.status and new.status in ('completed', 'failed', 'cancelled'))
execute function show_rerun();

revoke all on function rerun_comparison_videos(uuid, uuid, uuid[]), show_rerun() from public;
grant execute on function rerun_comparison_videos(uuid, uuid, uuid[]) to dailies_web;
