-- What notes which days of which models must be counted again. A note costs a row; what is noted twice is counted once.
drop trigger if exists generation_runs_sourced on generation_runs;
drop trigger if exists generation_runs_inserted on generation_runs;
drop trigger if exists generation_runs_changed on generation_runs;
drop trigger if exists generation_runs_deleted on generation_runs;
drop trigger if exists generations_recounted on generations;
drop trigger if exists comparison_videos_added on comparison_videos;
drop trigger if exists comparison_videos_changed on comparison_videos;
drop trigger if exists comparison_videos_removed on comparison_videos;
drop trigger if exists video_votes_inserted on video_votes;
drop trigger if exists video_votes_updated on video_votes;
drop trigger if exists video_votes_deleted on video_votes;
drop trigger if exists battles_inserted on battles;
drop trigger if exists battles_updated on battles;
drop trigger if exists battles_deleted on battles;

create or replace function utc_day(moment timestamptz)
returns date
language sql
immutable
as $$
    select (moment at time zone 'utc')::date;
$$;

-- A run that ends keeps whether it started from a picture.
create or replace function note_source_of_run()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    new.has_source := exists (
        select from generations where id = new.generation_id and source_image_id is not null
    );
    return new;
end
$$;
create trigger generation_runs_sourced
before update of outcome on generation_runs
for each row
when (old.outcome is null and new.outcome is not null)
execute function note_source_of_run();

create or replace function note_changed_run()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    if tg_op <> 'INSERT' and old.ended_at is not null then
        insert into model_day_changes values (old.model_id, utc_day(old.ended_at));
    end if;
    if tg_op <> 'DELETE' and new.ended_at is not null then
        insert into model_day_changes values (new.model_id, utc_day(new.ended_at));
    end if;
    return null;
end
$$;
create trigger generation_runs_inserted
after insert on generation_runs
for each row
when (new.ended_at is not null)
execute function note_changed_run();
create trigger generation_runs_changed
after update on generation_runs
for each row
when (
    (old.model_id, old.has_source, old.outcome, old.ended_at, old.cost_usd, old.video_ms, old.took_ms)
    is distinct from
    (new.model_id, new.has_source, new.outcome, new.ended_at, new.cost_usd, new.video_ms, new.took_ms)
)
execute function note_changed_run();
create trigger generation_runs_deleted
after delete on generation_runs
for each row
when (old.ended_at is not null)
execute function note_changed_run();

-- A video of a comparison that is finished, or costs something else.
create or replace function note_recounted_generation()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into model_day_changes
    select model_id, utc_day(added_at)
    from comparison_videos
    where generation_id = new.id;
    return null;
end
$$;
create trigger generations_recounted
after update of status, cost_usd on generations
for each row
when (
    'completed' in (old.status, new.status) and (old.status, old.cost_usd) is distinct from (new.status, new.cost_usd)
)
execute function note_recounted_generation();

-- With a video go its votes, of many days. They may go first, when nothing says any more whose they were, so a video that is
-- removed has all days of its model counted again.
create or replace function note_compared_video()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    if tg_op = 'DELETE' or tg_op = 'UPDATE' and old.model_id <> new.model_id then
        insert into model_day_changes values (old.model_id, null);
    end if;
    if tg_op = 'INSERT' then
        insert into model_day_changes values (new.model_id, utc_day(new.added_at));
    elsif tg_op = 'UPDATE' then
        insert into model_day_changes
        values (new.model_id, case when (old.model_id, old.added_at) = (new.model_id, new.added_at) then utc_day(new.added_at) end);
    end if;
    return null;
end
$$;
create trigger comparison_videos_added
after insert on comparison_videos
for each row
execute function note_compared_video();
create trigger comparison_videos_changed
after update on comparison_videos
for each row
when ((old.model_id, old.added_at, old.vote_count) is distinct from (new.model_id, new.added_at, new.vote_count))
execute function note_compared_video();
create trigger comparison_videos_removed
after delete on comparison_videos
for each row
execute function note_compared_video();

-- Votes, a statement at a time. What they change in the sums of their video is noted by the video's row.
create or replace function note_video_votes()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into model_day_changes
    select distinct videos.model_id, utc_day(changed.created_at)
    from changed
    join comparison_videos videos on videos.generation_id = changed.video_id;
    return null;
end
$$;
create or replace function note_updated_video_votes()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into model_day_changes
    select distinct videos.model_id, utc_day(changed.created_at)
    from (select * from before union all select * from after) changed
    join comparison_videos videos on videos.generation_id = changed.video_id;
    return null;
end
$$;
create trigger video_votes_inserted
after insert on video_votes
referencing new table as changed
for each statement
execute function note_video_votes();
create trigger video_votes_updated
after update on video_votes
referencing old table as before new table as after
for each statement
execute function note_updated_video_votes();
create trigger video_votes_deleted
after delete on video_votes
referencing old table as changed
for each statement
execute function note_video_votes();

create or replace function note_battles()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into model_day_changes
    select left_model_id, utc_day(cast_at)
    from changed
    union
    select right_model_id, utc_day(cast_at)
    from changed;
    return null;
end
$$;
create or replace function note_updated_battles()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into model_day_changes
    select left_model_id, utc_day(cast_at)
    from (select * from before union all select * from after) changed
    union
    select right_model_id, utc_day(cast_at)
    from (select * from before union all select * from after) changed;
    return null;
end
$$;
create trigger battles_inserted
after insert on battles
referencing new table as changed
for each statement
execute function note_battles();
create trigger battles_updated
after update on battles
referencing old table as before new table as after
for each statement
execute function note_updated_battles();
create trigger battles_deleted
after delete on battles
referencing old table as changed
for each statement
execute function note_battles();

revoke all on function
    note_source_of_run(),
    note_changed_run(),
    note_recounted_generation(),
    note_compared_video(),
    note_video_votes(),
    note_updated_video_votes(),
    note_battles(),
    note_updated_battles()
    from public;
