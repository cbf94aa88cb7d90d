-- Keeps a browser's subscription for a member, who has at most 20; the oldest make room. An endpoint that another member
-- has is taken over only with the same keys, which shows that it is the same browser. Outcomes: subscribed, taken.
create or replace function subscribe_push(
    member uuid,
    session bytea,
    new_endpoint text,
    new_p256dh bytea,
    new_auth bytea,
    new_agent text
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into push_subscriptions as kept (
        user_id, session_hash, endpoint, p256dh, auth_secret, user_agent, created_at
    )
    values (member, session, new_endpoint, new_p256dh, new_auth, left(new_agent, 300), dailies_now())
    on conflict (endpoint) do update
    set user_id = excluded.user_id,
        session_hash = excluded.session_hash,
        p256dh = excluded.p256dh,
        auth_secret = excluded.auth_secret,
        user_agent = excluded.user_agent,
        created_at = excluded.created_at
    where kept.user_id = excluded.user_id
        or kept.p256dh = excluded.p256dh and kept.auth_secret = excluded.auth_secret;
    if not found then
        return 'taken';
    end if;
    delete from push_subscriptions
    where id in (
        select id from push_subscriptions where user_id = member order by created_at desc, id desc offset 20
    );
    return 'subscribed';
end
$$;

-- Removes a member's subscription, by its endpoint or its id; true when there was one.
create or replace function unsubscribe_push(member uuid, old_endpoint text, old_id bigint)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    delete from push_subscriptions
    where user_id = member and (endpoint = old_endpoint or id = old_id);
    return found;
end
$$;

-- The browsers of a member, the latest first.
create or replace function list_push_subscriptions(member uuid)
returns table (id bigint, endpoint text, user_agent text, created_at timestamptz)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select subscriptions.id, subscriptions.endpoint, subscriptions.user_agent, subscriptions.created_at
    from push_subscriptions subscriptions
    where subscriptions.user_id = member
    order by subscriptions.created_at desc, subscriptions.id desc;
$$;

-- Claims the next subscriptions to send a notification to: those that have not been claimed, then those that are due again.
-- No row means that there is nothing to do now. What a process that died had claimed is not claimed again.
create or replace function claim_pushes(wanted bigint, batch int)
returns table (claim int, subscription_id bigint, endpoint text, p256dh bytea, auth_secret bytea, attempt int)
language plpgsql
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    run push_runs;
    news notifications;
    chosen bigint[];
    attempts int[];
begin
    select * into run from push_runs where notification_id = wanted and finished_at is null for update;
    select * into news from notifications where id = wanted;
    if run.notification_id is null or news.id is null then
        return;
    end if;
    if cardinality(run.in_flight) > 0 then
        run.uncertain := run.uncertain + cardinality(run.in_flight);
        run.in_flight := '{}';
    end if;
    run.claims := run.claims + 1;
    -- What is a day old is no news.
    if news.created_at < dailies_now() - interval '1 day' then
        delete from push_retries where notification_id = wanted;
        run.is_scanned := true;
    end if;
    if not run.is_scanned and news.user_id is null then
        chosen := array(
            select subscriptions.id
            from push_subscriptions subscriptions
            join notification_choices choices
                on choices.user_id = subscriptions.user_id and choices.kind = news.kind and choices.push
            join users on users.id = subscriptions.user_id and users.banned_at is null
            where subscriptions.id > run.claimed_until
            order by subscriptions.id
            limit batch
        );
    elsif not run.is_scanned then
        chosen := array(
            select id
            from push_subscriptions
            where user_id = news.user_id and id > run.claimed_until
            order by id
            limit batch
        );
    end if;
    if cardinality(chosen) > 0 then
        run.claimed_until := chosen[cardinality(chosen)];
        return query
        select run.claims, subscriptions.id, subscriptions.endpoint, subscriptions.p256dh,
            subscriptions.auth_secret, 1
        from push_subscriptions subscriptions
        where subscriptions.id = any (chosen);
    else
        run.is_scanned := true;
        with due as (
            delete from push_retries
            where notification_id = wanted and subscription_id in (
                select retries.subscription_id
                from push_retries retries
                where retries.notification_id = wanted and retries.due_at <= dailies_now()
                order by retries.due_at, retries.subscription_id
                limit batch
            )
            returning push_retries.subscription_id as id, push_retries.attempt as number
        )
        select array_agg(due.id), array_agg(due.number)
        into chosen, attempts
        from due;
        return query
        select run.claims, subscriptions.id, subscriptions.endpoint, subscriptions.p256dh,
            subscriptions.auth_secret, due.number
        from unnest(chosen, attempts) due (id, number)
        join push_subscriptions subscriptions on subscriptions.id = due.id;
    end if;
    update push_runs
    set claimed_until = run.claimed_until,
        is_scanned = run.is_scanned,
        claims = run.claims,
        uncertain = run.uncertain,
        in_flight = coalesce(chosen, '{}')
    where notification_id = wanted;
end
$$;

-- Notes how the sending of a claim went: which subscriptions are gone, and which are to be tried again and when.
create or replace function record_pushes(
    wanted bigint,
    of_claim int,
    delivered_count int,
    refused_count int,
    uncertain_count int,
    gone_ids bigint[],
    again_ids bigint[],
    again_attempts int[],
    again_seconds int[]
)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    longest constant int := 8;
begin
    delete from push_subscriptions where id = any (gone_ids);
    insert into push_retries (notification_id, subscription_id, attempt, due_at)
    select wanted, again.id, again.attempt, dailies_now() + make_interval(secs => again.seconds)
    from unnest(again_ids, again_attempts, again_seconds) again (id, attempt, seconds)
    join push_subscriptions subscriptions on subscriptions.id = again.id
    where again.attempt <= longest
        and exists (select from push_runs where notification_id = wanted)
    on conflict do nothing;
    update push_runs
    set delivered = delivered + delivered_count,
        gone = gone + cardinality(gone_ids),
        refused = refused + refused_count
            + (select count(*) from unnest(again_attempts) attempt where attempt > longest)::int,
        uncertain = uncertain + uncertain_count,
        in_flight = case when claims = of_claim then '{}' else in_flight end
    where notification_id = wanted;
end
$$;

-- When a run has something to do again; null when it has ended, which this notes.
create or replace function next_push(wanted bigint)
returns timestamptz
language plpgsql
set search_path = public, pg_temp
as $$
declare
    due constant timestamptz := (select min(due_at) from push_retries where notification_id = wanted);
begin
    if due is null then
        update push_runs
        set finished_at = dailies_now()
        where notification_id = wanted and finished_at is null;
    end if;
    return due;
end
$$;

revoke all on function
    subscribe_push(uuid, bytea, text, bytea, bytea, text),
    unsubscribe_push(uuid, text, bigint),
    list_push_subscriptions(uuid),
    claim_pushes(bigint, int),
    record_pushes(bigint, int, int, int, int, bigint[], bigint[], int[], int[]),
    next_push(bigint)
from public;
grant execute on function
    subscribe_push(uuid, bytea, text, bytea, bytea, text),
    unsubscribe_push(uuid, text, bigint),
    list_push_subscriptions(uuid)
to dailies_web, dailies_jobs;
grant execute on function
    claim_pushes(bigint, int),
    record_pushes(bigint, int, int, int, int, bigint[], bigint[], int[], int[]),
    next_push(bigint)
to dailies_jobs;
