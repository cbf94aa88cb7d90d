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
declare
    choice notification_choices;
    made bigint;
begin
    if member is null or member = actor then
        return;
    end if;
    select * into choice
    from notification_choices
    where user_id = member and notification_choices.kind = notify_member.kind;
    if choice.user_id is not null and not (choice.in_app or choice.push or choice.email) then
        return;
    end if;
    insert into notifications (user_id, kind, event_key, facts, actor_user_id, is_listed, created_at)
    select users.id, notify_member.kind, notify_member.event_key, notify_member.facts, actor,
        coalesce(choice.in_app, true), dailies_now()
    from users
    where users.id = member and users.left_at is null
    on conflict on constraint notifications_event_key do nothing
    returning id into made;
    if made is null then
        return;
    end if;
    if coalesce(choice.in_app, true) then
        perform announce_unread(member);
    end if;
    if choice.push and exists (select from push_subscriptions where user_id = member) then
        -- A decision can be undone for a while, and what was pushed cannot be taken back.
        perform enqueue_push(
            made, 1,
            case when notify_member.kind in ('clip_approved', 'clip_rejected') then dailies_now() + interval '15 seconds' end
        );
    end if;
end
$$;

-- Notifies everybody of an event by one row, once for each event key. The announcement of a round replaces the one before,
-- whose round is over.
create or replace function notify_everybody(kind text, event_key text, facts jsonb default '{}')
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    made bigint;
begin
    insert into notifications (kind, event_key, facts, created_at)
    values (notify_everybody.kind, notify_everybody.event_key, notify_everybody.facts, dailies_now())
    on conflict on constraint notifications_event_key do nothing
    returning id into made;
    if made is null then
        return;
    end if;
    if notify_everybody.kind = 'new_round' then
        delete from notifications
        where user_id is null and notifications.kind = 'new_round' and id <> made;
    else
        -- Pages learn of a new round by its own event.
        perform enqueue_job(
            'publish',
            jsonb_build_object(
                'channel', 'slot', 'name', 'announced',
                'message', jsonb_build_object('name', 'announced')::text
            ),
            job_priority => 1
        );
    end if;
    perform announce_change('notices', 'all');
    if exists (
        select from notification_choices where notification_choices.kind = notify_everybody.kind and push
    ) then
        perform enqueue_push(made, -1, null);
    end if;
end
$$;

-- Takes back what a member was notified of: its cause no longer holds.
create or replace function retract_notification(member uuid, kinds text[], event_key text)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    delete from notifications
    where user_id = member and kind = any (kinds) and notifications.event_key = retract_notification.event_key;
    if found then
        perform announce_unread(member);
    end if;
end
$$;

-- Lets the hosts forget how much a member has not read, and the member's open pages ask again.
create or replace function announce_unread(member uuid)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    perform announce_change_late('notices', 'user:' || member);
    perform enqueue_job(
        'publish',
        jsonb_build_object(
            'channel', 'user:' || member, 'name', 'notified',
            'message', jsonb_build_object('name', 'notified')::text
        ),
        job_priority => 1
    );
end
$$;

-- Puts the sending of a notification to browsers into the queue.
create or replace function enqueue_push(notification bigint, priority int, due timestamptz)
returns void
language sql
set search_path = public, pg_temp
as $$
    insert into push_runs (notification_id, started_at)
    values (notification, dailies_now())
    on conflict do nothing;
    select enqueue_job(
        'push_notification', jsonb_build_object('id', notification), 'outward', priority, due,
        'push ' || notification, 'keep', '{}', 20
    );
$$;

-- An announcement of an admin, or of the operator, to everybody.
create or replace function announce_to_everybody(actor uuid, title text, text text, path text)
returns bigint
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    key constant text := gen_random_uuid();
begin
    perform require_admin(actor);
    perform notify_everybody(
        'system', key,
        jsonb_strip_nulls(
            jsonb_build_object(
                'title', announce_to_everybody.title, 'text', announce_to_everybody.text,
                'path', announce_to_everybody.path
            )
        )
    );
    perform write_audit(
        actor, 'site.announce', 'announcement', key, null, null,
        jsonb_build_object('title', announce_to_everybody.title, 'text', announce_to_everybody.text)
    );
    return (select id from notifications where user_id is null and kind = 'system' and event_key = key);
end
$$;

-- Deletes what is older than half a year, some rows at a time; returns how many.
create or replace function sweep_notifications(batch int)
returns int
language plpgsql
set search_path = public, pg_temp
as $$
declare
    removed int;
begin
    delete from notifications
    where id in (
        select id
        from notifications
        where created_at < dailies_now() - interval '180 days'
        order by created_at
        limit batch
    );
    get diagnostics removed = row_count;
    return removed;
end
$$;

revoke all on function
    notify_member(uuid, text, text, jsonb, uuid),
    notify_everybody(text, text, jsonb),
    retract_notification(uuid, text[], text),
    announce_unread(uuid),
    enqueue_push(bigint, int, timestamptz),
    announce_to_everybody(uuid, text, text, text),
    sweep_notifications(int)
from public;
grant execute on function
    notify_member(uuid, text, text, jsonb, uuid),
    notify_everybody(text, text, jsonb),
    retract_notification(uuid, text[], text),
    announce_unread(uuid),
    enqueue_push(bigint, int, timestamptz),
    announce_to_everybody(uuid, text, text, text),
    sweep_notifications(int)
to dailies_jobs;
