-- Fills a finished season with `clips` clips whose titles have three to six words, each drawn from 20,000 so that the n-th
-- is as frequent as 1/n, as in a language. Counts and listings are written as the triggers would.
\set ON_ERROR_STOP on
set synchronous_commit = off;
set session_replication_role = replica;
select setseed(0.5);

insert into seasons (label, total_slots, round_seconds, status, activated_at, finished_at)
values ('Archive', 1, 86400, 'finished', now() - interval '900 days', now() - interval '100 days');
insert into story_slots (season_id, position)
select id, 1
from seasons
where label = 'Archive';

create function bench_word(number int)
returns text
language sql
immutable
as $$
    select syllables[1 + number % 20] || syllables[1 + number / 20 % 20] || syllables[1 + number / 400 % 20]
        || case when number >= 8000 then syllables[1 + number / 8000] else '' end
    from (
        select string_to_array('ba ne ki lo mu sta re vi do ru pa le ti so gu cha fe ni to lu', ' ') as syllables
    ) spoken;
$$;

insert into tournament_clips (
    season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, video_key, poster_key,
    width, height, duration_ms, created_at, activated_at, decided_at
)
select archive.id, 1, owners.ids[1 + place % cardinality(owners.ids)], titles.title,
    (array['Thriller', 'Comedy', 'Action', 'Sci-Fi', 'Romance', 'Animation', 'Horror', 'Other'])[1 + place % 8], now(),
    'eliminated', 'ready', 'clips/x/take.mp4', 'clips/x/take.jpg', 1080, 1920, 8000,
    now() - interval '900 days' + place * interval '1 minute', now() - interval '900 days' + place * interval '1 minute', now()
from generate_series(1, :clips) place
cross join (select id from seasons where label = 'Archive') archive
cross join (select array_agg(id) as ids from (select id from users order by id limit 1000) first_users) owners
cross join lateral (
    select string_agg(bench_word(power(20000, random())::int - 1), ' ') as title
    from generate_series(1, 3 + place % 4)
) titles;

insert into clip_listings (clip_id, genre, status, listed_at, votes, words)
select clips.id, clips.genre, clips.status, clips.activated_at, (power(1000, random()))::int,
    listing_words(clips.title, users.username, clips.description)
from tournament_clips clips
join users on users.id = clips.user_id
where clips.status in ('active', 'locked', 'eliminated')
on conflict do nothing;
truncate clip_genre_counts;
insert into clip_genre_counts (genre, status, clips)
select genre, status, count(*)::int
from clip_listings
group by genre, status;

reset session_replication_role;
reset synchronous_commit;
vacuum (analyze) tournament_clips, clip_listings, clip_genre_counts;
