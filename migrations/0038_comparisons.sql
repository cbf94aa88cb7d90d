-- Comparisons: one prompt, run through several models, and the votes for the videos.

-- Public comparisons are those that are published and not archived. `published_at` is when that was first so; it orders the
-- public list. The counts are kept by triggers (functions/comparisons/counts.sql).
create table comparisons (
    id uuid primary key default gen_random_uuid(),
    slug text not null,
    title text not null,
    description text not null default '',
    kind text not null,
    prompt text not null,
    negative_prompt text,
    source_image_id uuid references source_images on delete set null,
    duration_ms int not null,
    quality text not null,
    aspect_ratio text,
    seed bigint not null,
    created_by uuid references users on delete set null,
    is_public boolean not null default false,
    is_featured boolean not null default false,
    published_at timestamptz,
    archived_at timestamptz,
    completed_videos int not null default 0,
    -- Pixels of the shorter side of the largest finished video.
    short_side int not null default 0,
    vote_count int not null default 0,
    words tsvector not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint comparisons_slug_key unique (slug),
    constraint comparisons_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 80),
    constraint comparisons_title_length check (char_length(title) between 1 and 120),
    constraint comparisons_description_length check (char_length(description) <= 2000),
    constraint comparisons_kind_known check (kind in ('text-to-video', 'image-to-video')),
    constraint comparisons_prompt_length check (char_length(prompt) between 1 and 4000),
    constraint comparisons_published_is_dated check (not is_public or published_at is not null),
    constraint comparisons_counts_positive check (completed_videos >= 0 and vote_count >= 0)
) with (fillfactor = 80);
-- The public list, alone and below the filter that most readers use. Featured comparisons come first.
create index comparisons_listed on comparisons ((is_featured::int), published_at, id) where is_public and archived_at is null;
create index comparisons_kind_listed on comparisons (kind, (is_featured::int), published_at, id)
    where is_public and archived_at is null;
create index comparisons_votes_listed on comparisons (vote_count, id) where is_public and archived_at is null;
create index comparisons_published on comparisons (published_at, id) where is_public and archived_at is null;
create index comparisons_created on comparisons (created_at, id);
create index comparisons_prompt on comparisons (md5(lower(prompt)));
create index comparisons_image on comparisons (source_image_id) where source_image_id is not null;
create index comparisons_maker on comparisons (created_by) where created_by is not null;
create index comparisons_words on comparisons using gin (words) with (fastupdate = off);

-- The video of each model: a generation, which has its course, its files, its time and its cost.
create table comparison_videos (
    generation_id uuid primary key references generations on delete cascade,
    comparison_id uuid not null references comparisons on delete cascade,
    model_id uuid not null references models,
    vote_count int not null default 0,
    added_at timestamptz not null,
    constraint comparison_videos_model_key unique (comparison_id, model_id),
    constraint comparison_videos_votes_positive check (vote_count >= 0)
) with (fillfactor = 80);
create index comparison_videos_model on comparison_videos (model_id);

create table tags (
    id uuid primary key default gen_random_uuid(),
    slug text not null,
    name text not null,
    -- How many public comparisons have it.
    listed_count int not null default 0,
    created_at timestamptz not null,
    constraint tags_slug_key unique (slug),
    constraint tags_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 40),
    constraint tags_name_length check (char_length(name) between 1 and 40),
    constraint tags_count_positive check (listed_count >= 0)
);

create table comparison_tags (
    comparison_id uuid not null references comparisons on delete cascade,
    tag_id uuid not null references tags on delete cascade,
    primary key (comparison_id, tag_id)
);
create index comparison_tags_tag on comparison_tags (tag_id, comparison_id);

-- Votes for videos of comparisons: one for each video and voter, by the voter's key and by the cookie of the browser.
create table video_votes (
    video_id uuid not null references comparison_videos on delete cascade,
    voter_key text not null,
    device_key text not null,
    cookie_hash text,
    user_id uuid references users on delete cascade,
    network text not null,
    created_at timestamptz not null,
    primary key (video_id, voter_key)
);
create unique index video_votes_cookie on video_votes (video_id, cookie_hash) where cookie_hash is not null;
create index video_votes_user on video_votes (user_id) where user_id is not null;

grant select on comparisons, comparison_videos, tags, comparison_tags to dailies_web;
grant select, insert, update, delete on comparisons, comparison_videos, tags, comparison_tags, video_votes to dailies_jobs;

-- Whether a generation is a video of a public comparison. The policies of generations ask it.
create function is_in_public_comparison(wanted uuid)
returns boolean
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select exists (
        select
        from comparison_videos videos
        join comparisons on comparisons.id = videos.comparison_id
        where videos.generation_id = wanted and comparisons.is_public and comparisons.archived_at is null
    );
$$;
revoke all on function is_in_public_comparison(uuid) from public;
grant execute on function is_in_public_comparison(uuid) to dailies_web, dailies_jobs;

-- Everyone reads public comparisons, admins all. A video that is not finished is for admins and its owner.
alter table comparisons enable row level security;
create policy comparisons_shown on comparisons for select to dailies_web
    using (is_public and archived_at is null or (select current_member_is_admin()));
create policy comparisons_of_jobs on comparisons to dailies_jobs
    using (true)
    with check (true);
alter policy generations_shown on generations
    using (
        user_id = (select current_member()) or published_at is not null or (select current_member_is_admin())
        or status = 'completed' and is_in_public_comparison(id)
    );
