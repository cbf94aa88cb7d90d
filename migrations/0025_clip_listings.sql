-- What visitors search and browse: every clip that competes, has competed or won, and nothing else. Triggers keep it
-- true in the transaction of each change (functions/film/listings.sql). A table of its own, since no index on
-- tournament_clips may contain what votes change, and a clip that moves to the next slot should not be indexed anew.
-- votes: those of the rounds that are closed; the open round's are shown by the season's rule, so they order nothing.
create table clip_listings (
    clip_id uuid primary key references tournament_clips on delete cascade,
    genre text not null,
    status text not null,
    listed_at timestamptz not null,
    votes int not null default 0,
    words tsvector not null,
    constraint clip_listings_status_known check (status in ('active', 'locked', 'eliminated')),
    constraint clip_listings_votes_positive check (votes >= 0)
);
-- One index for each order, alone and below each filter.
create index clip_listings_newest on clip_listings (listed_at, clip_id);
create index clip_listings_genre_newest on clip_listings (genre, listed_at, clip_id);
create index clip_listings_status_newest on clip_listings (status, listed_at, clip_id);
create index clip_listings_votes on clip_listings (votes, clip_id);
create index clip_listings_genre_votes on clip_listings (genre, votes, clip_id);
create index clip_listings_status_votes on clip_listings (status, votes, clip_id);
-- Without a list of pending entries, which each search would read in full.
create index clip_listings_words on clip_listings using gin (words) with (fastupdate = off);
-- How often a word occurs decides how a search runs, so the planner counts more words than the usual hundred.
alter table clip_listings alter column words set statistics 1000;

-- How many clips are listed of each genre and status, so that no request counts them.
create table clip_genre_counts (
    genre text not null,
    status text not null,
    clips int not null,
    constraint clip_genre_counts_pkey primary key (genre, status),
    constraint clip_genre_counts_positive check (clips >= 0)
);

insert into clip_listings (clip_id, genre, status, listed_at, votes, words)
select clips.id, clips.genre, clips.status, coalesce(clips.activated_at, clips.created_at),
    coalesce(
        (select sum(vote_count)::int from slot_results where clip_id = clips.id and superseded_at is null), 0
    ),
    -- As listing_words() does it from here on.
    setweight(to_tsvector('simple', regexp_replace(clips.title, '[!-/:-@\[-`{-~]+', ' ', 'g')), 'A')
        || setweight(
            to_tsvector('simple', regexp_replace(coalesce(users.username, ''), '[!-/:-@\[-`{-~]+', ' ', 'g')), 'B'
        )
        || setweight(to_tsvector('simple', regexp_replace(clips.description, '[!-/:-@\[-`{-~]+', ' ', 'g')), 'D')
from tournament_clips clips
join users on users.id = clips.user_id
where clips.status in ('active', 'locked', 'eliminated') and clips.video_key is not null;

insert into clip_genre_counts (genre, status, clips)
select genre, status, count(*)::int
from clip_listings
group by genre, status;

-- Everything in these tables is public. Only the triggers write.
grant select on clip_listings, clip_genre_counts to dailies_web, dailies_jobs;
