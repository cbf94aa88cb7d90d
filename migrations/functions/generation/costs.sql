-- What runs cost and how they went, after their end.

-- Enters or overrides what a completed run cost. Outcomes: done, run_not_found, run_not_completed.
create or replace function set_run_cost(actor uuid, wanted uuid, wanted_run int, entered numeric, why text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept generation_runs;
    before numeric;
begin
    perform require_admin(actor);
    -- The order of complete_generation().
    perform from generations where id = wanted for update;
    select * into kept
    from generation_runs
    where generation_id = wanted and run = coalesce(
        wanted_run, (select max(run) from generation_runs where generation_id = wanted)
    )
    for update;
    if kept.run is null then
        return 'run_not_found';
    elsif kept.outcome is distinct from 'completed' then
        return 'run_not_completed';
    end if;
    select cost_usd into before from generations where id = wanted and run = kept.run;
    if not found then
        before := kept.cost_usd;
    end if;
    update generations
    set cost_usd = entered,
        cost_breakdown = jsonb_build_object(
            'amount', trim_scale(entered)::text, 'billedMilliseconds', video_ms, 'isEstimated', false,
            'warnings', '[]'::jsonb,
            'terms', jsonb_build_array(
                jsonb_build_object(
                    'label', 'entered by an admin', 'quantity', '1', 'price', trim_scale(entered)::text, 'amount',
                    trim_scale(entered)::text
                )
            )
        ),
        updated_at = dailies_now()
    where id = wanted and run = kept.run;
    update generation_runs
    set cost_usd = entered,
        is_cost_entered = true
    where generation_id = wanted and run = kept.run;
    perform correct_model_cost(kept.model_id, before, entered);
    perform write_audit(
        actor, 'video.set_cost', 'video', wanted::text, nullif(why, ''), jsonb_build_object('costUsd', trim_scale(before)::text),
        jsonb_build_object('costUsd', trim_scale(entered)::text)
    );
    return 'done';
end
$$;

-- Computes what can be expected of each model, duration and quality, from the latest thousand runs of the last 90 days.
create or replace function refresh_expectations()
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    made int;
begin
    delete from model_expectations;
    with latest as (
        select model_id, duration_ms, quality, outcome, took_ms,
            row_number() over (partition by model_id, duration_ms, quality order by ended_at desc) as place
        from generation_runs
        where ended_at > dailies_now() - interval '90 days' and outcome in ('completed', 'failed')
    ), counted as (
        select model_id, duration_ms, quality, count(*)::int as runs,
            (count(*) filter (where outcome = 'completed'))::int as completed,
            percentile_cont(0.5) within group (order by took_ms) filter (where outcome = 'completed') as median_ms,
            percentile_cont(0.9) within group (order by took_ms) filter (where outcome = 'completed') as ninetieth_ms
        from latest
        where place <= 1000
        group by model_id, duration_ms, quality
        -- Fewer runs say nothing.
        having count(*) >= 20
    )
    insert into model_expectations (model_id, duration_ms, quality, runs, completed, median_ms, ninetieth_ms)
    select model_id, duration_ms, quality, runs, completed, round(median_ms), round(ninetieth_ms)
    from counted;
    get diagnostics made = row_count;
    return made;
end
$$;

revoke all on function
    set_run_cost(uuid, uuid, int, numeric, text),
    refresh_expectations()
    from public;
grant execute on function set_run_cost(uuid, uuid, int, numeric, text) to dailies_web, dailies_jobs;
grant execute on function refresh_expectations() to dailies_jobs;
