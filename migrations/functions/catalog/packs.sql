-- Packs: models that travel between sites. A pack never says whether a model is offered.

-- A model as a pack holds it, with its presets.
create or replace function packed_model(model models)
returns jsonb
language sql
stable
set search_path = public, pg_temp
as $$
    select model_facts(model) - array['isActive', 'isDeprecated'] || jsonb_build_object(
        'presets',
        (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'name', presets.name, 'prompt', presets.prompt, 'negativePrompt', presets.negative_prompt,
                        'parameters', presets.parameters
                    )
                    order by presets.name
                ),
                '[]'
            )
            from presets
            where presets.model_id = model.id and presets.user_id is null
        )
    );
$$;

-- The models of this site as a pack, those with these slugs or all.
create or replace function export_catalog(chosen text[] default null)
returns jsonb
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select jsonb_build_object(
        'format', 'dailies-catalog', 'version', 1, 'exportedAt', rfc3339(dailies_now()),
        'models', coalesce(jsonb_agg(packed_model(models) order by models.slug), '[]')
    )
    from models
    where chosen is null or models.slug = any (chosen);
$$;

-- What a pack would change. `change` is new, changed or same; `before` and `after` hold the facts that differ.
create or replace function compare_catalog(pack jsonb)
returns table (slug text, name text, change text, before jsonb, after jsonb)
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    packed jsonb;
    kept models;
    old jsonb;
    new jsonb;
    difference record;
begin
    for packed in select value from jsonb_array_elements(pack -> 'models') loop
        select * into kept from models where models.slug = packed ->> 'slug';
        if kept.id is null then
            return query select packed ->> 'slug', packed ->> 'name', 'new', null::jsonb, packed;
            continue;
        end if;
        old := packed_model(kept);
        new := packed_model(jsonb_populate_record(kept, column_names(packed - 'presets')));
        -- Presets that the pack does not have stay.
        new := new || jsonb_build_object(
            'presets',
            (
                select coalesce(jsonb_agg(preset order by preset ->> 'name'), '[]')
                from (
                    select value as preset
                    from jsonb_array_elements(old -> 'presets') value
                    where not exists (
                        select
                        from jsonb_array_elements(coalesce(packed -> 'presets', '[]')) given
                        where given ->> 'name' = value ->> 'name'
                    )
                    union all
                    select jsonb_build_object(
                        'name', value -> 'name', 'prompt', coalesce(value ->> 'prompt', ''),
                        'negativePrompt', coalesce(value ->> 'negativePrompt', ''),
                        'parameters', coalesce(value -> 'parameters', '{}')
                    )
                    from jsonb_array_elements(coalesce(packed -> 'presets', '[]')) value
                ) merged
            )
        );
        select * into difference from changed_facts(old, new);
        return query select
            kept.slug, new ->> 'name',
            case when difference.before = '{}' and difference.after = '{}' then 'same' else 'changed' end,
            difference.before, difference.after;
    end loop;
end
$$;

-- Applies a pack and returns what it changed. New models come inactive; what is offered stays as it is. The first outcome
-- that is not done ends it, and the caller rolls back: those of save_model. `origin` says who has signed the pack.
create or replace function import_catalog(actor uuid, pack jsonb, origin text)
returns table (outcome text, slug text, change text)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    packed jsonb;
    compared record;
    preset jsonb;
    saved record;
    changed_models text[] := '{}';
begin
    perform require_admin(actor);
    perform pg_advisory_xact_lock(hashtextextended('dailies.catalog', 0));
    for packed in select value from jsonb_array_elements(pack -> 'models') loop
        select *
        into compared
        from compare_catalog(jsonb_build_object('models', jsonb_build_array(packed)));
        if compared.change <> 'same' then
            select *
            into saved
            from save_model(
                actor, (select models.id from models where models.slug = packed ->> 'slug'),
                packed - array['presets', 'isActive', 'isDeprecated']
            );
            if saved.outcome <> 'done' then
                return query select saved.outcome, packed ->> 'slug', compared.change;
                return;
            end if;
            for preset in select value from jsonb_array_elements(coalesce(packed -> 'presets', '[]')) loop
                perform save_catalog_preset(
                    actor, saved.id, preset ->> 'name', coalesce(preset ->> 'prompt', ''),
                    coalesce(preset ->> 'negativePrompt', ''), coalesce(preset -> 'parameters', '{}')
                );
            end loop;
            changed_models := changed_models || (packed ->> 'slug');
        end if;
        return query select 'done', packed ->> 'slug', compared.change;
    end loop;
    if changed_models <> '{}' then
        perform write_audit(
            actor, 'catalog.import', 'catalog', 'models', origin, null, jsonb_build_object('models', to_jsonb(changed_models))
        );
    end if;
end
$$;

revoke all on function
    packed_model(models),
    export_catalog(text[]),
    compare_catalog(jsonb),
    import_catalog(uuid, jsonb, text)
    from public;
grant execute on function
    export_catalog(text[]),
    compare_catalog(jsonb),
    import_catalog(uuid, jsonb, text)
    to dailies_web, dailies_jobs;
