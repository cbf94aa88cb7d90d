-- Tells every listening process, at commit, that what it caches about `topic` is out of date. Topics: film, clips,
-- flags, terms, catalog, sessions, notices. One announcement for each batch or change, never for each vote: NOTIFY serialises commits.
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

-- Notifies like pg_notify, with less: in a session whose client does it after the commit (`dailies.notify` is `late`), a notice asks the
-- client for it. NOTIFY itself holds a lock of the whole server until the transaction is on disk, and so lets one transaction
-- commit at a time. For wake-ups that may be lost with the client, since who waits for them also looks now and then.
create or replace function notify_late(channel text, payload text)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    if current_setting('dailies.notify', true) = 'late' then
        raise notice using message = channel, detail = payload, errcode = 'DLN01';
    else
        perform pg_notify(channel, payload);
    end if;
end
$$;

-- The same announcement as announce_change(), after the commit, for changes that are as frequent as what people write. What is cached
-- for so short a time that a lost announcement does no harm may be announced like this.
create or replace function announce_change_late(topic text, detail text)
returns void
language sql
set search_path = public, pg_temp
as $$
    select notify_late(
        'dailies',
        json_build_object('topic', topic, 'detail', detail, 'number', nextval('change_numbers'))::text
    );
$$;

revoke all on function notify_late(text, text), announce_change_late(text, text) from public;
grant execute on function notify_late(text, text), announce_change_late(text, text) to dailies_jobs;
