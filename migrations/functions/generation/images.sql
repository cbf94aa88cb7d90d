-- Begins sending a picture. Outcomes: begun, upload_limit.
create or replace function begin_source_image(
    member uuid,
    file_name text,
    content_type text,
    size_bytes bigint,
    part_bytes bigint,
    lifetime interval,
    open_limit int
)
returns table (outcome text, id uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    begun uuid;
begin
    perform pg_advisory_xact_lock(hashtextextended('source images ' || member::text, 0));
    if open_limit <= (
        select count(*)
        from source_images
        where user_id = member and state = 'sending' and expires_at > dailies_now()
    ) then
        return query select 'upload_limit', null::uuid;
        return;
    end if;
    insert into source_images (
        user_id, file_name, content_type, size_bytes, part_bytes, part_count, created_at, expires_at
    )
    values (
        member, begin_source_image.file_name, begin_source_image.content_type, begin_source_image.size_bytes,
        begin_source_image.part_bytes,
        (begin_source_image.size_bytes + begin_source_image.part_bytes - 1) / begin_source_image.part_bytes,
        dailies_now(), dailies_now() + lifetime
    )
    returning source_images.id into begun;
    return query select 'begun', begun;
end
$$;

-- Hands a picture that has been sent to the job that re-encodes it, once. Outcomes: done, image_not_found.
create or replace function register_source_image(member uuid, wanted uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept source_images;
begin
    select * into kept from source_images where id = wanted and user_id = member for update;
    if kept.id is null or kept.state = 'sending' and kept.expires_at <= dailies_now() then
        return 'image_not_found';
    end if;
    if kept.state = 'sending' then
        update source_images set state = 'processing' where id = wanted;
        perform enqueue_job(
            'process_source_image', jsonb_build_object('id', wanted), 'default', 1, null, wanted::text, 'keep', '{}', 5
        );
    end if;
    return 'done';
end
$$;

-- Whether a part of a picture may still be written. nginx asks this without a user.
create or replace function source_image_accepts_part(wanted uuid, part int)
returns boolean
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select exists (
        select from source_images
        join users on users.id = source_images.user_id
        where source_images.id = wanted
            and source_images.state = 'sending'
            and source_images.expires_at > dailies_now()
            and source_images.part_count >= part
            and users.banned_at is null
    );
$$;

-- Removes pictures that were never sent, and those that no video has started from for a day. Returns their ids; the caller
-- deletes the files.
create or replace function sweep_source_images()
returns setof uuid
language sql
security definer
set search_path = public, pg_temp
as $$
    delete from source_images images
    where images.id in (
        select candidates.id
        from source_images candidates
        where (
                candidates.state = 'sending' and candidates.expires_at < dailies_now()
                or candidates.state <> 'sending' and candidates.created_at < dailies_now() - interval '1 day'
            )
            and not exists (select from generations where source_image_id = candidates.id)
        limit 200
    )
    returning images.id;
$$;

revoke all on function
    begin_source_image(uuid, text, text, bigint, bigint, interval, int),
    register_source_image(uuid, uuid),
    source_image_accepts_part(uuid, int),
    sweep_source_images()
    from public;
grant execute on function
    begin_source_image(uuid, text, text, bigint, bigint, interval, int),
    register_source_image(uuid, uuid),
    source_image_accepts_part(uuid, int)
    to dailies_web, dailies_jobs;
grant execute on function sweep_source_images() to dailies_jobs;

-- Where a picture is stored, for the one who was given a signed address of it.
create or replace function source_image_key(wanted uuid)
returns text
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select storage_key from source_images where id = wanted and state = 'ready';
$$;

revoke all on function source_image_key(uuid) from public;
grant execute on function source_image_key(uuid) to dailies_web;
