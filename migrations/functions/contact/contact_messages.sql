-- Stores what a visitor wrote, and enqueues a job that mails it if `is_mailed`.
create or replace function add_contact_message(
    writer text,
    address text,
    about text,
    words text,
    member uuid,
    is_mailed boolean
)
returns bigint
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    made bigint;
begin
    insert into contact_messages (name, email, subject, message, user_id, created_at)
    values (writer, address, about, words, member, dailies_now())
    returning id into made;
    if is_mailed then
        perform enqueue_job(
            'send_contact_message', jsonb_build_object('id', made), 'outward', job_max_attempts => 12
        );
    end if;
    return made;
end
$$;

create or replace function list_contact_messages(actor uuid, before_id bigint, most int)
returns setof contact_messages
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
begin
    perform require_admin(actor);
    return query
    select *
    from contact_messages
    where before_id is null or id < before_id
    order by id desc
    limit most;
end
$$;

revoke all on function
    add_contact_message(text, text, text, text, uuid, boolean),
    list_contact_messages(uuid, bigint, int)
    from public;
grant execute on function add_contact_message(text, text, text, text, uuid, boolean) to dailies_web;
grant execute on function list_contact_messages(uuid, bigint, int) to dailies_web, dailies_jobs;
