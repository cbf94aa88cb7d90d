-- What keeps the counts of comparisons and tags true, in the transaction of each change. A change of a generation locks
-- it before its comparison, and a vote locks its video before the comparison.
drop trigger if exists generations_compared on generations;
drop trigger if exists comparison_videos_counted on comparison_videos;
drop trigger if exists video_votes_cast on video_votes;
drop trigger if exists video_votes_taken_back on video_votes;
drop trigger if exists comparison_tags_counted on comparison_tags;
drop trigger if exists comparisons_untagged on comparisons;
drop trigger if exists comparisons_listed_counted on comparisons;

-- Counts the finished videos of a comparison. The row is locked first, so that of two videos that end at once the second one
-- counts both.
create or replace function count_comparison_videos(wanted uuid)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    perform from comparisons where id = wanted for no key update;
    update comparisons
    set completed_videos = counted.videos,
        short_side = counted.short_side,
        updated_at = dailies_now()
    from (
        select count(*)::int as videos, coalesce(max(least(generations.width, generations.height)), 0) as short_side
        from comparison_videos videos
        join generations on generations.id = videos.generation_id
        where videos.comparison_id = wanted and generations.status = 'completed'
    ) counted
    where comparisons.id = wanted;
end
$$;

create or replace function note_compared_generation()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    place uuid := (select comparison_id from comparison_videos where generation_id = new.id);
begin
    if place is null then
        return null;
    end if;
    perform count_comparison_videos(place);
    if exists (select from comparisons where id = place and is_public and archived_at is null) then
        perform announce_change('film', 'comparisons');
    end if;
    return null;
end
$$;
create trigger generations_compared
after update of status on generations
for each row
when (old.status is distinct from new.status and 'completed' in (old.status, new.status))
execute function note_compared_generation();

-- A video that leaves takes its votes with it.
create or replace function note_lost_comparison_video()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    update comparisons set vote_count = vote_count - old.vote_count where id = old.comparison_id;
    perform count_comparison_videos(old.comparison_id);
    return null;
end
$$;
create trigger comparison_videos_counted
after delete on comparison_videos
for each row
execute function note_lost_comparison_video();

create or replace function count_video_votes()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    change constant int := case tg_op when 'INSERT' then 1 else -1 end;
begin
    with changed as (
        update comparison_videos
        set vote_count = vote_count + counted.votes
        from (select video_id, change * count(*)::int as votes from votes_changed group by video_id) counted
        where generation_id = counted.video_id
        returning comparison_id, counted.votes
    )
    update comparisons
    set vote_count = vote_count + summed.votes
    from (select comparison_id, sum(votes)::int as votes from changed group by comparison_id) summed
    where comparisons.id = summed.comparison_id;
    return null;
end
$$;
create trigger video_votes_cast
after insert on video_votes
referencing new table as votes_changed
for each statement
execute function count_video_votes();
create trigger video_votes_taken_back
after delete on video_votes
referencing old table as votes_changed
for each statement
execute function count_video_votes();

create or replace function count_tagged_comparison()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    comparison uuid := case tg_op when 'INSERT' then new.comparison_id else old.comparison_id end;
begin
    if exists (select from comparisons where id = comparison and is_public and archived_at is null) then
        if tg_op = 'INSERT' then
            update tags set listed_count = listed_count + 1 where id = new.tag_id;
        else
            update tags set listed_count = listed_count - 1 where id = old.tag_id;
        end if;
    end if;
    return null;
end
$$;
create trigger comparison_tags_counted
after insert or delete on comparison_tags
for each row
execute function count_tagged_comparison();

-- The tags leave before the comparison, while it is known whether it was public.
create or replace function untag_comparison()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    delete from comparison_tags where comparison_id = old.id;
    return old;
end
$$;
create trigger comparisons_untagged
before delete on comparisons
for each row
execute function untag_comparison();

create or replace function count_listed_comparison()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    update tags
    set listed_count = listed_count + case when new.is_public and new.archived_at is null then 1 else -1 end
    where id in (select tag_id from comparison_tags where comparison_id = new.id);
    return null;
end
$$;
create trigger comparisons_listed_counted
after update of is_public, archived_at on comparisons
for each row
when ((old.is_public and old.archived_at is null) <> (new.is_public and new.archived_at is null))
execute function count_listed_comparison();

-- Counts that differ from the rows. None on a sound site.
create or replace function comparison_drift()
returns table (fault text, subject_id uuid, found int, expected int)
language sql
stable
set search_path = public, pg_temp
as $$
    select 'votes of a video', videos.generation_id, videos.vote_count, votes.votes
    from comparison_videos videos
    cross join lateral (
        select count(*)::int as votes from video_votes where video_id = videos.generation_id
    ) votes
    where videos.vote_count <> votes.votes
    union all
    select 'votes of a comparison', comparisons.id, comparisons.vote_count, votes.votes
    from comparisons
    cross join lateral (
        select count(video_votes.video_id)::int as votes
        from comparison_videos videos
        left join video_votes on video_votes.video_id = videos.generation_id
        where videos.comparison_id = comparisons.id
    ) votes
    where comparisons.vote_count <> votes.votes
    union all
    select 'finished videos', comparisons.id, comparisons.completed_videos, videos.videos
    from comparisons
    cross join lateral (
        select count(*)::int as videos
        from comparison_videos
        join generations on generations.id = comparison_videos.generation_id
        where comparison_videos.comparison_id = comparisons.id and generations.status = 'completed'
    ) videos
    where comparisons.completed_videos <> videos.videos
    union all
    select 'comparisons of a tag', tags.id, tags.listed_count, listed.comparisons
    from tags
    cross join lateral (
        select count(*)::int as comparisons
        from comparison_tags
        join comparisons on comparisons.id = comparison_tags.comparison_id
        where comparison_tags.tag_id = tags.id and comparisons.is_public and comparisons.archived_at is null
    ) listed
    where tags.listed_count <> listed.comparisons;
$$;

-- Makes every such count what the rows say, and returns how they differed.
create or replace function repair_comparisons()
returns table (fault text, subject_id uuid, found int, expected int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    wrong record;
begin
    lock table video_votes, comparison_videos, comparisons, comparison_tags in share row exclusive mode;
    for wrong in select * from comparison_drift() loop
        case wrong.fault
            when 'votes of a video' then
                update comparison_videos set vote_count = wrong.expected where generation_id = wrong.subject_id;
            when 'votes of a comparison' then
                update comparisons set vote_count = wrong.expected where id = wrong.subject_id;
            when 'finished videos' then
                perform count_comparison_videos(wrong.subject_id);
            else
                update tags set listed_count = wrong.expected where id = wrong.subject_id;
        end case;
        return query select wrong.fault, wrong.subject_id, wrong.found, wrong.expected;
    end loop;
end
$$;

revoke all on function
    count_comparison_videos(uuid),
    note_compared_generation(),
    note_lost_comparison_video(),
    count_video_votes(),
    count_tagged_comparison(),
    untag_comparison(),
    count_listed_comparison(),
    comparison_drift(),
    repair_comparisons()
    from public;
grant execute on function comparison_drift(), repair_comparisons() to dailies_jobs;
