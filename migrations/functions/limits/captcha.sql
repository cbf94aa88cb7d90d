-- Until when a voter need not solve a captcha; null when one is due.
create or replace function captcha_pass(voter text)
returns timestamptz
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select expires_at
    from captcha_passes
    where voter_key = voter and expires_at > dailies_now();
$$;

-- A solved captcha lets this voter, and no other, vote for half an hour.
create or replace function grant_captcha_pass(voter text)
returns timestamptz
language sql
security definer
set search_path = public, pg_temp
as $$
    insert into captcha_passes (voter_key, expires_at)
    values (voter, dailies_now() + interval '30 minutes')
    on conflict (voter_key) do update set expires_at = excluded.expires_at
    returning expires_at;
$$;

revoke all on function captcha_pass(text), grant_captcha_pass(text) from public;
grant execute on function captcha_pass(text), grant_captcha_pass(text) to dailies_web;
