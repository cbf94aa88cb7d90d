drop function if exists begin_source_image(uuid, text, text, bigint, bigint, interval, int);

-- Makes an upload whose parts have arrived a picture, and hands it to the job that re-encodes it, once. Outcomes: done,
-- image_not_found.
create or replace function register_source_image(member uuid, wanted uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    sent uploads;
begin
    select * into sent from uploads where id = wanted and user_id = member and purpose = 'picture' for update;
    if exists (select from source_images where id = wanted and user_id = member) then
        return 'done';
    elsif sent.id is null or sent.expires_at <= dailies_now() then
        return 'image_not_found';
    end if;
    update uploads set registered_at = dailies_now() where id = wanted;
    insert into source_images (id, user_id, file_name, content_type, size_bytes, created_at)
    values (wanted, member, sent.file_name, sent.content_type, sent.size_bytes, dailies_now());
    perform enqueue_job(
        'process_source_image', jsonb_build_object('id', wanted), 'default', 1, null, wanted::text, 'keep', '{}', 5
    );
    return 'done';
end
$$;

drop function if exists source_image_accepts_part(uuid, int);

-- Removes pictures that no video has started from for a day. Returns their ids; the caller deletes the files.
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
        where candidates.created_at < dailies_now() - interval '1 day'
            and not exists (select from generations where source_image_id = candidates.id)
        limit 200
    )
    returning images.id;
$$;

revoke all on function register_source_image(uuid, uuid), sweep_source_images() from public;
grant execute on function register_source_image(uuid, uuid) to dailies_web, dailies_jobs;
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
