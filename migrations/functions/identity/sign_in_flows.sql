-- Records that a browser has gone to a provider; the flow ends after ten minutes.
create or replace function begin_sign_in_flow(
    state bytea,
    browser bytea,
    provider_key text,
    code_verifier text,
    token_nonce text,
    path text,
    linked_user uuid
)
returns void
language sql
security definer
set search_path = public, pg_temp
as $$
    insert into sign_in_flows (
        state_hash, browser_hash, provider, verifier, nonce, return_path, link_user_id, created_at, expires_at
    )
    values (
        state, browser, provider_key, code_verifier, token_nonce, path, linked_user, dailies_now(),
        dailies_now() + interval '10 minutes'
    );
$$;

-- Consumes a flow. Of two requests with the same state one gets it. Another browser or provider does not consume it, so
-- that knowing the address does not let anybody spoil it.
create or replace function consume_sign_in_flow(state bytea, browser bytea, provider_key text)
returns table (verifier text, nonce text, return_path text, link_user_id uuid)
language sql
security definer
set search_path = public, pg_temp
as $$
    delete from sign_in_flows
    where state_hash = state and browser_hash = browser and provider = provider_key and expires_at > dailies_now()
    returning verifier, nonce, return_path, link_user_id;
$$;

-- Deletes flows and webhook messages whose time is over, a batch at a time.
create or replace function sweep_sign_in_flows(batch int)
returns int
language plpgsql
set search_path = public, pg_temp
as $$
declare
    swept int;
    swept_messages int;
begin
    delete from sign_in_flows
    where state_hash in (
        select state_hash
        from sign_in_flows
        where expires_at < dailies_now()
        limit batch
        for update skip locked
    );
    get diagnostics swept = row_count;
    -- Older messages are refused by their time stamp.
    delete from identity_webhooks
    where id in (
        select id
        from identity_webhooks
        where received_at < dailies_now() - interval '1 day'
        limit batch
        for update skip locked
    );
    get diagnostics swept_messages = row_count;
    return swept + swept_messages;
end
$$;

revoke all on function
    begin_sign_in_flow(bytea, bytea, text, text, text, text, uuid),
    consume_sign_in_flow(bytea, bytea, text),
    sweep_sign_in_flows(int)
    from public;
grant execute on function
    begin_sign_in_flow(bytea, bytea, text, text, text, text, uuid),
    consume_sign_in_flow(bytea, bytea, text)
    to dailies_web;
