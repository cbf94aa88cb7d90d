-- Begins an upload within the member's limits, so that nobody sends megabytes for nothing. Outcomes: begun,
-- no_season, clip_limit_reached, upload_limit.
create or replace function begin_upload(
    member uuid,
    file_name text,
    content_type text,
    size_bytes bigint,
    part_bytes bigint,
    lifetime interval,
    open_limit int
)
returns table (outcome text, upload_id uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    season seasons;
    begun uuid;
begin
    -- Uploads are counted under a lock of their own, so that two that begin at once cannot both be the last.
    perform pg_advisory_xact_lock(hashtextextended('uploads ' || member::text, 0));
    select * into season from seasons where id = season_for_uploads();
    if season.id is null then
        return query select 'no_season', null::uuid;
        return;
    end if;
    if season.max_active_clips_per_member <= (
        select count(*)
        from tournament_clips
        where user_id = member and season_id = season.id
            and status in ('pending', 'active') and processing <> 'failed'
    ) then
        return query select 'clip_limit_reached', null::uuid;
        return;
    end if;
    if open_limit <= (
        select count(*)
        from uploads
        where user_id = member and registered_at is null and expires_at > dailies_now()
    ) then
        return query select 'upload_limit', null::uuid;
        return;
    end if;
    insert into uploads (
        user_id, file_name, content_type, size_bytes, part_bytes, part_count, created_at, expires_at
    )
    values (
        member, begin_upload.file_name, begin_upload.content_type, begin_upload.size_bytes, begin_upload.part_bytes,
        (begin_upload.size_bytes + begin_upload.part_bytes - 1) / begin_upload.part_bytes, dailies_now(),
        dailies_now() + lifetime
    )
    returning id into begun;
    return query select 'begun', begun;
end
$$;

-- Whether a part of an upload may still be written: it is not registered, not too old, and its sender not banned. The
-- web server asks, for nobody in particular.
create or replace function upload_takes_part(upload uuid, part int)
returns boolean
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select exists (
        select from uploads
        join users on users.id = uploads.user_id
        where uploads.id = upload
            and uploads.registered_at is null
            and uploads.expires_at > dailies_now()
            and uploads.part_count >= part
            and users.banned_at is null
    );
$$;

revoke all on function begin_upload(uuid, text, text, bigint, bigint, interval, int) from public;
revoke all on function upload_takes_part(uuid, int) from public;
grant execute on function begin_upload(uuid, text, text, bigint, bigint, interval, int) to dailies_web, dailies_jobs;
grant execute on function upload_takes_part(uuid, int) to dailies_web;
