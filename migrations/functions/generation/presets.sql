-- The presets of members: filled-in forms of a model under a name. Those of the catalog are an admin's.

-- Saves a preset of a member; one of the same model and name is replaced. `facts` holds columns of `presets`. Outcomes: done,
-- model_not_found, preset_limit.
create or replace function save_preset(member uuid, model uuid, facts jsonb, preset_limit int)
returns table (outcome text, id uuid)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    wanted presets := jsonb_populate_record(null::presets, facts);
    saved uuid;
begin
    perform pg_advisory_xact_lock(hashtextextended('presets ' || member::text, 0));
    if not exists (select from models where models.id = model) then
        return query select 'model_not_found', null::uuid;
        return;
    end if;
    if preset_limit <= (
        select count(*)
        from presets
        where user_id = member and (model_id, name) is distinct from (model, wanted.name)
    ) then
        return query select 'preset_limit', null::uuid;
        return;
    end if;
    insert into presets (
        model_id, user_id, name, prompt, negative_prompt, parameters, duration_ms, quality, aspect_ratio, seed, created_at
    )
    values (
        model, member, wanted.name, coalesce(wanted.prompt, ''), coalesce(wanted.negative_prompt, ''),
        coalesce(wanted.parameters, '{}'), wanted.duration_ms, wanted.quality, wanted.aspect_ratio, wanted.seed,
        dailies_now()
    )
    on conflict (user_id, model_id, name) where user_id is not null do update
    set prompt = excluded.prompt,
        negative_prompt = excluded.negative_prompt,
        parameters = excluded.parameters,
        duration_ms = excluded.duration_ms,
        quality = excluded.quality,
        aspect_ratio = excluded.aspect_ratio,
        seed = excluded.seed
    returning presets.id into saved;
    return query select 'done', saved;
end
$$;

-- Gives a preset of a member another name. Outcomes: done, preset_not_found, preset_name_taken.
create or replace function rename_preset(member uuid, wanted uuid, new_name text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept presets;
begin
    perform pg_advisory_xact_lock(hashtextextended('presets ' || member::text, 0));
    select * into kept from presets where id = wanted and user_id = member;
    if kept.id is null then
        return 'preset_not_found';
    elsif exists (
        select from presets
        where user_id = member and model_id = kept.model_id and name = new_name and id <> wanted
    ) then
        return 'preset_name_taken';
    end if;
    update presets set name = new_name where id = wanted;
    return 'done';
end
$$;

-- Deletes a preset of a member. False when there is none.
create or replace function delete_preset(member uuid, wanted uuid)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    delete from presets where id = wanted and user_id = member;
    return found;
end
$$;

revoke all on function
    save_preset(uuid, uuid, jsonb, int),
    rename_preset(uuid, uuid, text),
    delete_preset(uuid, uuid)
    from public;
grant execute on function
    save_preset(uuid, uuid, jsonb, int),
    rename_preset(uuid, uuid, text),
    delete_preset(uuid, uuid)
    to dailies_web, dailies_jobs;
