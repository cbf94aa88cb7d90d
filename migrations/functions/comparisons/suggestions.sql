-- What members suggest for comparisons, and their votes for it.
drop trigger if exists suggestion_votes_cast on suggestion_votes;
drop trigger if exists suggestion_votes_taken_back on suggestion_votes;

create or replace function count_suggestion_votes()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    change constant int := case tg_op when 'INSERT' then 1 else -1 end;
begin
    update suggestions
    set vote_count = vote_count + counted.votes
    from (select suggestion_id, change * count(*)::int as votes from votes_changed group by suggestion_id) counted
    where suggestions.id = counted.suggestion_id;
    return null;
end
$$;
create trigger suggestion_votes_cast
after insert on suggestion_votes
referencing new table as votes_changed
for each statement
execute function count_suggestion_votes();
create trigger suggestion_votes_taken_back
after delete on suggestion_votes
referencing old table as votes_changed
for each statement
execute function count_suggestion_votes();

-- Makes a suggestion. `model_slugs` name active models. Outcomes: done, suggestion_limit (the member has `most` open ones),
-- suggestion_repeated (an open one has the same prompt, which `id` then names), model_not_found.
create or replace function create_suggestion(
    member uuid, wanted_kind text, wanted_prompt text, wanted_note text, model_slugs text[], most int
)
returns table (outcome text, id uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    chosen constant uuid[] := array(select models.id from models where slug = any (model_slugs) and is_active);
    same uuid;
    made uuid;
begin
    if cardinality(chosen) < (select count(distinct slug) from unnest(model_slugs) slug) then
        return query select 'model_not_found', null::uuid;
        return;
    end if;
    -- Two that are sent at once take turns.
    perform pg_advisory_xact_lock(hashtextextended('suggestions', 0));
    select suggestions.id into same
    from suggestions
    where status = 'open' and md5(lower(prompt)) = md5(lower(wanted_prompt)) and kind = wanted_kind
    limit 1;
    if same is not null then
        return query select 'suggestion_repeated', same;
        return;
    elsif (select count(*) from suggestions where user_id = member and status = 'open') >= most then
        return query select 'suggestion_limit', null::uuid;
        return;
    end if;
    insert into suggestions (user_id, kind, prompt, note, created_at)
    values (member, wanted_kind, wanted_prompt, wanted_note, dailies_now())
    returning suggestions.id into made;
    insert into suggestion_models (suggestion_id, model_id)
    select made, unnest(chosen);
    return query select 'done', made;
end
$$;

-- Casts a member's vote for a suggestion, or takes it back; what is so already stays so. Outcomes: done,
-- suggestion_not_found (or decided), own_suggestion.
create or replace function vote_suggestion(member uuid, wanted uuid, is_cast boolean)
returns table (outcome text, votes int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept suggestions;
begin
    select * into kept from suggestions where suggestions.id = wanted and status = 'open' for no key update;
    if kept.id is null then
        return query select 'suggestion_not_found', 0;
        return;
    elsif kept.user_id = member then
        return query select 'own_suggestion', kept.vote_count;
        return;
    end if;
    if is_cast then
        insert into suggestion_votes (suggestion_id, user_id, created_at)
        values (wanted, member, dailies_now())
        on conflict do nothing;
    else
        delete from suggestion_votes where suggestion_id = wanted and user_id = member;
    end if;
    return query select 'done', vote_count from suggestions where suggestions.id = wanted;
end
$$;

-- Declines a suggestion. Outcomes: done, suggestion_not_found, suggestion_decided.
create or replace function decline_suggestion(actor uuid, wanted uuid, why text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept suggestions;
begin
    perform require_admin(actor);
    select * into kept from suggestions where id = wanted for no key update;
    if kept.id is null then
        return 'suggestion_not_found';
    elsif kept.status <> 'open' then
        return 'suggestion_decided';
    end if;
    update suggestions
    set status = 'declined',
        answer = why,
        decided_at = dailies_now(),
        decided_by = actor
    where id = wanted;
    perform write_audit(
        actor, 'suggestion.decline', 'suggestion', wanted::text, why, jsonb_build_object('votes', kept.vote_count), null
    );
    return 'done';
end
$$;

-- Notes the comparison that was made of a suggestion. Outcomes: done, suggestion_not_found, suggestion_decided.
create or replace function accept_suggestion(actor uuid, wanted uuid, made uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept suggestions;
begin
    perform require_admin(actor);
    select * into kept from suggestions where id = wanted for no key update;
    if kept.id is null then
        return 'suggestion_not_found';
    elsif kept.status <> 'open' then
        return 'suggestion_decided';
    end if;
    update suggestions
    set status = 'accepted',
        comparison_id = made,
        decided_at = dailies_now(),
        decided_by = actor
    where id = wanted;
    perform write_audit(
        actor, 'suggestion.accept', 'suggestion', wanted::text, null, jsonb_build_object('votes', kept.vote_count),
        jsonb_build_object('comparison', made)
    );
    return 'done';
end
$$;

revoke all on function
    count_suggestion_votes(),
    create_suggestion(uuid, text, text, text, text[], int),
    vote_suggestion(uuid, uuid, boolean),
    decline_suggestion(uuid, uuid, text),
    accept_suggestion(uuid, uuid, uuid)
    from public;
grant execute on function
    create_suggestion(uuid, text, text, text, text[], int),
    vote_suggestion(uuid, uuid, boolean),
    decline_suggestion(uuid, uuid, text),
    accept_suggestion(uuid, uuid, uuid)
    to dailies_web, dailies_jobs;
