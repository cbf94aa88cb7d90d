-- The ledger. Each function locks the member's balance first, so that changes of one member run one after another, and
-- only then the reservation.

-- The first day of the current month, UTC.
create or replace function credit_month()
returns date
language sql
stable
set search_path = public, pg_temp
as $$
    select date_trunc('month', dailies_now() at time zone 'utc')::date;
$$;

-- Adds an entry and changes the balance with it. The caller has locked the balance.
create or replace function write_credit_entry(
    member uuid,
    kind text,
    to_allotment int,
    to_granted int,
    reference text default null,
    reason text default null,
    actor uuid default null,
    moment timestamptz default null
)
returns int
language plpgsql
set search_path = public, pg_temp
as $$
declare
    after int;
begin
    update credit_balances
    set allotment = allotment + to_allotment,
        granted = granted + to_granted
    where user_id = member
    returning balance into after;
    insert into credit_entries (user_id, happened_at, kind, amount, balance, reference, reason, actor_id)
    values (
        member, coalesce(moment, dailies_now()), write_credit_entry.kind, to_allotment + to_granted, after,
        write_credit_entry.reference, write_credit_entry.reason, actor
    );
    return after;
end
$$;

-- Locks the balance of a member and brings it into the current month: what the last month's allotment left over lapses. A
-- clock that goes back changes nothing.
create or replace function lock_credits(member uuid)
returns credit_balances
language plpgsql
set search_path = public, pg_temp
as $$
declare
    kept credit_balances;
begin
    insert into credit_balances (user_id, month) values (member, credit_month())
    on conflict (user_id) do nothing;
    select * into kept from credit_balances where user_id = member for update;
    if kept.month < credit_month() then
        if kept.allotment > 0 then
            perform write_credit_entry(
                member, 'lapse', - kept.allotment, 0, moment => credit_month()::timestamp at time zone 'utc'
            );
        end if;
        update credit_balances
        set month = credit_month(),
            is_allotted = false
        where user_id = member
        returning * into kept;
    end if;
    return kept;
end
$$;

-- Gives a member the month's allotment, once a month, and returns the balance. `monthly` is the setting
-- MONTHLY_CREDITS. A member who joins during a month gets the whole of it.
create or replace function grant_allotment(member uuid, monthly int)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept credit_balances;
begin
    select * into kept from credit_balances where user_id = member;
    if kept.is_allotted and kept.month >= credit_month() then
        return kept.balance;
    end if;
    kept := lock_credits(member);
    if kept.is_allotted then
        return kept.balance;
    end if;
    update credit_balances set is_allotted = true where user_id = member;
    if monthly <= 0 then
        return kept.balance;
    end if;
    return write_credit_entry(
        member, 'allotment', monthly, 0,
        moment => greatest(
            kept.month::timestamp at time zone 'utc', (select created_at from users where id = member)
        )
    );
end
$$;

-- Sets credits aside. Asked again with the same reference it changes nothing. Outcomes: done, insufficient_credits,
-- reference_taken (by another member, another amount, or a reservation that has ended). `balance` is what is left.
create or replace function reserve_credits(member uuid, wanted text, amount int)
returns table (outcome text, balance int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    kept credit_balances;
    earlier credit_reservations;
    share int;
begin
    if reserve_credits.amount < 0 then
        raise exception 'a reservation cannot be negative' using errcode = 'invalid_parameter_value';
    end if;
    kept := lock_credits(member);
    select * into earlier from credit_reservations where reference = wanted;
    if earlier.reference is not null then
        return query select
            case
                when earlier.user_id = member and earlier.amount = reserve_credits.amount and earlier.state = 'reserved'
                then 'done'
                else 'reference_taken'
            end,
            kept.balance;
        return;
    elsif kept.balance < reserve_credits.amount then
        return query select 'insufficient_credits', kept.balance;
        return;
    end if;
    share := least(kept.allotment, reserve_credits.amount);
    insert into credit_reservations (reference, user_id, amount, from_allotment, month, created_at)
    values (wanted, member, reserve_credits.amount, share, kept.month, dailies_now());
    return query select
        'done',
        write_credit_entry(member, 'reserve', - share, share - reserve_credits.amount, wanted);
end
$$;

-- Ends a reservation: `spent` credits are gone, the rest goes back to where it came from. What came from the allotment of
-- an earlier month lapses at once.
create or replace function end_reservation(wanted text, ended_state text, spent int)
returns table (outcome text, charged int, balance int)
language plpgsql
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    owner constant uuid := (select user_id from credit_reservations where reference = wanted);
    kept credit_balances;
    reservation credit_reservations;
    charge int;
    returned_allotment int;
    after int;
begin
    if owner is null then
        return query select 'reservation_not_found', 0, 0;
        return;
    end if;
    kept := lock_credits(owner);
    select * into reservation from credit_reservations where reference = wanted for update;
    if reservation.state <> 'reserved' then
        return query select
            case when reservation.state = ended_state then 'done' else 'already_' || reservation.state end,
            coalesce(reservation.settled_amount, 0), kept.balance;
        return;
    end if;
    charge := least(greatest(spent, 0), reservation.amount);
    returned_allotment := greatest(reservation.from_allotment - charge, 0);
    update credit_reservations
    set state = ended_state,
        settled_amount = case when ended_state = 'settled' then charge end,
        ended_at = dailies_now()
    where reference = wanted;
    after := write_credit_entry(
        owner, case ended_state when 'settled' then 'settle' else 'release' end, returned_allotment,
        reservation.amount - charge - returned_allotment, wanted
    );
    if reservation.month < kept.month and returned_allotment > 0 then
        after := write_credit_entry(owner, 'lapse', - returned_allotment, 0);
    end if;
    return query select 'done', charge, after;
end
$$;

-- Settles a reservation to its real amount, never above what was reserved. Outcomes: done (also when it was settled
-- before), reservation_not_found, already_released. `charged` is what was spent.
create or replace function settle_credits(wanted text, real_amount int)
returns table (outcome text, charged int, balance int)
language sql
security definer
set search_path = public, pg_temp
as $$
    select * from end_reservation(wanted, 'settled', real_amount);
$$;

-- Returns everything that was reserved. Outcomes: done (also when it was released before), reservation_not_found,
-- already_settled.
create or replace function release_credits(wanted text)
returns table (outcome text, charged int, balance int)
language sql
security definer
set search_path = public, pg_temp
as $$
    select * from end_reservation(wanted, 'released', 0);
$$;

-- Grants credits to a member, or takes granted ones back when `amount` is negative. Outcomes: done, member_not_found,
-- insufficient_credits (more would be taken than the member has), key_reused (the actor's earlier request with this key was
-- another one). A request that is sent again with its key within a day changes nothing.
create or replace function grant_credits(
    actor uuid, member uuid, amount int, grant_reason text, wanted_key text default null
)
returns table (outcome text, balance int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    kept credit_balances;
    earlier credit_grant_keys;
    from_granted int;
    after int;
begin
    perform require_admin(actor);
    if wanted_key is not null then
        perform pg_advisory_xact_lock(hashtextextended('credit grant ' || actor || ' ' || wanted_key, 0));
        delete from credit_grant_keys where actor_id = actor and created_at < dailies_now() - interval '24 hours';
        select * into earlier from credit_grant_keys where actor_id = actor and request_key = wanted_key;
        if earlier.actor_id is not null then
            return query
            select
                case
                    when earlier.user_id = member and earlier.amount = grant_credits.amount then 'done'
                    else 'key_reused'
                end,
                earlier.balance;
            return;
        end if;
    end if;
    if not exists (select from users where id = member and left_at is null) then
        return query select 'member_not_found', 0;
        return;
    end if;
    kept := lock_credits(member);
    if kept.balance + grant_credits.amount < 0 then
        return query select 'insufficient_credits', kept.balance;
        return;
    end if;
    from_granted := greatest(grant_credits.amount, - kept.granted);
    after := write_credit_entry(
        member, 'grant', grant_credits.amount - from_granted, from_granted, reason => grant_reason, actor => actor
    );
    perform write_audit(
        actor, 'member.grant_credits', 'user', member::text, grant_reason,
        jsonb_build_object('balance', kept.balance), jsonb_build_object('balance', after)
    );
    if wanted_key is not null then
        insert into credit_grant_keys (actor_id, request_key, user_id, amount, balance, created_at)
        values (actor, wanted_key, member, grant_credits.amount, after, dailies_now());
    end if;
    return query select 'done', after;
end
$$;

-- Where the ledger and what is kept beside it differ. `fault`: balance (a balance is not the sum of its entries),
-- reservation (its entries are not what it says).
create or replace function credit_drift()
returns table (fault text, user_id uuid, reference text, found bigint, expected bigint)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select 'balance', coalesce(kept.user_id, summed.user_id), null, coalesce(kept.balance, 0)::bigint,
        coalesce(summed.amount, 0)
    from credit_balances kept
    full join (
        select user_id, sum(amount) as amount
        from credit_entries
        group by user_id
    ) summed on summed.user_id = kept.user_id
    where coalesce(kept.balance, 0) <> coalesce(summed.amount, 0)
    union all
    select 'reservation', reservations.user_id, reservations.reference, coalesce(sum(entries.amount), 0),
        case reservations.state
            when 'reserved' then - reservations.amount
            when 'settled' then - reservations.settled_amount
            else 0
        end
    from credit_reservations reservations
    left join credit_entries entries on entries.reference = reservations.reference
    group by reservations.reference
    having coalesce(sum(entries.amount), 0) <> case reservations.state
        when 'reserved' then - reservations.amount
        when 'settled' then - reservations.settled_amount
        else 0
    end
    order by 1, 2, 3;
$$;

-- Makes every balance the sum of its entries, and returns how they differed. Members whose credits change wait meanwhile.
create or replace function repair_credits()
returns table (fault text, user_id uuid, reference text, found bigint, expected bigint)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    lock table credit_balances in share row exclusive mode;
    return query select * from credit_drift();
    update credit_balances kept
    set allotment = least(kept.allotment, greatest(drift.expected, 0)::int),
        granted = greatest(drift.expected, 0)::int - least(kept.allotment, greatest(drift.expected, 0)::int)
    from credit_drift() drift
    where drift.fault = 'balance' and kept.user_id = drift.user_id;
end
$$;

revoke all on function
    credit_month(),
    write_credit_entry(uuid, text, int, int, text, text, uuid, timestamptz),
    lock_credits(uuid),
    grant_allotment(uuid, int),
    reserve_credits(uuid, text, int),
    end_reservation(text, text, int),
    settle_credits(text, int),
    release_credits(text),
    grant_credits(uuid, uuid, int, text, text),
    credit_drift(),
    repair_credits()
    from public;
grant execute on function
    grant_allotment(uuid, int),
    reserve_credits(uuid, text, int),
    settle_credits(text, int),
    release_credits(text),
    grant_credits(uuid, uuid, int, text, text)
    to dailies_web, dailies_jobs;
grant execute on function credit_drift(), repair_credits() to dailies_jobs;
