-- The version of the terms that is in force; null when none is.
create or replace function current_terms()
returns int
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select version
    from terms_versions
    where effective_at <= dailies_now()
    order by version desc
    limit 1;
$$;

-- When a member accepted a version; null when not.
create or replace function terms_accepted_at(member uuid, accepted int)
returns timestamptz
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select accepted_at from terms_acceptances where user_id = member and version = accepted;
$$;

-- Records that a member accepts the version that is in force. Outcomes: done (also when it was accepted before),
-- terms_outdated.
create or replace function accept_terms(member uuid, accepted int)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    if accepted is distinct from current_terms() then
        return 'terms_outdated';
    end if;
    insert into terms_acceptances (user_id, version, accepted_at)
    values (member, accepted, dailies_now())
    on conflict do nothing;
    return 'done';
end
$$;

-- Publishes a new version from a date on, at once when it is null. Versions are in force in their order, so a date must not
-- be before that of the version before. Returns the version; null when the date is too early.
create or replace function publish_terms(actor uuid, valid_from timestamptz, summary text, text text)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := greatest(coalesce(valid_from, dailies_now()), dailies_now());
    published int;
begin
    perform require_admin(actor);
    perform pg_advisory_xact_lock(hashtextextended('dailies.terms', 0));
    if exists (select from terms_versions where effective_at > moment) then
        return null;
    end if;
    insert into terms_versions (version, effective_at, summary, text, created_at, published_by)
    select coalesce(max(version), 0) + 1, moment, publish_terms.summary, publish_terms.text, dailies_now(), actor
    from terms_versions
    returning version into published;
    perform write_audit(
        actor, 'terms.publish', 'terms', published::text, null, null,
        jsonb_build_object('effectiveAt', rfc3339(moment), 'summary', publish_terms.summary)
    );
    perform announce_change('terms', 'published');
    return published;
end
$$;

-- Changes a version that is not in force yet; null leaves a field as it is. Outcomes: done, terms_not_found,
-- terms_in_force, terms_too_early.
create or replace function change_terms(actor uuid, changed int, valid_from timestamptz, new_summary text, new_text text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    terms terms_versions;
begin
    perform require_admin(actor);
    perform pg_advisory_xact_lock(hashtextextended('dailies.terms', 0));
    select * into terms from terms_versions where version = changed;
    if terms.version is null then
        return 'terms_not_found';
    elsif terms.effective_at <= dailies_now() then
        return 'terms_in_force';
    elsif valid_from is not null and (
        valid_from < dailies_now()
        or exists (select from terms_versions where version < changed and effective_at > valid_from)
        or exists (select from terms_versions where version > changed and effective_at < valid_from)
    ) then
        return 'terms_too_early';
    end if;
    update terms_versions
    set effective_at = coalesce(valid_from, effective_at),
        summary = coalesce(new_summary, summary),
        text = coalesce(new_text, text)
    where version = changed;
    perform write_audit(
        actor, 'terms.change', 'terms', changed::text, null,
        jsonb_build_object('effectiveAt', rfc3339(terms.effective_at), 'summary', terms.summary),
        jsonb_build_object(
            'effectiveAt', rfc3339(coalesce(valid_from, terms.effective_at)),
            'summary', coalesce(new_summary, terms.summary)
        )
    );
    return 'done';
end
$$;

-- Withdraws a version that is not in force yet. Outcomes: done, terms_not_found, terms_in_force.
create or replace function withdraw_terms(actor uuid, withdrawn int)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    terms terms_versions;
begin
    perform require_admin(actor);
    perform pg_advisory_xact_lock(hashtextextended('dailies.terms', 0));
    select * into terms from terms_versions where version = withdrawn;
    if terms.version is null then
        return 'terms_not_found';
    elsif terms.effective_at <= dailies_now() then
        return 'terms_in_force';
    end if;
    delete from terms_versions where version = withdrawn;
    perform write_audit(
        actor, 'terms.withdraw', 'terms', withdrawn::text, null,
        jsonb_build_object('effectiveAt', rfc3339(terms.effective_at), 'summary', terms.summary), null
    );
    return 'done';
end
$$;

-- How many members have accepted each version, for admins.
create or replace function count_terms_acceptances(actor uuid)
returns table (version int, members int)
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    perform require_admin(actor);
    return query select version, count(*)::int from terms_acceptances group by version;
end
$$;

revoke all on function
    current_terms(),
    terms_accepted_at(uuid, int),
    accept_terms(uuid, int),
    publish_terms(uuid, timestamptz, text, text),
    change_terms(uuid, int, timestamptz, text, text),
    withdraw_terms(uuid, int),
    count_terms_acceptances(uuid)
    from public;
grant execute on function
    current_terms(),
    terms_accepted_at(uuid, int),
    accept_terms(uuid, int),
    publish_terms(uuid, timestamptz, text, text),
    change_terms(uuid, int, timestamptz, text, text),
    withdraw_terms(uuid, int),
    count_terms_acceptances(uuid)
    to dailies_web;
