-- A thousand videos of public comparisons, four to each, and one pair to judge for each member that votes.
\set ON_ERROR_STOP on
set synchronous_commit = off;
truncate battle_pairs, battles, battle_voters, battle_evidence, battle_videos, video_votes cascade;
truncate rate_windows;
delete from comparisons where slug like 'bench-%';
delete from generations where prompt = 'bench';

create temporary table four as
select id, name, provider, row_number() over (order by slug) as place
from models
where is_active
order by slug
limit 4;
insert into comparisons (
    slug, title, kind, prompt, duration_ms, quality, seed, is_public, published_at, words, created_at, updated_at
)
select 'bench-' || number, 'Bench', 'text-to-video', 'bench', 5000, 'standard', 1, true, now(), '', now(), now()
from generate_series(1, 250) number;
insert into generations (
    id, user_id, model_id, model_name, provider, endpoint, status, prompt, duration_ms, quality, seed, credits, original_key,
    video_key, small_key, poster_key, width, height, video_ms, created_at, updated_at, finished_at
)
select md5('bench ' || comparisons.slug || four.place)::uuid, owner.id, four.id, four.name, four.provider, 'x', 'completed',
    'bench', 5000, 'standard', 1, 0, 'a', 'b', 'c', 'd', 1280, 720, 5000, now(), now(), now()
from comparisons
cross join four
cross join (select id from users order by id limit 1) owner
where comparisons.slug like 'bench-%';
insert into comparison_videos (generation_id, comparison_id, model_id, added_at)
select md5('bench ' || comparisons.slug || four.place)::uuid, comparisons.id, four.id, now()
from comparisons
cross join four
where comparisons.slug like 'bench-%';
update comparisons set completed_videos = 4 where slug like 'bench-%';
insert into battle_videos (generation_id, group_id, model_id, has_source, video_key, made_at)
select generation_id, group_id, model_id, has_source, video_key, now()
from public_battle_videos();
insert into battle_pairs (id, voter_key, left_id, right_id, shown_at, expires_at)
select md5('bench pair ' || bench_voters.number)::uuid, 'user_' || bench_voters.id,
    md5('bench bench-' || 1 + bench_voters.number % 250 || 1 + bench_voters.number % 4)::uuid,
    md5('bench bench-' || 1 + bench_voters.number % 250 || 1 + (bench_voters.number + 1) % 4)::uuid, now(),
    now() + interval '1 hour'
from bench_voters;
reset synchronous_commit;
vacuum (analyze) battle_pairs, battles, battle_voters, battle_evidence, battle_videos, generations, comparisons, comparison_videos,
    video_votes, rate_windows;
checkpoint;
