-- Queues the mail with a link that adds an address to a member's sign-in methods. It does not say whether the address
-- belongs to another member, since only a person who reads its mail may learn that.
-- Outcomes: queued, limited (the address has received its mails of this hour), already (it is the member's).
create or replace function request_email_identity(member uuid, wanted text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    member_address constant text := lower(wanted);
begin
    if exists (
        select from identities where provider = 'email' and subject = member_address and user_id = member
    ) then
        return 'already';
    end if;
    if not count_link_request(member_address) then
        return 'limited';
    end if;
    perform enqueue_job(
        'send_sign_in_link', jsonb_build_object('address', member_address, 'member', member), 'outward', 1,
        job_max_attempts => 24
    );
    return 'queued';
end
$$;

-- Uses a link up and adds its address to the sign-in methods of the member who requested it. Another member's attempt
-- leaves the link as it is.
-- Outcomes: linked, already, taken (the address is another member's), other_member, used, expired, unknown.
create or replace function add_email_identity(member uuid, link_hash bytea)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    link email_identity_links;
begin
    -- A departure locks the member before the links, so this does too.
    perform from users where id = member for key share;
    select * into link from email_identity_links where token_hash = link_hash for update;
    case
        when link.token_hash is null then return 'unknown';
        when link.user_id <> member then return 'other_member';
        when link.used_at is not null then return 'used';
        when link.expires_at <= dailies_now() then return 'expired';
        else null;
    end case;
    update email_identity_links set used_at = dailies_now() where token_hash = link_hash;
    return link_identity(member, 'email', link.address, link.address, true);
end
$$;

-- Deletes links that expired a week ago, a batch at a time.
create or replace function sweep_email_identity_links(batch int)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    swept int;
begin
    delete from email_identity_links
    where token_hash in (
        select token_hash
        from email_identity_links
        where expires_at < dailies_now() - interval '7 days'
        limit batch
        for update skip locked
    );
    get diagnostics swept = row_count;
    return swept;
end
$$;

revoke all on function
    request_email_identity(uuid, text),
    add_email_identity(uuid, bytea),
    sweep_email_identity_links(int)
from public;
grant execute on function request_email_identity(uuid, text), add_email_identity(uuid, bytea) to dailies_web;
grant execute on function sweep_email_identity_links(int) to dailies_jobs;
