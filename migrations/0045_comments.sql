-- Comments of members on clips and comparisons, their likes, and whom members have blocked.

create table user_blocks (
    user_id uuid not null references users on delete cascade,
    blocked_id uuid not null references users on delete cascade,
    created_at timestamptz not null,
    primary key (user_id, blocked_id),
    constraint user_blocks_of_others check (user_id <> blocked_id)
);
create index user_blocks_blocked on user_blocks (blocked_id);

-- A comment on a clip or a comparison, or with a parent an answer to a comment. The counts are kept by triggers
-- (functions/comments/counts.sql).
create table comments (
    id uuid primary key default gen_random_uuid(),
    clip_id uuid references tournament_clips on delete cascade,
    comparison_id uuid references comparisons on delete cascade,
    -- What is commented on: one of the two.
    subject_id uuid not null generated always as (coalesce(clip_id, comparison_id)) stored,
    parent_id uuid references comments on delete cascade,
    -- Null when the author has left.
    user_id uuid references users on delete set null,
    text text not null,
    -- new: no admin has looked at it; reported: hidden by reports until an admin decides; flagged: hidden by an admin
    -- until one decides.
    state text not null default 'new',
    like_count int not null default 0,
    -- Replies that everyone sees.
    reply_count int not null default 0,
    created_at timestamptz not null,
    deleted_at timestamptz,
    -- The last decision of an admin, and what undoing it restores.
    decision_id uuid,
    decided_by uuid references users on delete set null,
    decided_at timestamptz,
    state_before text,
    deleted_before timestamptz,
    is_visible boolean not null generated always as (deleted_at is null and state in ('new', 'approved')) stored,
    -- Whether the thread has a place in the list: one whose first comment is gone keeps it for its replies.
    is_listed boolean not null generated always as (
        parent_id is null and (reply_count > 0 or deleted_at is null and state in ('new', 'approved'))
    ) stored,
    constraint comments_one_subject check (num_nonnulls(clip_id, comparison_id) = 1),
    constraint comments_state_known check (state in ('new', 'approved', 'reported', 'flagged', 'rejected')),
    constraint comments_state_before_known check (
        state_before in ('new', 'approved', 'reported', 'flagged', 'rejected')
    ),
    constraint comments_text_length check (char_length(text) <= 500),
    constraint comments_text_of_visible check (text <> '' or deleted_at is not null),
    constraint comments_counts_positive check (like_count >= 0 and reply_count >= 0)
) with (fillfactor = 90);
create index comments_newest on comments (subject_id, created_at, id) where is_listed;
create index comments_top on comments (subject_id, like_count, created_at, id) where is_listed;
create index comments_replies on comments (parent_id, created_at, id) where parent_id is not null;
create index comments_of_member on comments (user_id, created_at) where user_id is not null;
create index comments_of_clip on comments (clip_id) where clip_id is not null;
create index comments_of_comparison on comments (comparison_id) where comparison_id is not null;
create index comments_for_admins on comments (created_at, id);
create index comments_waiting on comments (created_at, id) where state in ('reported', 'flagged') and deleted_at is null;
create index comments_decider on comments (decided_by) where decided_by is not null;
create index comments_deleted on comments (deleted_at) where deleted_at is not null and text <> '';

create table comment_likes (
    comment_id uuid not null references comments on delete cascade,
    user_id uuid not null references users on delete cascade,
    created_at timestamptz not null,
    primary key (comment_id, user_id)
);
create index comment_likes_of_member on comment_likes (user_id);

-- How many comments of a clip or comparison everyone sees, replies among them.
create table comment_counts (
    clip_id uuid references tournament_clips on delete cascade,
    comparison_id uuid references comparisons on delete cascade,
    subject_id uuid primary key generated always as (coalesce(clip_id, comparison_id)) stored,
    visible int not null,
    -- The event of the last notification of the clip's creator: while it is unread, no other one is made.
    notice_key text,
    constraint comment_counts_one_subject check (num_nonnulls(clip_id, comparison_id) = 1),
    constraint comment_counts_positive check (visible >= 0)
) with (fillfactor = 50);
create index comment_counts_of_clip on comment_counts (clip_id) where clip_id is not null;
create index comment_counts_of_comparison on comment_counts (comparison_id) where comparison_id is not null;

-- Reports and statements of reasons may be about a comment.
alter table moderation_cases
    add column comment_id uuid references comments on delete cascade,
    drop constraint moderation_cases_one_thing,
    add constraint moderation_cases_one_thing check (num_nonnulls(clip_id, member_id, comment_id) = 1);
create unique index moderation_cases_comment on moderation_cases (comment_id) where comment_id is not null;
alter table statements_of_reasons
    add column comment_id uuid references comments on delete set null,
    -- The comment as it was, for its author.
    add column comment_text text;
create index statements_of_reasons_comment on statements_of_reasons (comment_id, decided_at)
    where comment_id is not null;

-- The web role changes these through functions only.
grant select on user_blocks, comments, comment_likes, comment_counts to dailies_web;
grant select, insert, update, delete on user_blocks, comments, comment_likes, comment_counts to dailies_jobs;

alter table user_blocks enable row level security;
create policy user_blocks_own on user_blocks for select to dailies_web
    using (user_id = (select current_member()));
create policy user_blocks_of_jobs on user_blocks to dailies_jobs
    using (true)
    with check (true);
-- What is hidden is for its author and admins. What a member deleted is for admins alone.
alter table comments enable row level security;
create policy comments_shown on comments for select to dailies_web
    using (
        is_visible
        or user_id = (select current_member()) and deleted_at is null
        or (select current_member_is_admin())
    );
create policy comments_of_jobs on comments to dailies_jobs
    using (true)
    with check (true);
-- Everyone sees how many like a comment, only a member which ones the member likes.
alter table comment_likes enable row level security;
create policy comment_likes_own on comment_likes for select to dailies_web
    using (user_id = (select current_member()));
create policy comment_likes_of_jobs on comment_likes to dailies_jobs
    using (true)
    with check (true);
