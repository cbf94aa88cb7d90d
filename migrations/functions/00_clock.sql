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
