-- How many people a member has brought to the site. Nobody can be referred yet.
create or replace function counted_referrals(member uuid)
returns int
language sql
stable
set search_path = public, pg_temp
as $$
    select 0;
$$;

revoke all on function counted_referrals(uuid) from public;
