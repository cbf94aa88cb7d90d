-- The reference for requests for videos: the statements of one request, called from inside Postgres.
create or replace function bench_request(voter_number int)
returns text
language plpgsql
as $$
declare
    model models;
    made record;
begin
    select * into model from models where slug = 'local';
    select * into made
    from bench_voters
    cross join lateral create_generation(
        bench_voters.id,
        jsonb_build_object(
            'model_id', model.id, 'prompt', 'fog over the tracks', 'duration_ms', 2000, 'quality', 'standard', 'aspect_ratio',
            '9:16', 'seed', 7, 'parameters', '{}'::jsonb, 'credits', 0
        ),
        model.updated_at, 600000, null, null, 0
    ) created
    where bench_voters.number = voter_number;
    return made.outcome;
end
$$;

insert into terms_acceptances (user_id, version, accepted_at)
select bench_voters.id, current_terms(), now()
from bench_voters
on conflict do nothing;

-- What a load before this one has left.
truncate generations, generation_attempts, generation_usage, credit_reservations, credit_entries, credit_balances cascade;
delete from jobs where kind = 'draw_generation';
