-- What keeps clip_listings and clip_genre_counts true. The triggers run with the owner's rights: those who change clips
-- write no listing.

-- The words of a text as searches compare them. Punctuation is no part of a word.
create or replace function words_of(wanted text)
returns tsvector
language sql
immutable
as $$
    select to_tsvector('simple', regexp_replace(wanted, '[!-/:-@\[-`{-~]+', ' ', 'g'));
$$;

-- The title weighs most, then the creator, then the description.
create or replace function listing_words(title text, username text, description text)
returns tsvector
language sql
immutable
as $$
    select setweight(words_of(title), 'A') || setweight(words_of(coalesce(username, '')), 'B')
        || setweight(words_of(description), 'D');
$$;

-- What a text looks for: clips with all of its words. The last word may be typed in part; a short one only when it is
-- alone, since so many words begin with it. Null when the text has no word.
create or replace function listing_query(wanted text)
returns tsquery
language sql
immutable
as $$
    select string_agg(
        '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''''
            || case when is_last and (char_length(lexeme) > 2 or words = 1) then ':*' else '' end,
        ' & '
    )::tsquery
    from (
        select lexeme, row_number() over (order by positions[cardinality(positions)] desc) = 1 as is_last,
            count(*) over () as words
        from unnest(words_of(wanted))
    ) words;
$$;

-- Lists a clip, or takes it off the list. A clip of a former member that lost has no file any more.
create or replace function list_clip()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    if new.status in ('active', 'locked', 'eliminated') and new.video_key is not null then
        insert into clip_listings (clip_id, genre, status, listed_at, votes, words)
        select new.id, new.genre, new.status, coalesce(new.activated_at, new.created_at),
            coalesce(
                (select sum(vote_count)::int from slot_results where clip_id = new.id and superseded_at is null), 0
            ),
            listing_words(new.title, users.username, new.description)
        from users
        where users.id = new.user_id
        on conflict (clip_id) do update
        set genre = excluded.genre,
            status = excluded.status,
            listed_at = excluded.listed_at,
            words = excluded.words;
    else
        delete from clip_listings where clip_id = new.id;
    end if;
    return null;
end
$$;

-- The creator's name is among the words.
create or replace function list_renamed()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    update clip_listings
    set words = listing_words(clips.title, new.username, clips.description)
    from tournament_clips clips
    where clips.id = clip_listings.clip_id and clips.user_id = new.id;
    return null;
end
$$;

-- The votes of closed rounds, after results were written, replaced or removed.
create or replace function list_results()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    update clip_listings
    set votes = totals.votes
    from (
        select changed.clip_id, coalesce(sum(results.vote_count), 0)::int as votes
        from (select distinct clip_id from changed_results) changed
        left join slot_results results on results.clip_id = changed.clip_id and results.superseded_at is null
        group by changed.clip_id
    ) totals
    where clip_listings.clip_id = totals.clip_id and clip_listings.votes <> totals.votes;
    return null;
end
$$;

create or replace function count_listed(listed clip_genre_counts[])
returns void
language sql
as $$
    insert into clip_genre_counts (genre, status, clips)
    select genre, status, clips
    from unnest(listed)
    order by genre, status
    on conflict (genre, status) do update
    set clips = clip_genre_counts.clips + excluded.clips;
$$;

create or replace function count_added()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform count_listed(
        array(
            select row(genre, status, count(*)::int)::clip_genre_counts
            from added
            group by genre, status
        )
    );
    return null;
end
$$;

-- A row that is counted down exists, because it was counted up before.
create or replace function count_removed()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    update clip_genre_counts
    set clips = clip_genre_counts.clips - gone.clips
    from (
        select genre, status, count(*)::int as clips
        from removed
        group by genre, status
    ) gone
    where clip_genre_counts.genre = gone.genre and clip_genre_counts.status = gone.status;
    return null;
end
$$;

create or replace function count_moved()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform count_listed(
        array(
            select row(moved.genre, moved.status, sum(moved.clips)::int)::clip_genre_counts
            from (
                select genre, status, 1 as clips from added
                union all
                select genre, status, -1 from removed
            ) moved
            group by moved.genre, moved.status
            having sum(moved.clips) > 0
        )
    );
    update clip_genre_counts
    set clips = clip_genre_counts.clips + gone.clips
    from (
        select moved.genre, moved.status, sum(moved.clips)::int as clips
        from (
            select genre, status, 1 as clips from added
            union all
            select genre, status, -1 from removed
        ) moved
        group by moved.genre, moved.status
        having sum(moved.clips) < 0
    ) gone
    where clip_genre_counts.genre = gone.genre and clip_genre_counts.status = gone.status;
    return null;
end
$$;

create or replace trigger tournament_clips_listed
after insert on tournament_clips
for each row
execute function list_clip();

-- No counter is named, so votes and views start nothing here.
create or replace trigger tournament_clips_relisted
after update of status, title, description, genre, activated_at, user_id, video_key on tournament_clips
for each row
when (
    (old.status, old.title, old.description, old.genre, old.activated_at, old.user_id, old.video_key)
        is distinct from
        (new.status, new.title, new.description, new.genre, new.activated_at, new.user_id, new.video_key)
)
execute function list_clip();

create or replace trigger users_relisted
after update of username on users
for each row
when (old.username is distinct from new.username)
execute function list_renamed();

create or replace trigger slot_results_listed
after insert on slot_results
referencing new table as changed_results
for each statement
execute function list_results();

create or replace trigger slot_results_relisted
after update on slot_results
referencing new table as changed_results
for each statement
execute function list_results();

create or replace trigger slot_results_unlisted
after delete on slot_results
referencing old table as changed_results
for each statement
execute function list_results();

create or replace trigger clip_listings_added
after insert on clip_listings
referencing new table as added
for each statement
execute function count_added();

create or replace trigger clip_listings_moved
after update on clip_listings
referencing new table as added old table as removed
for each statement
execute function count_moved();

create or replace trigger clip_listings_removed
after delete on clip_listings
referencing old table as removed
for each statement
execute function count_removed();

-- Why a clip that everybody could see is not there any more: withdrawn (by its creator) or removed; null for any other.
create or replace function clip_absence(wanted uuid)
returns text
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select case when creator_withdrew_at is not null then 'withdrawn' else 'removed' end
    from tournament_clips
    where id = wanted and activated_at is not null
        and (status = 'rejected' or status = 'eliminated' and video_key is null);
$$;

revoke all on function
    list_clip(),
    list_renamed(),
    list_results(),
    count_listed(clip_genre_counts[]),
    count_added(),
    count_removed(),
    count_moved(),
    clip_absence(uuid)
    from public;
grant execute on function clip_absence(uuid) to dailies_web, dailies_jobs;
