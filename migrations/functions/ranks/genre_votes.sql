-- The vote on the next season's genre. It is open while no season runs, and counts what was cast since the last season began;
-- while a season runs, what was cast before it.

-- Whether genres can be voted on, the season that runs if not, and the moments between which the votes that count were cast.
create or replace function genre_poll(
    out is_open boolean,
    out running text,
    out counts_after timestamptz,
    out counts_until timestamptz
)
language sql
stable
set search_path = public, pg_temp
as $$
    select active.id is null, active.label,
        coalesce(
            (
                select max(activated_at)
                from seasons
                where active.id is null or activated_at < active.activated_at
            ), '-infinity'
        ),
        coalesce(active.activated_at, 'infinity')
    from (select) nothing
    left join seasons active on active.status = 'active';
$$;

-- The votes of each genre that has some, the member's own genre, and whether voting is open. One row at least.
create or replace function genre_tally(member uuid)
returns table (is_open boolean, running text, mine text, genre text, votes int)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select poll.is_open, poll.running,
        (
            select cast_by.genre
            from genre_votes cast_by
            where cast_by.user_id = member and cast_by.cast_at > poll.counts_after
                and cast_by.cast_at <= poll.counts_until
        ),
        counted.genre, coalesce(counted.votes, 0)
    from genre_poll() poll
    left join (
        select cast_for.genre, count(*)::int as votes
        from genre_poll() poll
        join genre_votes cast_for on cast_for.cast_at > poll.counts_after and cast_for.cast_at <= poll.counts_until
        group by cast_for.genre
    ) counted on true;
$$;

-- Casts, changes or, without a genre, removes a member's vote. Outcomes: done, genre_vote_closed. Pages that show the vote
-- learn of it within a second, however many people vote.
create or replace function cast_genre_vote(member uuid, wanted text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    poll record;
begin
    -- No season begins meanwhile.
    perform pg_advisory_xact_lock_shared(hashtextextended('dailies.film', 0));
    select * into poll from genre_poll();
    if not poll.is_open then
        return 'genre_vote_closed';
    end if;
    if wanted is null then
        delete from genre_votes where user_id = member;
    else
        insert into genre_votes (user_id, genre, cast_at)
        values (member, wanted, dailies_now())
        on conflict (user_id) do update
        set genre = excluded.genre,
            cast_at = excluded.cast_at;
    end if;
    perform enqueue_job(
        'publish',
        jsonb_build_object(
            'channel', 'slot', 'name', 'genre_votes', 'message', jsonb_build_object('name', 'genre_votes')::text
        ),
        job_run_at => dailies_now() + interval '1 second',
        job_unique_key => 'genre_votes'
    );
    return 'done';
end
$$;

revoke all on function genre_poll(), genre_tally(uuid), cast_genre_vote(uuid, text) from public;
grant execute on function genre_tally(uuid), cast_genre_vote(uuid, text) to dailies_web, dailies_jobs;
