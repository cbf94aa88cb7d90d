-- The name under which a person's battles are kept; null before the first one.
create or replace function battle_pseudonym(voter text)
returns uuid
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select pseudonym from battle_voters where voter_key = voter;
$$;

-- Whether a pair can be shown to a person: both videos are public in one group, both models are active, neither the person nor
-- the browser has judged it, and it is not the one that the person is looking at.
drop function if exists is_battle_open(uuid, uuid, uuid, uuid);
create or replace function is_battle_open(one uuid, other uuid, person uuid, cookie text, open_pair uuid)
returns boolean
language sql
stable
set search_path = public, pg_temp
as $$
    select (
        select count(*) = 2 and count(distinct group_id) = 1 and not bool_or(is_retired)
        from public_battle_videos()
        where generation_id in (one, other)
    ) and not exists (
        select
        from battles
        where pseudonym = person and least(left_id, right_id) = least(one, other)
            and greatest(left_id, right_id) = greatest(one, other)
    ) and not exists (
        select
        from battle_cookies
        where cookie_hash = cookie and low_id = least(one, other) and high_id = greatest(one, other)
    ) and not exists (
        select
        from battle_pairs
        where id = open_pair and least(left_id, right_id) = least(one, other)
            and greatest(left_id, right_id) = greatest(one, other)
    );
$$;

-- Shows a person a pair, with sides by chance; no row when all have been judged. Which two models fight is drawn in proportion to
-- battle_weights. Where the person has judged what was found of eight such draws, or there are no weights yet, any pair comes. Of
-- the pairs that a person has left unjudged, only the last twenty are kept. `open_pair` is the one that the person is looking at.
drop function if exists show_battle(text, interval, uuid);
create or replace function show_battle(voter text, cookie text, lifetime interval, open_pair uuid)
returns table (
    id uuid,
    prompt text,
    has_source boolean,
    left_token uuid,
    right_token uuid,
    left_width int,
    left_height int,
    right_width int,
    right_height int,
    expires_at timestamptz,
    battles int
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    person constant uuid := battle_pseudonym(voter);
    sampled constant int := 32;
    start constant double precision := random();
    first_id uuid;
    second_id uuid;
    drawn record;
    shown battle_pairs;
begin
    for drawn in
        select low_model_id as low, high_model_id as high
        from battle_weights
        -- The first of these is each pair with a chance in proportion to its weight.
        order by -ln(1 - random()) / weight
        limit 8
    loop
        -- From a random place to the end, then from the beginning to that place; a few are enough.
        select near.first_id, near.second_id into first_id, second_id
        from (
            (
                select one.generation_id as first_id, other.generation_id as second_id
                from battle_videos one
                join battle_videos other on other.group_id = one.group_id and other.model_id = drawn.high
                where one.model_id = drawn.low and one.place >= start
                order by one.place
                limit sampled
            )
            union all
            (
                select one.generation_id, other.generation_id
                from battle_videos one
                join battle_videos other on other.group_id = one.group_id and other.model_id = drawn.high
                where one.model_id = drawn.low and one.place < start
                order by one.place
                limit sampled
            )
            limit sampled
        ) near
        where is_battle_open(near.first_id, near.second_id, person, cookie, open_pair)
        limit 1;
        exit when first_id is not null;
    end loop;
    if first_id is null then
        select found.first_id, found.second_id into first_id, second_id
        from (
            (
                select one.generation_id as first_id, other.generation_id as second_id
                from battle_videos one
                join battle_videos other on other.group_id = one.group_id and other.model_id <> one.model_id
                where one.place >= start
                    and is_battle_open(one.generation_id, other.generation_id, person, cookie, open_pair)
                order by one.place, random()
                limit 1
            )
            union all
            (
                select one.generation_id, other.generation_id
                from battle_videos one
                join battle_videos other on other.group_id = one.group_id and other.model_id <> one.model_id
                where one.place < start
                    and is_battle_open(one.generation_id, other.generation_id, person, cookie, open_pair)
                order by one.place, random()
                limit 1
            )
        ) found
        limit 1;
    end if;
    if first_id is null then
        return;
    end if;

    delete from battle_pairs old
    where old.voter_key = voter and old.judged_at is null and old.id in (
        select id
        from battle_pairs
        where voter_key = voter and judged_at is null
        order by shown_at desc, id
        offset 19
    );
    if random() < 0.5 then
        select second_id, first_id into first_id, second_id;
    end if;
    insert into battle_pairs (voter_key, left_id, right_id, shown_at, expires_at)
    values (voter, first_id, second_id, dailies_now(), dailies_now() + lifetime)
    returning * into shown;
    return query
    select shown.id, left_side.prompt, left_side.source_image_id is not null, shown.left_token, shown.right_token,
        left_side.width, left_side.height, right_side.width, right_side.height, shown.expires_at,
        (select count(*)::int from battles where pseudonym = person)
    from generations left_side, generations right_side
    where left_side.id = shown.left_id and right_side.id = shown.right_id;
end
$$;

-- The file of a side of a pair; null when there is none, or no longer.
create or replace function battle_file(token uuid)
returns text
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select videos.video_key
    from battle_pairs pairs
    join battle_videos videos
        on videos.generation_id = case token when pairs.left_token then pairs.left_id else pairs.right_id end
    where token in (pairs.left_token, pairs.right_token) and pairs.expires_at > dailies_now();
$$;

-- Deletes pairs that can no longer be judged: those that were left unjudged an hour after they expired, and judged ones a day
-- later, since until then a second judgement is refused for what it is. What networks judged goes after their day.
create or replace function sweep_battle_pairs()
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    swept int;
begin
    delete from battle_pairs
    where expires_at < dailies_now() - case when judged_at is null then interval '1 hour' else interval '1 day' end;
    get diagnostics swept = row_count;
    delete from battle_networks
    where day < (dailies_now() at time zone 'utc')::date;
    return swept;
end
$$;

revoke all on function
    sweep_battle_pairs(),
    battle_pseudonym(text),
    is_battle_open(uuid, uuid, uuid, text, uuid),
    show_battle(text, text, interval, uuid),
    battle_file(uuid)
    from public;
grant execute on function battle_pseudonym(text), show_battle(text, text, interval, uuid), battle_file(uuid)
    to dailies_web, dailies_jobs;
grant execute on function sweep_battle_pairs() to dailies_jobs;
