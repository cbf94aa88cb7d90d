-- Requests for videos at the doubles of four providers, each from words and of two seconds.
update models
set capabilities = '{text-to-video}'
where slug in ('veo-3.1-fast', 'runway-gen4-turbo');

create or replace function bench_provider_request(voter_number int, wanted text)
returns uuid
language plpgsql
as $$
declare
    model models;
    made record;
begin
    select * into model from models where slug = wanted;
    select created.outcome, created.id
    into made
    from bench_voters
    cross join lateral create_generation(
        bench_voters.id,
        jsonb_build_object(
            'model_id', model.id, 'prompt', 'fog ' || voter_number, 'duration_ms', 2000, 'quality', 'standard', 'aspect_ratio',
            '9:16', 'seed', 7, 'parameters', '{}'::jsonb, 'credits', 0, 'expected_usd', '0.10',
            'frames', case when wanted = 'mochi' then 48 end
        ),
        model.updated_at, 600000, null, null, 0
    ) created
    where bench_voters.number = voter_number;
    if made.outcome <> 'done' then
        raise exception 'a request was refused: %', made.outcome;
    end if;
    return made.id;
end
$$;

-- What a load before this one has left.
truncate generations, generation_runs, generation_attempts, generation_usage, credit_reservations, credit_entries,
    credit_balances, provider_states, provider_minutes, provider_webhooks cascade;
delete from jobs
where kind in ('submit_generation', 'poll_generation', 'fetch_generation', 'process_generation', 'wake_provider', 'publish');
