-- The season that new clips join: the active one, else the newest draft.
create or replace function season_for_uploads()
returns uuid
language sql
stable
as $$
    select id
    from seasons
    where status in ('active', 'draft')
    order by status = 'active' desc, number desc
    limit 1;
$$;

drop function if exists begin_upload(uuid, text, text, bigint, bigint, interval, int);

-- Begins an upload within the member's limits, so that no member sends megabytes in vain. `purpose` is clip, or picture for one
-- that videos start from. Outcomes: begun, upload_limit, and of clips no_season and clip_limit_reached.
create or replace function begin_upload(
    member uuid,
    file_name text,
    content_type text,
    size_bytes bigint,
    part_bytes bigint,
    lifetime interval,
    open_limit int,
    purpose text default 'clip'
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
    -- Uploads are counted under a lock of their own, so that of two that begin at once only one can be the last.
    perform pg_advisory_xact_lock(hashtextextended('uploads ' || member::text, 0));
    if begin_upload.purpose = 'clip' then
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
    end if;
    if open_limit <= (
        select count(*)
        from uploads
        where user_id = member and uploads.purpose = begin_upload.purpose
            and registered_at is null and expires_at > dailies_now()
    ) then
        return query select 'upload_limit', null::uuid;
        return;
    end if;
    insert into uploads (
        user_id, purpose, file_name, content_type, size_bytes, part_bytes, part_count, created_at, expires_at
    )
    values (
        member, begin_upload.purpose, begin_upload.file_name, begin_upload.content_type, begin_upload.size_bytes,
        begin_upload.part_bytes, (begin_upload.size_bytes + begin_upload.part_bytes - 1) / begin_upload.part_bytes,
        dailies_now(), dailies_now() + lifetime
    )
    returning id into begun;
    return query select 'begun', begun;
end
$$;

-- Whether a part of an upload may still be written: it is not registered and not too old, and its sender is not banned; or a
-- worker sends it under its lease. nginx asks this without a user.
create or replace function upload_accepts_part(upload uuid, part int)
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
    )
    or exists (
        select
        from worker_tasks
        join workers on workers.id = worker_tasks.worker_id
        where lease = upload and state = 'running' and part_count >= part and workers.revoked_at is null
    );
$$;

-- Registers an upload as a pending clip, once, within the member's limit. Outcomes: registered, upload_not_found,
-- already_registered (with the clip), no_season, clip_limit_reached.
create or replace function register_clip(
    member uuid,
    registered_upload uuid,
    title text,
    description text,
    genre text,
    ai_generated boolean
)
returns table (outcome text, clip_id uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    upload uploads;
    season seasons;
    registered uuid;
begin
    -- The member's row is the lock under which clips are counted, so that of two registrations one can be the last.
    perform from users where id = member for no key update;
    select * into upload from uploads where id = registered_upload and user_id = member and purpose = 'clip' for update;
    if upload.id is null then
        return query select 'upload_not_found', null::uuid;
        return;
    end if;
    if upload.registered_at is not null then
        return query
        select 'already_registered', (select id from tournament_clips where upload_id = registered_upload);
        return;
    end if;
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

    update uploads set registered_at = dailies_now() where id = registered_upload;
    insert into tournament_clips (
        season_id, user_id, upload_id, title, description, genre, ai_generated, rights_confirmed_at,
        consent_confirmed_at, licence_accepted_at, terms_version, created_at
    )
    values (
        season.id, member, registered_upload, register_clip.title, register_clip.description,
        register_clip.genre, register_clip.ai_generated, dailies_now(), dailies_now(), dailies_now(), current_terms(),
        dailies_now()
    )
    returning id into registered;
    return query select 'registered', registered;
end
$$;

-- The model that made a clip, and when, where this site knows it. The caller has checked that the clip may be seen.
create or replace function clip_origin(clip uuid)
returns table (model text, made_at timestamptz)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select uploads.origin_model, uploads.origin_at
    from tournament_clips
    join uploads on uploads.id = tournament_clips.upload_id
    where tournament_clips.id = clip and uploads.origin_model is not null;
$$;

revoke all on function
    clip_origin(uuid),
    begin_upload(uuid, text, text, bigint, bigint, interval, int, text),
    upload_accepts_part(uuid, int),
    register_clip(uuid, uuid, text, text, text, boolean)
    from public;
grant execute on function upload_accepts_part(uuid, int), clip_origin(uuid) to dailies_web;
grant execute on function
    begin_upload(uuid, text, text, bigint, bigint, interval, int, text),
    register_clip(uuid, uuid, text, text, text, boolean)
    to dailies_web, dailies_jobs;
