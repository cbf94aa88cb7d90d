-- What members keep of the arena, and what they did there.

-- Saves a comparison or a model for a member. Saved again, it stays as it is. Outcomes: done, comparison_not_found,
-- model_not_found, favorite_limit.
create or replace function keep_favorite(member uuid, comparison uuid, model text, most int)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    wanted uuid := (select id from models where slug = model);
begin
    if comparison is null and wanted is null then
        return 'model_not_found';
    elsif comparison is not null and not exists (
        select
        from comparisons
        where id = comparison and is_public and archived_at is null
    ) then
        return 'comparison_not_found';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('favorites ' || member::text, 0));
    if exists (select from favorites where user_id = member and (comparison_id = comparison or model_id = wanted)) then
        return 'done';
    elsif (select count(*) from favorites where user_id = member) >= most then
        return 'favorite_limit';
    end if;
    insert into favorites (user_id, comparison_id, model_id, created_at)
    values (member, comparison, wanted, dailies_now());
    return 'done';
end
$$;

-- Takes a comparison or a model off a member's list.
create or replace function drop_favorite(member uuid, comparison uuid, model text)
returns void
language sql
security definer
set search_path = public, pg_temp
as $$
    delete from favorites
    where user_id = member
        and (comparison_id = comparison or model_id = (select id from models where slug = model));
$$;

-- A member's votes for videos of public comparisons, the latest first, from below a place on.
create or replace function own_arena_votes(member uuid, below_us bigint, below_id uuid, row_limit int)
returns table (
    video_id uuid,
    slug text,
    title text,
    model_name text,
    model_slug text,
    poster_key text,
    voted_at timestamptz,
    voted_us bigint
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select given.video_id, comparisons.slug, comparisons.title, generations.model_name, models.slug,
        generations.poster_key, given.created_at, given.us
    from (
        select video_votes.video_id, video_votes.created_at,
            (extract(epoch from video_votes.created_at) * 1000000)::bigint as us
        from video_votes
        where video_votes.user_id = member
    ) given
    join comparison_videos videos on videos.generation_id = given.video_id
    join comparisons on comparisons.id = videos.comparison_id and comparisons.is_public and comparisons.archived_at is null
    join generations on generations.id = given.video_id
    join models on models.id = videos.model_id
    where below_us is null or (given.us, given.video_id) < (below_us, below_id)
    order by given.us desc, given.video_id desc
    limit row_limit;
$$;

-- A member's battles, the latest first, from below a number on.
create or replace function own_battles(member uuid, below bigint, row_limit int)
returns table (
    id bigint,
    left_name text,
    left_slug text,
    right_name text,
    right_slug text,
    outcome text,
    cast_at timestamptz
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select battles.id, left_models.name, left_models.slug, right_models.name, right_models.slug, battles.outcome,
        battles.cast_at
    from battle_voters voters
    join battles on battles.pseudonym = voters.pseudonym
    join models left_models on left_models.id = battles.left_model_id
    join models right_models on right_models.id = battles.right_model_id
    where voters.user_id = member and (below is null or battles.id < below)
    order by battles.id desc
    limit row_limit;
$$;

revoke all on function
    keep_favorite(uuid, uuid, text, int),
    drop_favorite(uuid, uuid, text),
    own_arena_votes(uuid, bigint, uuid, int),
    own_battles(uuid, bigint, int)
    from public;
grant execute on function
    keep_favorite(uuid, uuid, text, int),
    drop_favorite(uuid, uuid, text),
    own_arena_votes(uuid, bigint, uuid, int),
    own_battles(uuid, bigint, int)
    to dailies_web, dailies_jobs;
