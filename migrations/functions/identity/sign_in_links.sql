-- Whether a link would still sign in: good, used, expired or unknown. The link stays as it is.
create or replace function sign_in_link_state(link_hash bytea)
returns text
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select coalesce(
        (
            select case
                    when used_at is not null then 'used'
                    when expires_at <= dailies_now() then 'expired'
                    else 'good'
                end
            from sign_in_links
            where token_hash = link_hash
        ),
        'unknown'
    );
$$;

-- Consumes a link and begins a session, replacing the one that this browser has. Of two requests with the same link the
-- row's lock lets one through. Outcomes: signed_in, used, expired, unknown.
create or replace function sign_in_by_link(
    link_hash bytea,
    session_hash bytea,
    replaced_hash bytea,
    device_key text,
    agent text,
    session_days int
)
returns table (outcome text, member uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := dailies_now();
    link_user uuid;
    link_address text;
begin
    update sign_in_links
    set used_at = moment
    where token_hash = link_hash and used_at is null and expires_at > moment
    returning user_id, address into link_user, link_address;
    if not found then
        return query select sign_in_link_state(link_hash), null::uuid;
        return;
    end if;
    if link_address is not null then
        link_user := member_of_email(link_address);
    end if;

    perform begin_session(link_user, session_hash, replaced_hash, device_key, agent, session_days);
    return query select 'signed_in', link_user;
end
$$;

-- The account of an address, for a person who has just shown that mail to it arrives: an identity of its own, the
-- provider `email` with the address as the subject. An account that merely has the same address, from a provider or
-- from the operator, is another one: further identities are linked only from a session. It grants no rights.
create or replace function member_of_email(wanted text)
returns uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    address constant text := lower(wanted);
    member uuid;
begin
    perform lock_identity('email', address);
    update identities
    set last_used_at = dailies_now()
    where provider = 'email' and subject = address
    returning user_id into member;
    if member is null then
        member := create_identity_member('email', address, address, true);
    end if;
    return member;
end
$$;

-- Counts a request for a mail with a link to an address; false when the address has received its mails of this hour.
create or replace function count_link_request(wanted text)
returns boolean
language plpgsql
set search_path = public, pg_temp
as $$
declare
    most_an_hour constant int := 3;
    hashed constant bytea := sha256(convert_to(lower(wanted), 'UTF8'));
    moment constant timestamptz := dailies_now();
begin
    perform pg_advisory_xact_lock(hashtext('request_sign_in_link'), hashtext(lower(wanted)));
    if (
        select count(*)
        from sign_in_requests
        where address_hash = hashed and requested_at > moment - interval '1 hour'
    ) >= most_an_hour then
        return false;
    end if;
    insert into sign_in_requests (address_hash, requested_at) values (hashed, moment);
    return true;
end
$$;

-- Enqueues the job that mails a sign-in link, unless the address has received its mails of this hour. It does not look
-- whether the address has an account, so it does the same work in either case.
create or replace function request_sign_in_link(wanted text, onward text)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    if not count_link_request(wanted) then
        return false;
    end if;
    perform enqueue_job(
        'send_sign_in_link', jsonb_strip_nulls(jsonb_build_object('address', lower(wanted), 'next', onward)),
        'outward', 1, job_max_attempts => 24
    );
    return true;
end
$$;

-- Deletes requests that are over, and the addresses in jobs that failed.
create or replace function sweep_sign_in_requests()
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    swept int;
    blanked int;
begin
    delete from sign_in_requests where requested_at < dailies_now() - interval '1 hour';
    get diagnostics swept = row_count;
    update jobs
    set payload = '{}'
    where kind = 'send_sign_in_link'
        and state in ('failed', 'cancelled')
        and finished_at < dailies_now() - interval '1 day'
        and payload <> '{}';
    get diagnostics blanked = row_count;
    return swept + blanked;
end
$$;

revoke all on function
    sign_in_link_state(bytea),
    sign_in_by_link(bytea, bytea, bytea, text, text, int),
    member_of_email(text),
    count_link_request(text),
    request_sign_in_link(text, text),
    sweep_sign_in_requests()
    from public;
grant execute on function sweep_sign_in_requests() to dailies_jobs;
grant execute on function
    sign_in_link_state(bytea),
    sign_in_by_link(bytea, bytea, bytea, text, text, int),
    request_sign_in_link(text, text)
    to dailies_web;
