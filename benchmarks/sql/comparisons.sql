-- Fills the site with `comparisons` public comparisons of two videos each, whose titles and prompts are of words of which the
-- n-th is as frequent as 1/n, with 40 tags, votes and runs over a year. Counts are written as the triggers would.
\set ON_ERROR_STOP on
set synchronous_commit = off;
set session_replication_role = replica;
select setseed(0.5);

create function pg_temp.word(number int)
returns text
language sql
immutable
as $$
    select syllables[1 + number % 20] || syllables[1 + number / 20 % 20] || syllables[1 + number / 400 % 20]
    from (
        select string_to_array('ba ne ki lo mu sta re vi do ru pa le ti so gu cha fe ni to lu', ' ') as syllables
    ) spoken;
$$;

insert into tags (slug, name, listed_count, created_at)
select 'bench-' || number, 'Bench ' || number, 0, now()
from generate_series(1, 40) number;

insert into comparisons (
    slug, title, kind, prompt, duration_ms, quality, seed, is_public, is_featured, published_at, completed_videos, short_side,
    vote_count, words, created_at, updated_at
)
select 'listed-' || number, left(words.title, 120), case when number % 3 = 0 then 'image-to-video' else 'text-to-video' end,
    words.prompt, (array[3000, 5000, 6000, 8000, 10000])[1 + number % 5], 'standard', 1, true, number % 2000 = 0,
    now() - number * interval '5 minutes', 2, (array[480, 720, 1080])[1 + number % 3], (power(1000, random()))::int,
    setweight(words_of(words.title), 'A') || setweight(words_of(words.prompt), 'B'),
    now() - number * interval '5 minutes', now()
from generate_series(1, :comparisons) number
cross join lateral (
    select string_agg(pg_temp.word(power(8000, random())::int - 1), ' ') filter (where place <= 4) as title,
        string_agg(pg_temp.word(power(8000, random())::int - 1), ' ') as prompt
    from generate_series(1, 12 + number % 4) place
) words;

insert into comparison_tags (comparison_id, tag_id)
select distinct comparisons.id, tags.id
from (select id, row_number() over (order by slug) as number from comparisons where slug like 'listed-%') comparisons
cross join generate_series(1, 3) step
join tags on tags.slug = 'bench-' || (1 + (power(40, ((comparisons.number * step * 7919) % 1000) / 1000.0))::int % 40);
update tags
set listed_count = counted.comparisons
from (select tag_id, count(*)::int as comparisons from comparison_tags group by tag_id) counted
where counted.tag_id = tags.id;

insert into generations (
    user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality, seed, credits, cost_usd,
    original_key, video_key, small_key, poster_key, width, height, video_ms, created_at, updated_at, finished_at, idempotency_key
)
select owner.id, models.ids[1 + (comparisons.number * 7 + side) % cardinality(models.ids)], 'Model', 'local', 'local', 'completed',
    comparisons.prompt, 5000, 'standard', 1, 0, 0.35, 'videos/x/a.mp4', 'videos/x/a.mp4', 'videos/x/b.mp4', 'videos/x/c.webp',
    1280, comparisons.short_side, 5000, comparisons.created_at, comparisons.created_at, comparisons.created_at,
    comparisons.id || ' ' || side
from (select *, row_number() over (order by slug) as number from comparisons where slug like 'listed-%') comparisons
cross join generate_series(0, 1) side
cross join (select array_agg(id order by slug) as ids from models) models
cross join (select id from users order by id limit 1) owner;

insert into comparison_videos (generation_id, comparison_id, model_id, vote_count, added_at)
select generations.id, comparisons.id, generations.model_id, comparisons.vote_count / 2, comparisons.created_at
from generations
join comparisons on comparisons.id = split_part(generations.idempotency_key, ' ', 1)::uuid
where generations.original_key = 'videos/x/a.mp4'
on conflict do nothing;

insert into generation_runs (
    generation_id, run, user_id, model_id, provider, duration_ms, quality, reserved_at, expected_usd, outcome, ended_at, cost_usd,
    video_ms, took_ms
)
select id, 1, user_id, model_id, provider, 5000, 'standard', created_at, 0.35, 'completed', created_at, 0.35, 5000,
    20000 + (random() * 90000)::int
from generations
where original_key = 'videos/x/a.mp4';

insert into battles (
    pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
)
select gen_random_uuid(), gen_random_uuid(), models.ids[1 + number % 12], models.ids[1 + (number * 5 + 1) % 12],
    gen_random_uuid(), gen_random_uuid(), number % 3 = 0, (array['left', 'right', 'tie', 'bothBad'])[1 + number % 4], now()
from generate_series(1, 20000) number
cross join (select array_agg(id order by slug) as ids from models) models
where number % 12 <> (number * 5 + 1) % 12;

reset session_replication_role;
reset synchronous_commit;
-- Nothing was noted, so everything is counted again.
delete from model_day_state;
vacuum (analyze) comparisons, comparison_tags, comparison_videos, generations, generation_runs, tags, battles;
