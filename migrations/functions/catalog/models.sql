-- The same object with the names of its members as the API writes them: `model_id` becomes `modelId`.
create or replace function camel_names(facts jsonb)
returns jsonb
language sql
immutable
set search_path = public, pg_temp
as $$
    select coalesce(
        jsonb_object_agg(
            (
                select string_agg(case ordinality when 1 then part else initcap(part) end, '' order by ordinality)
                from string_to_table(fact.key, '_') with ordinality parts (part, ordinality)
            ),
            fact.value
        ),
        '{}'
    )
    from jsonb_each(facts) fact;
$$;

-- The reverse: the names of columns.
create or replace function column_names(facts jsonb)
returns jsonb
language sql
immutable
set search_path = public, pg_temp
as $$
    select coalesce(jsonb_object_agg(lower(regexp_replace(fact.key, '([A-Z])', '_\1', 'g')), fact.value), '{}')
    from jsonb_each(facts) fact;
$$;

-- What an admin may set of a model, as the API and the audit log write it: amounts are decimal text.
create or replace function model_facts(model models)
returns jsonb
language sql
stable
set search_path = public, pg_temp
as $$
    select camel_names(
        to_jsonb(model) - array[
            'id', 'is_default', 'deprecated_at', 'created_at', 'updated_at', 'completed_runs', 'failed_runs',
            'generation_ms', 'cost_total', 'costed_runs'
        ]
        || jsonb_build_object(
            'cost_per_second', trim_scale(model.cost_per_second)::text, 'max_duration', trim_scale(model.max_duration)
        )
    );
$$;

-- Creates a model, inactive unless the facts say otherwise, or changes one when `changed` is given. `facts` are what
-- model_facts() returns; those that are missing stay as they are. Outcomes: done, model_not_found, slug_taken, model_id_taken, provider_not_found,
-- default_required (the default model can be neither inactive nor deprecated).
create or replace function save_model(actor uuid, changed uuid, facts jsonb)
returns table (outcome text, id uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    old models;
    new models;
    difference record;
begin
    perform require_admin(actor);
    perform pg_advisory_xact_lock(hashtextextended('dailies.catalog', 0));
    select * into old from models where models.id = changed for update;
    if changed is not null and old.id is null then
        return query select 'model_not_found', null::uuid;
        return;
    end if;
    if old.id is null then
        old := jsonb_populate_record(
            null::models,
            jsonb_build_object(
                'id', gen_random_uuid(), 'description', '', 'capabilities', '[]'::jsonb, 'tags', '[]'::jsonb,
                'durations', '[]'::jsonb, 'qualities', '["standard"]'::jsonb, 'aspect_ratios', '[]'::jsonb,
                'parameters', '{}'::jsonb, 'default_parameters', '{}'::jsonb, 'requirements', '',
                'is_premium', false, 'is_active', false, 'is_default', false, 'is_deprecated', false
            )
        );
    end if;
    if exists (select from jsonb_object_keys(facts) key where not model_facts(old) ? key) then
        raise exception 'a model has no such fact' using errcode = 'invalid_parameter_value';
    end if;
    new := jsonb_populate_record(old, column_names(facts));
    if exists (select from models where slug = new.slug and models.id <> new.id) then
        return query select 'slug_taken', null::uuid;
        return;
    elsif exists (select from models where model_id = new.model_id and models.id <> new.id) then
        return query select 'model_id_taken', null::uuid;
        return;
    elsif not exists (select from providers where name = new.provider) then
        return query select 'provider_not_found', null::uuid;
        return;
    elsif old.is_default and (new.is_deprecated or not new.is_active) then
        return query select 'default_required', null::uuid;
        return;
    end if;
    if changed is null then
        insert into models (id, slug, model_id, name, maker, provider, is_active, created_at, updated_at)
        values (new.id, new.slug, new.model_id, new.name, new.maker, new.provider, false, dailies_now(), dailies_now());
    end if;
    update models
    set slug = new.slug,
        model_id = new.model_id,
        name = new.name,
        description = new.description,
        version = new.version,
        maker = new.maker,
        provider = new.provider,
        endpoint = new.endpoint,
        category = new.category,
        capabilities = new.capabilities,
        tags = new.tags,
        durations = new.durations,
        fixed_duration = new.fixed_duration,
        max_duration = new.max_duration,
        fps = new.fps,
        timeout_seconds = new.timeout_seconds,
        qualities = new.qualities,
        aspect_ratios = new.aspect_ratios,
        parameters = new.parameters,
        default_parameters = new.default_parameters,
        requirements = new.requirements,
        family = new.family,
        cost_per_second = new.cost_per_second,
        -- A price that is taken away is null in SQL, not in JSON.
        pricing = nullif(new.pricing, 'null'),
        is_premium = new.is_premium,
        is_active = new.is_active,
        is_deprecated = new.is_deprecated,
        deprecated_at = case when new.is_deprecated then coalesce(old.deprecated_at, dailies_now()) end,
        updated_at = dailies_now()
    where models.id = new.id
    returning * into new;
    if changed is null then
        perform write_audit(actor, 'model.create', 'model', new.id::text, null, null, model_facts(new));
    else
        select * into difference from changed_facts(model_facts(old), model_facts(new));
        if difference.after <> '{}' or difference.before <> '{}' then
            perform write_audit(
                actor, 'model.change', 'model', new.id::text, null, difference.before, difference.after
            );
        end if;
    end if;
    perform announce_change('catalog', new.slug);
    return query select 'done', new.id;
end
$$;

-- Makes a model the default in place of the one before. Outcomes: done, model_not_found, default_unavailable (it is
-- inactive or deprecated).
create or replace function set_default_model(actor uuid, chosen uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    model models;
    before text;
begin
    perform require_admin(actor);
    perform pg_advisory_xact_lock(hashtextextended('dailies.catalog', 0));
    select * into model from models where id = chosen for update;
    if model.id is null then
        return 'model_not_found';
    elsif model.is_deprecated or not model.is_active then
        return 'default_unavailable';
    elsif model.is_default then
        return 'done';
    end if;
    update models set is_default = false where is_default returning slug into before;
    update models set is_default = true, updated_at = dailies_now() where id = chosen;
    perform write_audit(
        actor, 'model.make_default', 'model', chosen::text, null, jsonb_build_object('default', before),
        jsonb_build_object('default', model.slug)
    );
    perform announce_change('catalog', model.slug);
    return 'done';
end
$$;

-- Deletes a model: it stays, inactive and deprecated, unless `hard`, which is refused while anything refers to it or has
-- run it. Outcomes: done, model_not_found, default_required, model_has_videos.
create or replace function delete_model(actor uuid, deleted uuid, hard boolean)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    model models;
begin
    perform require_admin(actor);
    perform pg_advisory_xact_lock(hashtextextended('dailies.catalog', 0));
    select * into model from models where id = deleted for update;
    if model.id is null then
        return 'model_not_found';
    elsif model.is_default then
        return 'default_required';
    elsif hard and model.completed_runs + model.failed_runs > 0 then
        return 'model_has_videos';
    end if;
    if hard then
        begin
            delete from models where id = deleted;
        exception when foreign_key_violation then
            return 'model_has_videos';
        end;
        perform write_audit(actor, 'model.delete', 'model', deleted::text, null, model_facts(model), null);
    elsif model.is_active or not model.is_deprecated then
        update models
        set is_active = false,
            is_deprecated = true,
            deprecated_at = coalesce(deprecated_at, dailies_now()),
            updated_at = dailies_now()
        where id = deleted;
        perform write_audit(
            actor, 'model.retire', 'model', deleted::text, null,
            jsonb_build_object('isActive', model.is_active, 'isDeprecated', model.is_deprecated),
            jsonb_build_object('isActive', false, 'isDeprecated', true)
        );
    end if;
    perform announce_change('catalog', model.slug);
    return 'done';
end
$$;

-- Adds a finished run to the statistics of its model. The caller does so once for each run, in the transaction that
-- finishes it. `took_ms` is the time from the provider's acknowledgement to its saying done; null when unknown.
create or replace function record_model_run(model uuid, succeeded boolean, took_ms bigint, cost numeric)
returns void
language sql
security definer
set search_path = public, pg_temp
as $$
    update models
    set completed_runs = completed_runs + succeeded::int,
        failed_runs = failed_runs + (not succeeded)::int,
        generation_ms = generation_ms + case when succeeded then coalesce(took_ms, 0) else 0 end,
        cost_total = cost_total + case when succeeded then coalesce(cost, 0) else 0 end,
        costed_runs = costed_runs + (succeeded and cost is not null)::int
    where id = model;
$$;

-- Corrects the cost of a run that was recorded, as after an admin has entered another one.
create or replace function correct_model_cost(model uuid, cost_before numeric, cost_after numeric)
returns void
language sql
security definer
set search_path = public, pg_temp
as $$
    update models
    set cost_total = cost_total - coalesce(cost_before, 0) + coalesce(cost_after, 0),
        costed_runs = costed_runs - (cost_before is not null)::int + (cost_after is not null)::int
    where id = model;
$$;

-- Saves a preset of the catalog, in place of the one of that name. Outcomes: done, model_not_found.
create or replace function save_catalog_preset(
    actor uuid,
    model uuid,
    preset_name text,
    preset_prompt text,
    preset_negative_prompt text,
    preset_parameters jsonb
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    old jsonb;
    new jsonb;
begin
    perform require_admin(actor);
    perform pg_advisory_xact_lock(hashtextextended('dailies.catalog', 0));
    if not exists (select from models where id = model) then
        return 'model_not_found';
    end if;
    select to_jsonb(presets) - array['id', 'created_at']
    into old
    from presets
    where model_id = model and name = preset_name and user_id is null;
    insert into presets (model_id, name, prompt, negative_prompt, parameters, created_at)
    values (model, preset_name, preset_prompt, preset_negative_prompt, preset_parameters, dailies_now())
    on conflict (model_id, name) where user_id is null do update
    set prompt = excluded.prompt,
        negative_prompt = excluded.negative_prompt,
        parameters = excluded.parameters;
    select to_jsonb(presets) - array['id', 'created_at']
    into new
    from presets
    where model_id = model and name = preset_name and user_id is null;
    if new is distinct from old then
        perform write_audit(actor, 'model.save_preset', 'model', model::text, null, old, new);
        perform announce_change('catalog', preset_name);
    end if;
    return 'done';
end
$$;

-- Grants a member premium models, or takes the grant back when `granted` is false. Outcomes: done, member_not_found.
create or replace function set_premium_grant(actor uuid, member uuid, granted boolean, grant_reason text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform require_admin(actor);
    if not exists (select from users where id = member and left_at is null) then
        return 'member_not_found';
    end if;
    if granted then
        insert into premium_grants (user_id, granted_at, granted_by, reason)
        values (member, dailies_now(), actor, grant_reason)
        on conflict (user_id) do nothing;
    else
        delete from premium_grants where user_id = member;
    end if;
    if found then
        perform write_audit(
            actor, case when granted then 'member.grant_premium' else 'member.revoke_premium' end, 'user',
            member::text, grant_reason
        );
    end if;
    return 'done';
end
$$;

revoke all on function
    camel_names(jsonb),
    column_names(jsonb),
    model_facts(models),
    save_model(uuid, uuid, jsonb),
    set_default_model(uuid, uuid),
    delete_model(uuid, uuid, boolean),
    record_model_run(uuid, boolean, bigint, numeric),
    correct_model_cost(uuid, numeric, numeric),
    save_catalog_preset(uuid, uuid, text, text, text, jsonb),
    set_premium_grant(uuid, uuid, boolean, text)
    from public;
grant execute on function
    save_model(uuid, uuid, jsonb),
    set_default_model(uuid, uuid),
    delete_model(uuid, uuid, boolean),
    save_catalog_preset(uuid, uuid, text, text, text, jsonb),
    set_premium_grant(uuid, uuid, boolean, text)
    to dailies_web, dailies_jobs;
grant execute on function
    record_model_run(uuid, boolean, bigint, numeric),
    correct_model_cost(uuid, numeric, numeric)
    to dailies_jobs;
