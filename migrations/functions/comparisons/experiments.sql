-- Experiments with prompts.

-- Makes an experiment and plans a comparison of each variant, all at once. `common` is what the comparisons have in common; `variants`
-- has label, title and prompt of each. Returns the id.
create or replace function create_experiment(
    actor uuid, wanted_title text, wanted_note text, common jsonb, variants jsonb
)
returns uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    made uuid;
    planned uuid;
    variant record;
begin
    perform require_admin(actor);
    insert into experiments (title, note, models, created_by, created_at)
    values (
        wanted_title, wanted_note, array(select jsonb_array_elements_text(common -> 'models')), actor, dailies_now()
    )
    returning id into made;
    for variant in
        select label, title, prompt, place
        from jsonb_to_recordset(variants) given (label text, title text, prompt text, place int)
        order by place
    loop
        insert into planned_comparisons (title, request, created_by, due_at, created_at)
        values (
            variant.title, common || jsonb_build_object('title', variant.title, 'prompt', variant.prompt), actor,
            dailies_now(), dailies_now()
        )
        returning id into planned;
        insert into experiment_variants (experiment_id, place, label, prompt, plan_id)
        values (made, variant.place, variant.label, variant.prompt, planned);
    end loop;
    perform write_audit(
        actor, 'experiment.create', 'experiment', made::text, null, null,
        jsonb_build_object('title', wanted_title, 'variants', jsonb_array_length(variants))
    );
    return made;
end
$$;

revoke all on function create_experiment(uuid, text, text, jsonb, jsonb) from public;
grant execute on function create_experiment(uuid, text, text, jsonb, jsonb) to dailies_web, dailies_jobs;
