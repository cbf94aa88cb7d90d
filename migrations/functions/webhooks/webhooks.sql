-- What the audit log says of a webhook. Its secret is never part of it.
create or replace function webhook_facts(hook webhooks)
returns jsonb
language sql
stable
as $$
    select jsonb_build_object('name', hook.name, 'url', hook.url, 'events', hook.events, 'enabled', hook.enabled);
$$;

-- Creates a webhook with an encrypted secret. Outcomes: created, too_many_webhooks.
create or replace function create_webhook(
    actor uuid,
    new_id uuid,
    new_name text,
    new_url text,
    new_events text[],
    is_enabled boolean,
    new_secret bytea
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    most constant int := 20;
    made webhooks;
begin
    perform require_admin(actor);
    -- Of two that are created at once only one can be the last.
    perform pg_advisory_xact_lock(hashtext('webhooks'));
    if (select count(*) from webhooks) >= most then
        return 'too_many_webhooks';
    end if;
    insert into webhooks (id, name, url, events, enabled, secret, created_at, updated_at)
    values (new_id, new_name, new_url, new_events, is_enabled, new_secret, dailies_now(), dailies_now())
    returning * into made;
    perform write_audit(actor, 'webhook.create', 'webhook', new_id::text, after => webhook_facts(made));
    return 'created';
end
$$;

-- Ends what waits for a webhook, as failed.
create or replace function end_webhook_deliveries(target uuid)
returns void
language sql
set search_path = public, pg_temp
as $$
    update webhook_deliveries
    set state = 'failed',
        finished_at = dailies_now(),
        next_attempt_at = null
    where webhook_id = target and state = 'waiting';
$$;

-- Changes a webhook; null leaves a value as it is. Switched off, what waits for it fails; switched on or moved to another
-- address, it begins without its failures. Outcomes: changed, webhook_not_found.
create or replace function change_webhook(
    actor uuid,
    changed uuid,
    new_name text,
    new_url text,
    new_events text[],
    is_enabled boolean
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    old webhooks;
    made webhooks;
    starts_over boolean;
begin
    perform require_admin(actor);
    select * into old from webhooks where id = changed for update;
    if old.id is null then
        return 'webhook_not_found';
    end if;
    starts_over := coalesce(is_enabled, false) and not old.enabled or coalesce(new_url, old.url) <> old.url;
    update webhooks
    set name = coalesce(new_name, name),
        url = coalesce(new_url, url),
        events = coalesce(new_events, events),
        enabled = coalesce(is_enabled, enabled),
        disabled_reason = case when coalesce(is_enabled, enabled) then null else disabled_reason end,
        failures = case when starts_over then 0 else failures end,
        failing_since = case when starts_over then null else failing_since end,
        held_until = case when starts_over then null else held_until end,
        updated_at = dailies_now()
    where id = changed
    returning * into made;
    if old.enabled and not made.enabled then
        perform end_webhook_deliveries(changed);
    end if;
    if webhook_facts(old) <> webhook_facts(made) then
        perform write_audit(actor, 'webhook.change', 'webhook', changed::text, null, facts.before, facts.after)
        from changed_facts(webhook_facts(old), webhook_facts(made)) facts;
    end if;
    return 'changed';
end
$$;

-- Gives a webhook another secret. The one before signs too for a day. False when there is no such webhook.
create or replace function rotate_webhook_secret(actor uuid, changed uuid, new_secret bytea)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform require_admin(actor);
    update webhooks
    set former_secret = secret,
        former_secret_until = dailies_now() + interval '24 hours',
        secret = new_secret,
        updated_at = dailies_now()
    where id = changed;
    if not found then
        return false;
    end if;
    perform write_audit(actor, 'webhook.rotate', 'webhook', changed::text);
    return true;
end
$$;

-- Deletes a webhook with its deliveries. False when there is no such webhook.
create or replace function delete_webhook(actor uuid, deleted uuid)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    old webhooks;
begin
    perform require_admin(actor);
    delete from webhooks where id = deleted returning * into old;
    if old.id is null then
        return false;
    end if;
    delete from webhook_events
    where not exists (select from webhook_deliveries where event_id = webhook_events.id);
    perform write_audit(actor, 'webhook.delete', 'webhook', deleted::text, before => webhook_facts(old));
    return true;
end
$$;

-- Sends a test event to one webhook, also to one that is switched off. Null when there is no such webhook.
create or replace function send_webhook_test(actor uuid, tested uuid)
returns uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    hook webhooks;
    event uuid;
    delivery uuid;
begin
    perform require_admin(actor);
    select * into hook from webhooks where id = tested;
    if hook.id is null then
        return null;
    end if;
    insert into webhook_events (type, body, created_at)
    values (
        'webhook.test', webhook_body('webhook.test', jsonb_build_object('webhookId', hook.id, 'name', hook.name)),
        dailies_now()
    )
    returning id into event;
    insert into webhook_deliveries (webhook_id, event_id, created_at, next_attempt_at)
    values (tested, event, dailies_now(), dailies_now())
    returning id into delivery;
    perform enqueue_webhook_deliveries(array[delivery], array[tested]);
    perform write_audit(actor, 'webhook.test', 'webhook', tested::text);
    return delivery;
end
$$;

-- Puts deliveries into the queue again, whose schedule begins anew: one, or those of a webhook that failed and were created
-- since a time, the oldest first and 1,000 at most. Outcomes: done with their number, delivery_not_found,
-- webhook_not_found, webhook_disabled.
create or replace function redeliver_webhooks(
    actor uuid,
    wanted uuid,
    target uuid,
    since timestamptz,
    out outcome text,
    out redelivered int
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    hook webhooks;
    ids uuid[];
begin
    perform require_admin(actor);
    redelivered := 0;
    if wanted is not null then
        select webhook_id into target from webhook_deliveries where id = wanted;
        if target is null then
            outcome := 'delivery_not_found';
            return;
        end if;
    end if;
    select * into hook from webhooks where id = target for share;
    outcome := case
        when hook.id is null then 'webhook_not_found'
        when not hook.enabled then 'webhook_disabled'
        else 'done'
    end;
    if outcome <> 'done' then
        return;
    end if;
    with chosen as (
        select id
        from webhook_deliveries
        where case
            when wanted is not null then id = wanted
            else webhook_id = target and state = 'failed' and created_at >= since
        end
        order by created_at, id
        limit 1000
        for update
    ), again as (
        update webhook_deliveries
        set state = 'waiting',
            tries = 0,
            next_attempt_at = dailies_now(),
            finished_at = null
        from chosen
        where webhook_deliveries.id = chosen.id
        returning webhook_deliveries.id
    )
    select array_agg(id) into ids from again;
    redelivered := coalesce(cardinality(ids), 0);
    if redelivered = 0 then
        return;
    end if;
    perform enqueue_webhook_deliveries(ids, array_fill(target, array[redelivered]));
    perform write_audit(
        actor, 'webhook.redeliver', 'webhook', target::text,
        after => jsonb_build_object('deliveries', redelivered, 'since', rfc3339(since))
    );
end
$$;

-- Records an attempt of a delivery in the transaction that completes its job. `wait` is the time until the next one; null
-- when there is none. `verdict` is delivered, failed, or gone when the target wants nothing any more, which switches the
-- webhook off. So does an attempt that fails when none has succeeded for three days.
create or replace function record_webhook_attempt(
    wanted uuid,
    began timestamptz,
    took_ms int,
    status int,
    fault text,
    answer text,
    verdict text,
    wait interval
)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    hook webhooks;
    delivery webhook_deliveries;
    off text;
begin
    select webhooks.*
    into hook
    from webhook_deliveries
    join webhooks on webhooks.id = webhook_deliveries.webhook_id
    where webhook_deliveries.id = wanted
    for update of webhooks;
    select * into delivery from webhook_deliveries where id = wanted for update;
    if delivery.id is null then
        return;
    end if;
    insert into webhook_attempts (delivery_id, number, started_at, duration_ms, status, fault, answer)
    values (
        wanted, delivery.attempts + 1, began, took_ms, record_webhook_attempt.status, record_webhook_attempt.fault,
        record_webhook_attempt.answer
    );
    off := case
        when not hook.enabled then null
        when verdict = 'gone' then 'gone'
        when verdict = 'failed' and hook.failing_since < dailies_now() - interval '3 days' then 'failing'
    end;
    update webhook_deliveries
    set attempts = attempts + 1,
        tries = tries + 1,
        state = case when verdict = 'delivered' then 'delivered' when wait is null then 'failed' else 'waiting' end,
        finished_at = case when verdict = 'delivered' or wait is null then dailies_now() end,
        next_attempt_at = case when verdict <> 'delivered' then dailies_now() + wait end
    where id = wanted;
    update webhooks
    set failures = case verdict when 'delivered' then 0 else failures + 1 end,
        failing_since = case verdict when 'delivered' then null else coalesce(failing_since, dailies_now()) end,
        succeeded_at = case verdict when 'delivered' then dailies_now() else succeeded_at end,
        -- At most a minute: longer waits are those of each delivery.
        held_until = case
            when verdict <> 'delivered' then dailies_now() + least(failures + 1, 6) * interval '10 seconds'
        end,
        enabled = enabled and off is null,
        disabled_reason = coalesce(off, disabled_reason)
    where id = hook.id;
    if off is not null then
        perform end_webhook_deliveries(hook.id);
        perform write_audit(
            null, 'webhook.disable', 'webhook', hook.id::text,
            case off
                when 'gone' then 'The target answered 410: it wants nothing any more.'
                else 'Every attempt of the last three days failed.'
            end
        );
    elsif verdict <> 'delivered' and wait is not null then
        perform enqueue_webhook_deliveries(array[wanted], array[hook.id], dailies_now() + wait);
    end if;
end
$$;

-- Deletes events of which the last delivery ended a month ago, with their deliveries, a batch at a time. What waits without a
-- job, since an admin has cancelled it or it was given up, has failed.
create or replace function sweep_webhook_events(batch int)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    swept int;
begin
    update webhook_deliveries deliveries
    set state = 'failed',
        finished_at = dailies_now(),
        next_attempt_at = null
    where state = 'waiting' and next_attempt_at < dailies_now() - interval '1 hour'
        and not exists (
            select from jobs
            where kind = 'deliver_webhook' and payload = jsonb_build_object('delivery', deliveries.id)
                and jobs.state in ('queued', 'running')
        );
    delete from webhook_events
    where id in (
        select events.id
        from webhook_events events
        where events.created_at < dailies_now() - interval '30 days'
            and not exists (
                select from webhook_deliveries deliveries
                where deliveries.event_id = events.id
                    and coalesce(deliveries.finished_at > dailies_now() - interval '30 days', true)
            )
        limit batch
    );
    get diagnostics swept = row_count;
    return swept;
end
$$;

revoke all on function
    webhook_facts(webhooks),
    create_webhook(uuid, uuid, text, text, text[], boolean, bytea),
    end_webhook_deliveries(uuid),
    change_webhook(uuid, uuid, text, text, text[], boolean),
    rotate_webhook_secret(uuid, uuid, bytea),
    delete_webhook(uuid, uuid),
    send_webhook_test(uuid, uuid),
    redeliver_webhooks(uuid, uuid, uuid, timestamptz),
    record_webhook_attempt(uuid, timestamptz, int, int, text, text, text, interval),
    sweep_webhook_events(int)
    from public;
grant execute on function
    create_webhook(uuid, uuid, text, text, text[], boolean, bytea),
    change_webhook(uuid, uuid, text, text, text[], boolean),
    rotate_webhook_secret(uuid, uuid, bytea),
    delete_webhook(uuid, uuid),
    send_webhook_test(uuid, uuid),
    redeliver_webhooks(uuid, uuid, uuid, timestamptz)
    to dailies_web;
grant execute on function
    record_webhook_attempt(uuid, timestamptz, int, int, text, text, text, interval),
    sweep_webhook_events(int)
    to dailies_jobs;
