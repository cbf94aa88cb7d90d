-- The boards of clips, voters and creators: what has been cast, added up by day, by week and for all time.
-- fold_ranks() adds what was logged since the last time. Everything here can be counted again from `votes`.

-- What has changed in the votes and is not yet on the boards. A row is a change of one round and day of casting: clips and
-- members with how many casts each gained or lost; without numbers, one each. cast_votes() writes one row a batch, a
-- trigger one for everything else. Rows are deleted by the transaction that adds them to the boards, so each counts once,
-- in whatever order the transactions commit.
create table rank_changes (
    season_id uuid not null,
    slot_position int not null,
    day date not null,
    clips uuid[],
    clip_casts int[],
    members uuid[],
    member_casts int[]
);
-- Ids are random, so trying to compress them only costs time.
alter table rank_changes
    alter column clips set storage external,
    alter column members set storage external;

-- Clips and members of which it must be decided again whether the boards list them.
create table rank_listings (
    kind text not null,
    subject_id uuid not null,
    constraint rank_listings_kind_known check (kind in ('clip', 'member'))
);

-- Until when the boards were added up, and which day they call today.
create table rank_state (
    singleton boolean primary key default true,
    day date not null,
    folded_at timestamptz not null,
    constraint rank_state_single check (singleton)
);

-- The casts of a clip, by a voter or for a creator. span and ends name the time: a day of the last fourteen; the seven days
-- that end on rank_state.day, and the seven days before; or all, which ends at infinity.
create table rank_scores (
    board text collate "C" not null,
    span text collate "C" not null,
    ends date not null,
    subject_id uuid not null,
    votes int not null,
    listed boolean not null,
    -- The creator of a clip.
    owner_id uuid,
    constraint rank_scores_pkey primary key (board, span, ends, subject_id),
    constraint rank_scores_board_known check (board in ('clips', 'voters', 'creators')),
    constraint rank_scores_span_known check (span in ('day', 'week', 'all') and (span = 'all') = (ends = 'infinity')),
    constraint rank_scores_owner_of_clip check ((board = 'clips') = (owner_id is not null))
);
-- The order of the pages, read backwards.
create index rank_scores_order on rank_scores (board, span, ends, votes, subject_id) where listed and votes > 0;
create index rank_scores_subject on rank_scores (subject_id);

-- How many of a board have so many votes. A place is one more than the entries with more votes. Numbers of votes that differ
-- are few: a million votes cannot have more than 1,414.
create table rank_counts (
    board text collate "C" not null,
    span text collate "C" not null,
    ends date not null,
    votes int not null,
    entries int not null,
    constraint rank_counts_pkey primary key (board, span, ends, votes)
);
create index rank_counts_empty on rank_counts (board) where entries = 0;

-- Casts for the clips of open rounds whose season shows its counts only later. They reach the boards when the round closes.
create table rank_hidden (
    season_id uuid not null references seasons on delete cascade,
    slot_position int not null,
    clip_id uuid not null,
    day date not null,
    casts int not null,
    constraint rank_hidden_pkey primary key (season_id, slot_position, clip_id, day)
);

-- An element of what apply_rank_changes() adds.
create type rank_change as (
    board text,
    span text,
    ends date,
    subject_id uuid,
    owner_id uuid,
    votes int
);

grant select on rank_state, rank_scores, rank_counts to dailies_web, dailies_jobs;
grant select on rank_changes to dailies_jobs;

-- Which genre members want for the next season: one vote each, since the last season was activated. A vote from before is
-- of an earlier season and replaced by the member's next.
create table genre_votes (
    user_id uuid primary key references users on delete cascade,
    genre text not null,
    cast_at timestamptz not null,
    constraint genre_votes_genre_known check (
        genre in ('Thriller', 'Comedy', 'Action', 'Sci-Fi', 'Romance', 'Animation', 'Horror')
    )
);
create index genre_votes_cast on genre_votes (cast_at, genre);

grant select on genre_votes to dailies_jobs;

-- Votes that leave the count or come back: undone, voided, restored, adopted by a member, deleted. cast_votes() logs what it
-- inserts by itself, since a trigger with the inserted rows would cost each batch more.
create function log_updated_votes()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    with moved as (
        select season_id, slot_position, (created_at at time zone 'utc')::date as day, clip_id, user_id, - casts as casts
        from old_votes
        where voided_at is null
        union all
        select season_id, slot_position, (created_at at time zone 'utc')::date, clip_id, user_id, casts
        from new_votes
        where voided_at is null
    ), for_clips as (
        select season_id, slot_position, day, clip_id, sum(casts)::int as casts
        from moved
        group by season_id, slot_position, day, clip_id
        having sum(casts) <> 0
    ), by_members as (
        select season_id, slot_position, day, user_id, sum(casts)::int as casts
        from moved
        where user_id is not null
        group by season_id, slot_position, day, user_id
        having sum(casts) <> 0
    )
    insert into rank_changes (season_id, slot_position, day, clips, clip_casts, members, member_casts)
    select season_id, slot_position, day, array_agg(clip_id), array_agg(casts), null, null
    from for_clips
    group by season_id, slot_position, day
    union all
    select season_id, slot_position, day, null, null, array_agg(user_id), array_agg(casts)
    from by_members
    group by season_id, slot_position, day;
    return null;
end
$$;

-- A row at a time: an undo deletes one vote, and this is what it pays.
create function log_deleted_vote()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into rank_changes (season_id, slot_position, day, clips, clip_casts, members, member_casts)
    values (
        old.season_id, old.slot_position, (old.created_at at time zone 'utc')::date, array[old.clip_id],
        array[- old.casts], case when old.user_id is not null then array[old.user_id] end,
        case when old.user_id is not null then array[- old.casts] end
    );
    return null;
end
$$;

-- Whether a clip or a member is listed depends on what they are now, so only their ids are noted.
create function log_listing()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into rank_listings (kind, subject_id) values (tg_argv[0], old.id);
    return null;
end
$$;
revoke all on function log_updated_votes(), log_deleted_vote(), log_listing() from public;

create trigger votes_update_logged
    after update on votes
    referencing old table as old_votes new table as new_votes
    for each statement execute function log_updated_votes();
create trigger votes_delete_logged
    after delete on votes
    for each row
    when (old.voided_at is null)
    execute function log_deleted_vote();
create trigger tournament_clips_ranked
    after update of status, user_id on tournament_clips
    for each row
    when ((old.status, old.user_id) is distinct from (new.status, new.user_id))
    execute function log_listing('clip');
create trigger tournament_clips_unranked
    after delete on tournament_clips
    for each row execute function log_listing('clip');
create trigger users_ranked
    after update of banned_at, left_at on users
    for each row
    when ((old.banned_at, old.left_at) is distinct from (new.banned_at, new.left_at))
    execute function log_listing('member');
create trigger users_unranked
    after delete on users
    for each row execute function log_listing('member');
