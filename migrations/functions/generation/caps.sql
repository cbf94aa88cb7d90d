-- What members and providers may spend in a calendar month, UTC.

-- What a member has spent or reserved in this month, and the caps that count for the member; null for no cap.
create or replace function member_spending(member uuid)
returns table (credits bigint, milliseconds bigint, cap_credits int, cap_milliseconds bigint)
language sql
stable
set search_path = public, pg_temp
as $$
    select
        (
            select coalesce(sum(case state when 'reserved' then amount else coalesce(settled_amount, 0) end), 0)
            from credit_reservations
            where user_id = member and created_at >= date_trunc('month', dailies_now() at time zone 'utc') at time zone 'utc'
        ),
        used_milliseconds(member, null, null), caps.monthly_credits, caps.monthly_seconds * 1000::bigint
    from (values (1)) one
    left join lateral (
        select monthly_credits, monthly_seconds
        from member_caps
        where user_id = member or user_id is null
        order by user_id nulls last
        limit 1
    ) caps on true;
$$;

-- What a provider has cost in this month, or will at most.
create or replace function provider_spending(wanted_provider text)
returns numeric
language sql
stable
set search_path = public, pg_temp
as $$
    select coalesce(sum(coalesce(cost_usd, expected_usd)), 0)
    from generation_runs
    where provider = wanted_provider
        and reserved_at >= date_trunc('month', dailies_now() at time zone 'utc') at time zone 'utc';
$$;

-- The providers whose cap is reached.
create or replace function capped_providers()
returns setof text
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select provider
    from provider_limits
    where monthly_cap_usd is not null and provider_spending(provider) >= monthly_cap_usd;
$$;

-- Why a run would pass a cap, and what is left under it. Outcomes: done, cap_seconds (milliseconds are left), cap_credits,
-- limit_provider. The caller has locked the member's row. Runs at a capped provider are counted one after another.
create or replace function cap_refusal(
    member uuid, wanted_provider text, wanted_ms int, wanted_credits int, expected numeric
)
returns table (outcome text, remaining bigint)
language plpgsql
set search_path = public, pg_temp
as $$
declare
    spent record;
    cap numeric;
begin
    select * into spent from member_spending(member);
    if spent.milliseconds + wanted_ms > spent.cap_milliseconds then
        return query select 'cap_seconds', greatest(spent.cap_milliseconds - spent.milliseconds, 0);
        return;
    elsif spent.credits + wanted_credits > spent.cap_credits then
        return query select 'cap_credits', greatest(spent.cap_credits - spent.credits, 0);
        return;
    end if;
    select monthly_cap_usd
    into cap
    from provider_limits
    where provider = wanted_provider and monthly_cap_usd is not null
    for no key update;
    if expected > 0 and provider_spending(wanted_provider) + expected > cap then
        return query select 'limit_provider', 0::bigint;
        return;
    end if;
    return query select 'done', 0::bigint;
end
$$;

-- Whether a run that waits would be sent although its provider's cap, which may have been lowered since, is reached by what
-- was sent already.
create or replace function is_over_cap(wanted generations)
returns boolean
language sql
stable
set search_path = public, pg_temp
as $$
    select exists (
        select
        from provider_limits
        where provider = wanted.provider and wanted.expected_usd > 0 and monthly_cap_usd < wanted.expected_usd + (
            select coalesce(sum(coalesce(runs.cost_usd, runs.expected_usd)), 0)
            from generation_runs runs
            where runs.provider = wanted.provider and runs.generation_id <> wanted.id
                and runs.reserved_at >= date_trunc('month', dailies_now() at time zone 'utc') at time zone 'utc'
                and not exists (
                    select
                    from generations
                    where generations.id = runs.generation_id and generations.run = runs.run
                        and generations.status = 'queued'
                )
        )
    );
$$;

-- Sets what a provider is allowed; `limits` holds the columns of provider_limits that change, null takes a limit away.
-- Outcomes: done, provider_not_found.
create or replace function set_provider_limits(actor uuid, wanted_provider text, limits jsonb)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    old provider_limits;
    new provider_limits;
    difference record;
begin
    perform require_admin(actor);
    perform from providers where name = wanted_provider for key share;
    if not found then
        return 'provider_not_found';
    end if;
    insert into provider_limits (provider) values (wanted_provider) on conflict do nothing;
    select * into old from provider_limits where provider = wanted_provider for update;
    new := jsonb_populate_record(old, limits - 'provider');
    update provider_limits
    set monthly_cap_usd = new.monthly_cap_usd,
        concurrency = new.concurrency,
        submissions_per_minute = new.submissions_per_minute
    where provider = wanted_provider
    returning * into new;
    select *
    into difference
    from changed_facts(camel_names(to_jsonb(old) - 'provider'), camel_names(to_jsonb(new) - 'provider'));
    if difference.after <> '{}' then
        perform write_audit(
            actor, 'provider.set_limits', 'provider', wanted_provider, null, difference.before, difference.after
        );
    end if;
    return 'done';
end
$$;

-- Sets what a member may spend in a month, or all members without a cap of their own when `member` is null. Null takes a cap
-- away; without both the member falls back to what counts for all. Outcomes: done, member_not_found.
create or replace function set_member_cap(actor uuid, member uuid, credits int, seconds int)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    old member_caps;
begin
    perform require_admin(actor);
    if member is not null and not exists (select from users where id = member and left_at is null) then
        return 'member_not_found';
    end if;
    select * into old from member_caps where user_id is not distinct from member for update;
    if (old.monthly_credits, old.monthly_seconds) is not distinct from (credits, seconds) then
        return 'done';
    end if;
    delete from member_caps where user_id is not distinct from member;
    if credits is not null or seconds is not null then
        insert into member_caps (user_id, monthly_credits, monthly_seconds) values (member, credits, seconds);
    end if;
    perform write_audit(
        actor, 'member.set_cap', case when member is null then 'site' else 'user' end, coalesce(member::text, 'members'),
        null, jsonb_build_object('monthlyCredits', old.monthly_credits, 'monthlySeconds', old.monthly_seconds),
        jsonb_build_object('monthlyCredits', credits, 'monthlySeconds', seconds)
    );
    return 'done';
end
$$;

revoke all on function
    member_spending(uuid),
    provider_spending(text),
    capped_providers(),
    cap_refusal(uuid, text, int, int, numeric),
    is_over_cap(generations),
    set_provider_limits(uuid, text, jsonb),
    set_member_cap(uuid, uuid, int, int)
    from public;
grant execute on function
    member_spending(uuid),
    provider_spending(text),
    capped_providers(),
    set_provider_limits(uuid, text, jsonb),
    set_member_cap(uuid, uuid, int, int)
    to dailies_web, dailies_jobs;
