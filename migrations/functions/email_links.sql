-- Whose account an address is, for somebody who has just shown that mail to it arrives: a way in of its own, the
-- provider `email` with the address as the subject. An account that merely holds the same address, from a provider or by
-- the operator's hand, is another one: further ways in are linked from a session alone. It grants no rights.
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

-- Queues the mail with a sign-in link, unless the address has received its mails of this hour. It does the same work
-- whether or not the address has an account, since it does not look.
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
        'outward', 1, job_max_attempts => 12
    );
    return true;
end
$$;

-- What was asked for a while ago, and the addresses that jobs which came to nothing still hold.
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

revoke all on function member_of_email(text), request_sign_in_link(text, text), sweep_sign_in_requests() from public;
revoke all on function count_link_request(text) from public;
grant execute on function request_sign_in_link(text, text) to dailies_web;
grant execute on function sweep_sign_in_requests() to dailies_jobs;
