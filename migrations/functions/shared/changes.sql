-- Tells every listening process, at commit, that what it caches about `topic` is out of date. Topics: film, clips,
-- flags, terms, catalog, sessions. One announcement for each batch or change, never for each vote: NOTIFY serialises commits.
create or replace function announce_change(topic text, detail text)
returns bigint
language plpgsql
as $$
declare
    change_number bigint := nextval('change_numbers');
begin
    perform pg_notify(
        'dailies',
        json_build_object('topic', topic, 'detail', detail, 'number', change_number)::text
    );
    return change_number;
end
$$;
