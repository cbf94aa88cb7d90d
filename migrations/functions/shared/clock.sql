-- The only clock that the rules in SQL read. A test database replaces it by one that runs ahead by a chosen offset.
create or replace function dailies_now()
returns timestamptz
language sql
stable
parallel safe
as $$
    select statement_timestamp();
$$;

-- Since when the database has been serving.
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
