-- Replaces a person's id and names in a text. Names are replaced as whole words in any case.
create or replace function redact_text(said text, person uuid, names text[], pseudonym uuid)
returns text
language plpgsql
immutable
as $$
declare
    redacted text := replace(said, person::text, pseudonym::text);
    name text;
begin
    foreach name in array names loop
        redacted := regexp_replace(
            redacted,
            '(?<!\w)' || regexp_replace(name, '([^a-zA-Z0-9])', '\\\1', 'g') || '(?!\w)',
            'former member',
            'gi'
        );
    end loop;
    return redacted;
end
$$;

-- The same for every text of a document. Where it is not about the person, only keys that hold names are searched,
-- since a name may be a common word.
create or replace function redact_json(said jsonb, person uuid, names text[], pseudonym uuid, is_about boolean)
returns jsonb
language plpgsql
immutable
as $$
begin
    return case jsonb_typeof(said)
        when 'object' then (
            select coalesce(
                jsonb_object_agg(
                    here.key,
                    redact_json(
                        here.value, person, names, pseudonym, is_about or here.key ~* 'name|mail|user|member|creator'
                    )
                ),
                '{}'
            )
            from jsonb_each(said) here
        )
        when 'array' then (
            select coalesce(
                jsonb_agg(redact_json(here.value, person, names, pseudonym, is_about) order by here.ordinality),
                '[]'
            )
            from jsonb_array_elements(said) with ordinality here
        )
        when 'string' then to_jsonb(
            redact_text(said #>> '{}', person, case when is_about then names else '{}' end, pseudonym)
        )
        else said
    end;
end
$$;

-- Replaces a member by the pseudonym in the audit log. Entries about the member's clips lose titles and descriptions,
-- and entries about deleted clips the id too.
create or replace function redact_audit_log(person uuid, names text[], clips text[], gone text[], pseudonym uuid)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    update audit_log
    set actor_id = case actor_id when person then pseudonym else actor_id end,
        subject_id = case
            when subject_id = person::text or here.is_clip and subject_id = any (gone) then pseudonym::text
            else subject_id
        end,
        reason = case when here.is_about then redact_text(reason, person, names, pseudonym) else reason end,
        before = redact_json(
            case when here.is_clip then before - array['title', 'description'] else before end,
            person, names, pseudonym, here.is_about
        ),
        after = redact_json(
            case when here.is_clip then after - array['title', 'description'] else after end,
            person, names, pseudonym, here.is_about
        )
    from (
        select id,
            subject_kind = 'clip' and subject_id = any (clips) as is_clip,
            actor_id is not distinct from person or subject_id = person::text
                or subject_kind = 'clip' and subject_id = any (clips) as is_about,
            concat_ws(' ', before::text, after::text) as said
        from audit_log
    ) here
    where here.id = audit_log.id
        and (
            here.is_about
            or position(person::text in here.said) > 0
            or exists (
                select from unnest(names) name
                where position(lower(name) in lower(here.said)) > 0
            )
        );
end
$$;

-- Deletes jobs about a member, those that contain one of the words; a running one is asked to end. Finished jobs that
-- name the member are deleted too, and so are events that are not published yet: pages reload the data anyway. In jobs
-- that still have to run the names are replaced.
create or replace function redact_jobs(words text[], person uuid, names text[], pseudonym uuid)
returns void
language sql
set search_path = public, pg_temp
as $$
    update jobs
    set cancel_requested_at = coalesce(cancel_requested_at, dailies_now())
    where state = 'running' and exists (
        select from unnest(words) word
        where position(word in concat_ws(' ', payload::text, unique_key, limit_keys::text)) > 0
    );
    delete from jobs
    where state <> 'running' and exists (
        select from unnest(words) word
        where position(word in concat_ws(' ', payload::text, errors::text, unique_key, limit_keys::text)) > 0
    );
    delete from jobs
    where (finished_at is not null or state = 'queued' and kind = 'publish') and exists (
        select from unnest(names) name
        where position(lower(name) in lower(payload::text || errors::text)) > 0
    );
    update jobs
    set payload = redact_json(payload, person, names, pseudonym, false)
    where exists (
        select from unnest(names) name
        where position(lower(name) in lower(payload::text)) > 0
    );
$$;

revoke all on function
    redact_text(text, uuid, text[], uuid),
    redact_json(jsonb, uuid, text[], uuid, boolean),
    redact_audit_log(uuid, text[], text[], text[], uuid),
    redact_jobs(text[], uuid, text[], uuid)
    from public;
