-- Comparisons that are made later.

-- Plans the comparisons of a file, all at once. `plans` holds rows of `planned_comparisons`. Outcomes: done, file_imported.
create or replace function import_comparisons(actor uuid, plans jsonb)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    made uuid;
begin
    perform require_admin(actor);
    insert into comparison_imports (content_hash, lines, created_by, created_at)
    values (
        encode(sha256(convert_to(plans::text, 'UTF8')), 'hex'), jsonb_array_length(plans), actor, dailies_now()
    )
    on conflict (content_hash) do nothing
    returning id into made;
    if made is null then
        return 'file_imported';
    end if;
    insert into planned_comparisons (import_id, line, title, request, created_by, due_at, created_at)
    select made, wanted.line, wanted.title, wanted.request, actor, coalesce(wanted.due_at, dailies_now()), dailies_now()
    from jsonb_to_recordset(plans) wanted (line int, title text, request jsonb, due_at timestamptz);
    perform write_audit(
        actor, 'comparison.import', 'comparison_import', made::text, null, null,
        jsonb_build_object('lines', jsonb_array_length(plans))
    );
    return 'done';
end
$$;

-- Acts on plans: `cancel` ends waiting ones, `retry` lets those that failed or were cancelled wait again. Returns the ids of those
-- that changed.
create or replace function change_plans(actor uuid, wanted uuid[], act text)
returns setof uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    changed constant text[] := case act when 'cancel' then array['waiting'] else array['failed', 'cancelled'] end;
    ids uuid[];
begin
    perform require_admin(actor);
    with now_changed as (
        update planned_comparisons
        set state = case act when 'cancel' then 'cancelled' else 'waiting' end,
            due_at = case act when 'cancel' then due_at else dailies_now() end,
            fault = null,
            created_by = coalesce(created_by, actor),
            done_at = case act when 'cancel' then dailies_now() end
        where id = any (wanted) and state = any (changed)
        returning id
    )
    select array_agg(id) into ids from now_changed;
    if ids is not null then
        perform write_audit(
            actor, case act when 'cancel' then 'plan.cancel' else 'plan.retry' end, 'plan', ids[1]::text, null, null,
            jsonb_build_object('plans', cardinality(ids))
        );
    end if;
    return query select unnest(ids);
end
$$;

-- The next plan that is due, but for those that were tried already in this round; no row when there is none.
create or replace function next_plan(tried uuid[])
returns table (id uuid, request jsonb, admin uuid)
language sql
stable
set search_path = public, pg_temp
as $$
    select plans.id, plans.request, users.id
    from planned_comparisons plans
    left join users on users.id = plans.created_by and users.role = 'admin' and users.banned_at is null
    where plans.state = 'waiting' and plans.due_at <= dailies_now() and plans.id <> all (tried)
    order by plans.due_at, plans.created_at, plans.line, plans.id
    limit 1;
$$;

-- Notes the comparison that was made of a plan, in the transaction that makes it. Outcomes: done, plan_gone (another process has
-- made it, or an admin has cancelled it).
create or replace function complete_plan(wanted uuid, made uuid)
returns text
language plpgsql
set search_path = public, pg_temp
as $$
begin
    update planned_comparisons
    set state = 'made',
        comparison_id = made,
        done_at = dailies_now()
    where id = wanted and state = 'waiting';
    return case when found then 'done' else 'plan_gone' end;
end
$$;

revoke all on function
    import_comparisons(uuid, jsonb),
    change_plans(uuid, uuid[], text),
    next_plan(uuid[]),
    complete_plan(uuid, uuid)
    from public;
grant execute on function
    import_comparisons(uuid, jsonb),
    change_plans(uuid, uuid[], text)
    to dailies_web, dailies_jobs;
grant execute on function next_plan(uuid[]), complete_plan(uuid, uuid) to dailies_jobs;
