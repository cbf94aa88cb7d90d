-- A board of voters of all time with so many more :entries, whose members have no names. The next reset of the boards removes
-- them.
begin;
select lock_ranks();
set local session_replication_role = replica;
insert into rank_state (day, folded_at)
values ((now() at time zone 'utc')::date, now())
on conflict (singleton) do nothing;
with made as (
    insert into users (id)
    select gen_random_uuid()
    from generate_series(1, :entries)
    returning id
)
insert into rank_scores (board, span, ends, subject_id, votes, listed)
select 'voters', 'all', 'infinity', id, 1 + (hashtext(id::text) & 1023), true
from made;
delete from rank_counts
where board = 'voters' and span = 'all';
insert into rank_counts (board, span, ends, votes, entries)
select board, span, ends, votes, count(*)
from rank_scores
where board = 'voters' and span = 'all' and listed and votes > 0
group by board, span, ends, votes;
commit;
vacuum analyze rank_scores, rank_counts, users;
