-- The only clock that the rules in SQL read. Test databases replace it by one that is ahead by a chosen offset.
create or replace function dailies_now()
returns timestamptz
language sql
stable
parallel safe
as $$
    select statement_timestamp();
$$;

-- When the database server started.
create or replace function serving_since()
returns timestamptz
language sql
stable
as $$
    select pg_postmaster_start_time();
$$;

create or replace function rfc3339(moment timestamptz)
returns text
language sql
immutable
as $$
    select to_char(moment at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;
