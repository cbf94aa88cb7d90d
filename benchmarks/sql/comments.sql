-- Fills the clip `clip` with 100,000 comments: three threads in four have no reply, the others one or two. A third of them are
-- liked. Counts are written as the triggers would. Every member has accepted the terms.
\set ON_ERROR_STOP on
set synchronous_commit = off;
set session_replication_role = replica;
delete from comment_likes;
delete from comments;
delete from comment_counts;

insert into comments (clip_id, user_id, text, created_at)
select :'clip', members.id, 'The light holds until the very last frame, number ' || place,
    now() - interval '1 hour' - place * interval '7 seconds'
from generate_series(1, 72728) place
join bench_voters members on members.number = 1 + place::bigint * 7919 % (select count(*) from bench_voters);
insert into comments (clip_id, parent_id, user_id, text, created_at)
select parents.clip_id, parents.id, parents.user_id, 'I saw it too', parents.created_at + step * interval '1 minute'
from (select *, row_number() over (order by created_at) as number from comments) parents
cross join generate_series(1, 2) step
where parents.number % 4 = 0 and (step = 1 or parents.number % 8 = 0);
update comments parents
set reply_count = counted.replies
from (select parent_id, count(*)::int as replies from comments where parent_id is not null group by parent_id) counted
where counted.parent_id = parents.id;
update comments set like_count = (power(200, random()))::int - 1 where parent_id is null;
insert into comment_counts (clip_id, visible)
select clip_id, count(*)::int from comments group by clip_id;
insert into terms_acceptances (user_id, version, accepted_at)
select bench_voters.id, current_terms(), now()
from bench_voters
on conflict do nothing;

reset session_replication_role;
reset synchronous_commit;
vacuum (analyze) comments, comment_counts, comment_likes, terms_acceptances;
