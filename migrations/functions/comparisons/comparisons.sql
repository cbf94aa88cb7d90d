-- What admins do with comparisons. The videos are made by create_generations(), in the same transaction.

-- What searches find a comparison by.
create or replace function comparison_words(title text, prompt text, description text)
returns tsvector
language sql
immutable
as $$
    select setweight(words_of(title), 'A') || setweight(words_of(prompt), 'B')
        || setweight(words_of(description), 'D');
$$;

-- The first free slug: the wanted one, or with a number behind it.
create or replace function free_comparison_slug(wanted text)
returns text
language plpgsql
set search_path = public, pg_temp
as $$
declare
    found text := wanted;
    number int := 1;
begin
    perform pg_advisory_xact_lock(hashtextextended('comparison slug ' || wanted, 0));
    while exists (select from comparisons where slug = found) loop
        number := number + 1;
        found := wanted || '-' || number;
    end loop;
    return found;
end
$$;

-- The tags with these names; those that do not exist are made. `wanted` has a slug for each name.
create or replace function tags_named(names text[], slugs text[])
returns uuid[]
language plpgsql
set search_path = public, pg_temp
as $$
begin
    insert into tags (name, slug, created_at)
    select distinct on (slug) name, slug, dailies_now()
    from unnest(names, slugs) given (name, slug)
    order by slug
    on conflict (slug) do nothing;
    return array(select id from tags where slug = any (slugs));
end
$$;

create or replace function set_comparison_tags(wanted uuid, chosen uuid[])
returns void
language plpgsql
set search_path = public, pg_temp
as $$
begin
    delete from comparison_tags where comparison_id = wanted and tag_id <> all (chosen);
    insert into comparison_tags (comparison_id, tag_id)
    select wanted, unnest(chosen)
    on conflict do nothing;
end
$$;

-- Makes a comparison of generations that were made in this transaction. `facts` holds columns of `comparisons`.
create or replace function create_comparison(
    actor uuid, facts jsonb, tag_names text[], tag_slugs text[], videos uuid[]
)
returns uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    wanted comparisons := jsonb_populate_record(null::comparisons, facts);
begin
    perform require_admin(actor);
    wanted.id := gen_random_uuid();
    insert into comparisons (
        id, slug, title, description, kind, prompt, negative_prompt, source_image_id, duration_ms, quality, aspect_ratio,
        seed, created_by, is_public, is_featured, published_at, words, created_at, updated_at
    )
    values (
        wanted.id, free_comparison_slug(wanted.slug), wanted.title, wanted.description, wanted.kind, wanted.prompt,
        wanted.negative_prompt, wanted.source_image_id, wanted.duration_ms, wanted.quality, wanted.aspect_ratio,
        wanted.seed, actor, wanted.is_public, wanted.is_featured, case when wanted.is_public then dailies_now() end,
        comparison_words(wanted.title, wanted.prompt, wanted.description), dailies_now(), dailies_now()
    );
    insert into comparison_videos (generation_id, comparison_id, model_id, added_at)
    select id, wanted.id, model_id, dailies_now()
    from generations
    where id = any (videos);
    perform set_comparison_tags(wanted.id, tags_named(tag_names, tag_slugs));
    perform count_comparison_videos(wanted.id);
    perform write_audit(
        actor, 'comparison.create', 'comparison', wanted.id::text, null, null,
        jsonb_build_object('title', wanted.title, 'videos', cardinality(videos), 'isPublic', wanted.is_public)
    );
    if wanted.is_public then
        perform announce_change('film', 'comparisons');
    end if;
    return wanted.id;
end
$$;

-- Adds videos of further models. Outcomes: done, comparison_not_found, model_present (a model has a video already).
create or replace function add_comparison_videos(actor uuid, wanted uuid, videos uuid[])
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform require_admin(actor);
    perform from comparisons where id = wanted for no key update;
    if not found then
        return 'comparison_not_found';
    elsif exists (
        select
        from generations
        join comparison_videos present on present.model_id = generations.model_id and present.comparison_id = wanted
        where generations.id = any (videos)
    ) then
        return 'model_present';
    end if;
    insert into comparison_videos (generation_id, comparison_id, model_id, added_at)
    select id, wanted, model_id, dailies_now()
    from generations
    where id = any (videos);
    perform write_audit(
        actor, 'comparison.extend', 'comparison', wanted::text, null, null,
        jsonb_build_object('videos', cardinality(videos))
    );
    return 'done';
end
$$;

-- Changes a comparison. Members of `changes` that are missing stay as they are; `tag_names` is null to keep the tags.
-- Outcomes: done, comparison_not_found.
create or replace function change_comparison(
    actor uuid, wanted uuid, changes jsonb, tag_names text[], tag_slugs text[]
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept comparisons;
    made comparisons;
    differences record;
begin
    perform require_admin(actor);
    select * into kept from comparisons where id = wanted for no key update;
    if kept.id is null then
        return 'comparison_not_found';
    end if;
    made := jsonb_populate_record(kept, changes);
    update comparisons
    set title = made.title,
        description = made.description,
        is_public = made.is_public,
        is_featured = made.is_featured,
        is_rotating = made.is_rotating,
        published_at = case when made.is_public then coalesce(kept.published_at, dailies_now()) else kept.published_at end,
        archived_at = case
            when not changes ? 'is_archived' then kept.archived_at
            when (changes ->> 'is_archived')::boolean then coalesce(kept.archived_at, dailies_now())
        end,
        words = comparison_words(made.title, kept.prompt, made.description),
        updated_at = dailies_now()
    where id = wanted
    returning * into made;
    if tag_names is not null then
        perform set_comparison_tags(wanted, tags_named(tag_names, tag_slugs));
    end if;
    select * into differences
    from changed_facts(
        jsonb_build_object(
            'title', kept.title, 'description', kept.description, 'isPublic', kept.is_public, 'isFeatured',
            kept.is_featured, 'isRotating', kept.is_rotating, 'isArchived', kept.archived_at is not null
        ),
        jsonb_build_object(
            'title', made.title, 'description', made.description, 'isPublic', made.is_public, 'isFeatured',
            made.is_featured, 'isRotating', made.is_rotating, 'isArchived', made.archived_at is not null
        )
    );
    if differences.after <> '{}' or tag_names is not null then
        perform write_audit(
            actor, 'comparison.change', 'comparison', wanted::text, null, differences.before,
            differences.after
                || case when tag_names is null then '{}' else jsonb_build_object('tags', to_jsonb(tag_names)) end
        );
        perform announce_change('film', 'comparisons');
    end if;
    return 'done';
end
$$;

-- Deletes comparisons with their videos, votes and files. Returns the ids of those that were there.
create or replace function delete_comparisons(actor uuid, wanted uuid[])
returns setof uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    owner record;
    kept comparisons;
begin
    perform require_admin(actor);
    for owner in
        select generations.user_id, array_agg(generations.id) as videos
        from (
            select generation_id, comparison_id
            from comparison_videos
            union all
            select generation_id, comparison_id
            from comparison_reruns
        ) videos
        join generations on generations.id = videos.generation_id
        where videos.comparison_id = any (wanted)
        group by generations.user_id
        order by generations.user_id
    loop
        perform delete_generations(owner.user_id, owner.videos);
    end loop;
    for kept in
        delete from comparisons where id = any (wanted) returning *
    loop
        perform write_audit(
            actor, 'comparison.delete', 'comparison', kept.id::text, null,
            jsonb_build_object('title', kept.title, 'slug', kept.slug, 'votes', kept.vote_count), null
        );
        return next kept.id;
    end loop;
    perform announce_change('film', 'comparisons');
end
$$;

-- Makes a tag. Outcomes: done, tag_taken.
create or replace function create_tag(actor uuid, wanted_name text, wanted_slug text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform require_admin(actor);
    insert into tags (name, slug, created_at)
    values (wanted_name, wanted_slug, dailies_now())
    on conflict (slug) do nothing;
    if not found then
        return 'tag_taken';
    end if;
    perform write_audit(
        actor, 'tag.create', 'tag', wanted_slug, null, null, jsonb_build_object('name', wanted_name)
    );
    return 'done';
end
$$;

-- Gives a tag another name. Outcomes: done, tag_not_found, tag_taken.
create or replace function rename_tag(actor uuid, wanted uuid, wanted_name text, wanted_slug text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept tags;
begin
    perform require_admin(actor);
    select * into kept from tags where id = wanted for no key update;
    if kept.id is null then
        return 'tag_not_found';
    elsif exists (select from tags where slug = wanted_slug and id <> wanted) then
        return 'tag_taken';
    end if;
    update tags set name = wanted_name, slug = wanted_slug where id = wanted;
    perform write_audit(
        actor, 'tag.rename', 'tag', wanted_slug, null, jsonb_build_object('name', kept.name),
        jsonb_build_object('name', wanted_name)
    );
    perform announce_change('film', 'comparisons');
    return 'done';
end
$$;

-- Moves the comparisons of a tag to another one, and deletes it. Outcomes: done, tag_not_found, tag_itself.
create or replace function merge_tags(actor uuid, wanted uuid, target uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept tags;
    other tags;
begin
    perform require_admin(actor);
    if wanted = target then
        return 'tag_itself';
    end if;
    perform from tags where id in (wanted, target) order by id for no key update;
    select * into kept from tags where id = wanted;
    select * into other from tags where id = target;
    if kept.id is null or other.id is null then
        return 'tag_not_found';
    end if;
    insert into comparison_tags (comparison_id, tag_id)
    select comparison_id, target
    from comparison_tags
    where tag_id = wanted
    on conflict do nothing;
    delete from tags where id = wanted;
    perform write_audit(
        actor, 'tag.merge', 'tag', other.slug, null, jsonb_build_object('name', kept.name),
        jsonb_build_object('name', other.name)
    );
    perform announce_change('film', 'comparisons');
    return 'done';
end
$$;

-- Deletes a tag; the comparisons stay. Outcomes: done, tag_not_found.
create or replace function delete_tag(actor uuid, wanted uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    kept tags;
begin
    perform require_admin(actor);
    delete from tags where id = wanted returning * into kept;
    if kept.id is null then
        return 'tag_not_found';
    end if;
    perform write_audit(
        actor, 'tag.delete', 'tag', kept.slug, null, jsonb_build_object('name', kept.name), null
    );
    perform announce_change('film', 'comparisons');
    return 'done';
end
$$;

-- What a list shows of the videos of a comparison that the caller may see: how many were asked for, how many of them failed,
-- and the still of the one with the most votes. With the owner's rights, since the policy of generations would be judged
-- for every video of a page.
create or replace function comparison_summary(wanted uuid)
returns table (videos int, failed_videos int, poster_key text, blurhash text, small_key text)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select count(*)::int, count(*) filter (where generations.status in ('failed', 'cancelled'))::int,
        (
            array_agg(generations.poster_key order by shown.vote_count desc, shown.added_at, shown.generation_id)
                filter (where generations.status = 'completed')
        )[1],
        (
            array_agg(generations.blurhash order by shown.vote_count desc, shown.added_at, shown.generation_id)
                filter (where generations.status = 'completed')
        )[1],
        (
            array_agg(generations.small_key order by shown.vote_count desc, shown.added_at, shown.generation_id)
                filter (where generations.status = 'completed')
        )[1]
    from comparisons
    join comparison_videos shown on shown.comparison_id = comparisons.id
    join generations on generations.id = shown.generation_id
    where comparisons.id = wanted
        and (comparisons.is_public and comparisons.archived_at is null or current_member_is_admin());
$$;

-- Where the picture of a public comparison is stored; null for any other picture.
create or replace function comparison_picture_key(wanted uuid)
returns text
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select images.storage_key
    from comparisons
    join source_images images on images.id = comparisons.source_image_id
    where comparisons.id = wanted and comparisons.is_public and comparisons.archived_at is null
        and images.state = 'ready';
$$;

-- The model of the demo with a slug, made when there is none. Its videos are entered by hand, so it is never run; it is active,
-- since its videos fight battles.
create or replace function demo_model(wanted_slug text, wanted_name text)
returns uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into models (slug, model_id, name, description, maker, provider, capabilities, is_active)
    values (
        wanted_slug, wanted_slug, wanted_name, 'A setting of the local renderer, for the demo.', 'Dailies', 'manual',
        '{text-to-video}', true
    )
    on conflict do nothing;
    return (select id from models where slug = wanted_slug);
end
$$;

revoke all on function
    comparison_words(text, text, text),
    free_comparison_slug(text),
    tags_named(text[], text[]),
    set_comparison_tags(uuid, uuid[]),
    create_comparison(uuid, jsonb, text[], text[], uuid[]),
    add_comparison_videos(uuid, uuid, uuid[]),
    change_comparison(uuid, uuid, jsonb, text[], text[]),
    delete_comparisons(uuid, uuid[]),
    create_tag(uuid, text, text),
    rename_tag(uuid, uuid, text, text),
    merge_tags(uuid, uuid, uuid),
    delete_tag(uuid, uuid),
    comparison_summary(uuid),
    comparison_picture_key(uuid),
    demo_model(text, text)
    from public;
grant execute on function
    create_comparison(uuid, jsonb, text[], text[], uuid[]),
    add_comparison_videos(uuid, uuid, uuid[]),
    change_comparison(uuid, uuid, jsonb, text[], text[]),
    delete_comparisons(uuid, uuid[]),
    create_tag(uuid, text, text),
    rename_tag(uuid, uuid, text, text),
    merge_tags(uuid, uuid, uuid),
    delete_tag(uuid, uuid),
    comparison_summary(uuid),
    comparison_picture_key(uuid)
    to dailies_web, dailies_jobs;
grant execute on function demo_model(text, text) to dailies_jobs;
