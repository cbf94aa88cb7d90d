-- Templates of comparisons, and the schedules by which they are planned.

-- Keeps a template; one of the same name is replaced. Returns its id.
create or replace function save_template(actor uuid, wanted_name text, wanted jsonb)
returns uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept uuid;
begin
    perform require_admin(actor);
    insert into comparison_templates as kept_rows (name, request, created_by, created_at)
    values (wanted_name, wanted, actor, dailies_now())
    on conflict (name) do update
    set request = excluded.request,
        created_by = excluded.created_by
    returning kept_rows.id into kept;
    perform write_audit(
        actor, 'template.save', 'template', kept::text, null, null, jsonb_build_object('name', wanted_name)
    );
    return kept;
end
$$;

-- Deletes a template with its schedules. False when there is none.
create or replace function delete_template(actor uuid, wanted uuid)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    gone comparison_templates;
begin
    perform require_admin(actor);
    delete from comparison_templates where id = wanted returning * into gone;
    if gone.id is null then
        return false;
    end if;
    perform write_audit(
        actor, 'template.delete', 'template', wanted::text, null, jsonb_build_object('name', gone.name), null
    );
    return true;
end
$$;

-- Plans a comparison of a template. {date} and {number} in its title are filled in.
create or replace function plan_template(kept comparison_templates, maker uuid, number int, moment timestamptz)
returns uuid
language plpgsql
set search_path = public, pg_temp
as $$
declare
    title constant text := left(
        replace(
            replace(kept.request ->> 'title', '{date}', to_char(moment at time zone 'utc', 'YYYY-MM-DD')), '{number}',
            number::text
        ),
        120
    );
    made uuid;
begin
    insert into planned_comparisons (title, request, created_by, due_at, created_at)
    values (title, kept.request || jsonb_build_object('title', title), maker, moment, dailies_now())
    returning id into made;
    return made;
end
$$;

-- Plans a comparison of a template now, by hand. Null when there is no such template.
create or replace function use_template(actor uuid, wanted uuid)
returns uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept comparison_templates;
    made uuid;
begin
    perform require_admin(actor);
    select * into kept from comparison_templates where id = wanted;
    if kept.id is null then
        return null;
    end if;
    made := plan_template(
        kept, actor,
        1 + (select coalesce(sum(runs), 0)::int from comparison_schedules where template_id = wanted), dailies_now()
    );
    perform write_audit(
        actor, 'template.use', 'template', wanted::text, null, null, jsonb_build_object('name', kept.name)
    );
    return made;
end
$$;

-- Makes a schedule of a template. Null when there is no such template.
create or replace function create_schedule(actor uuid, template uuid, hours int, first_at timestamptz)
returns uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    made uuid;
begin
    perform require_admin(actor);
    if not exists (select from comparison_templates where id = template) then
        return null;
    end if;
    insert into comparison_schedules (template_id, every_hours, next_at, created_by, created_at)
    values (template, hours, coalesce(first_at, dailies_now()), actor, dailies_now())
    returning id into made;
    perform write_audit(
        actor, 'schedule.create', 'schedule', made::text, null, null, jsonb_build_object('everyHours', hours)
    );
    return made;
end
$$;

-- Pauses a schedule, lets it run again, or with null deletes it. False when there is none.
create or replace function change_schedule(actor uuid, wanted uuid, pause boolean)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform require_admin(actor);
    if pause is null then
        delete from comparison_schedules where id = wanted;
    else
        update comparison_schedules
        set is_paused = pause,
            -- What was missed meanwhile is not made up for.
            next_at = case when pause then next_at else greatest(next_at, dailies_now()) end
        where id = wanted;
    end if;
    if not found then
        return false;
    end if;
    perform write_audit(
        actor, case when pause is null then 'schedule.delete' when pause then 'schedule.pause' else 'schedule.resume' end,
        'schedule', wanted::text, null, null, null
    );
    return true;
end
$$;

-- Plans what schedules are due for, once for each, however long ago: what was missed is not made up for. Returns how many.
create or replace function run_schedules()
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    due comparison_schedules;
    kept comparison_templates;
    planned int := 0;
begin
    for due in
        select *
        from comparison_schedules
        where not is_paused and next_at <= dailies_now()
        order by next_at
        for update skip locked
    loop
        select * into kept from comparison_templates where id = due.template_id;
        perform plan_template(kept, due.created_by, due.runs + 1, dailies_now());
        update comparison_schedules
        set runs = runs + 1,
            next_at = next_at + every_hours * interval '1 hour'
                * (1 + floor(extract(epoch from dailies_now() - next_at) / (every_hours * 3600)))
        where id = due.id;
        planned := planned + 1;
    end loop;
    return planned;
end
$$;

-- Features the next `most` of the public comparisons that take turns, when the last turn is `every` ago: those whose turn was longest
-- ago. Returns how many are featured now; null when it is not time.
create or replace function rotate_featured(most int, every interval)
returns int
language plpgsql
set search_path = public, pg_temp
as $$
declare
    featured int;
begin
    perform pg_advisory_xact_lock(hashtextextended('rotation', 0));
    if not exists (select from comparisons where is_rotating)
        or (select max(turn_at) from comparisons where is_rotating) > dailies_now() - every then
        return null;
    end if;
    with next as (
        select id
        from comparisons
        where is_rotating and is_public and archived_at is null and completed_videos > 0
        order by turn_at nulls first, published_at desc, id
        limit most
    )
    update comparisons
    set is_featured = id in (select id from next),
        turn_at = case when id in (select id from next) then dailies_now() else turn_at end
    where is_rotating;
    select count(*)::int into featured from comparisons where is_rotating and is_featured;
    perform announce_change('film', 'comparisons');
    return featured;
end
$$;

revoke all on function
    save_template(uuid, text, jsonb),
    delete_template(uuid, uuid),
    plan_template(comparison_templates, uuid, int, timestamptz),
    use_template(uuid, uuid),
    create_schedule(uuid, uuid, int, timestamptz),
    change_schedule(uuid, uuid, boolean),
    run_schedules(),
    rotate_featured(int, interval)
    from public;
grant execute on function
    save_template(uuid, text, jsonb),
    delete_template(uuid, uuid),
    use_template(uuid, uuid),
    create_schedule(uuid, uuid, int, timestamptz),
    change_schedule(uuid, uuid, boolean)
    to dailies_web, dailies_jobs;
grant execute on function run_schedules(), rotate_featured(int, interval) to dailies_jobs;
