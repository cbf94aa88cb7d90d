-- Notifies a member of an event, once for each event key. `facts` holds what the sentence of the kind needs; `path` in it
-- is the page to open. Members are not notified of what they did themselves.
create or replace function notify_member(
    member uuid,
    kind text,
    event_key text,
    facts jsonb default '{}',
    actor uuid default null
)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    if member is null or member = actor then
        return;
    end if;
    insert into notifications (user_id, kind, event_key, facts, actor_id, created_at)
    values (member, notify_member.kind, notify_member.event_key, notify_member.facts, actor, dailies_now())
    on conflict on constraint notifications_event_key do nothing;
    if found then
        perform enqueue_job(
            'publish',
            jsonb_build_object(
                'channel', 'user:' || member, 'name', 'notified',
                'message', jsonb_build_object('name', 'notified')::text
            ),
            job_priority => 1
        );
    end if;
end
$$;

-- Notifies everybody of an event by one row, once for each event key.
create or replace function notify_everybody(kind text, event_key text, facts jsonb default '{}')
returns void
language sql
set search_path = public, pg_temp
as $$
    insert into notifications (kind, event_key, facts, created_at)
    values (notify_everybody.kind, notify_everybody.event_key, notify_everybody.facts, dailies_now())
    on conflict on constraint notifications_event_key do nothing;
$$;

revoke all on function
    notify_member(uuid, text, text, jsonb, uuid),
    notify_everybody(text, text, jsonb)
from public;
grant execute on function
    notify_member(uuid, text, text, jsonb, uuid),
    notify_everybody(text, text, jsonb)
to dailies_jobs;
