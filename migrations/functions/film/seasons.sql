-- Creates a draft season with its slots and its votes partition. Clips that were approved while there was no season
-- join its first slot.
create or replace function create_season(
    actor uuid,
    label text,
    description text,
    genre text,
    cover_key text,
    total_slots int,
    round_seconds int,
    aspect text,
    max_active_clips_per_member int,
    max_rounds_per_clip int,
    show_counts text,
    min_votes int
)
returns uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    created uuid;
begin
    perform require_admin(actor);
    perform lock_film();
    insert into seasons (
        label, description, genre, cover_key, total_slots, round_seconds, aspect,
        max_active_clips_per_member, max_rounds_per_clip, show_counts, min_votes, created_at
    )
    values (
        create_season.label, create_season.description, create_season.genre, create_season.cover_key,
        create_season.total_slots, create_season.round_seconds, create_season.aspect,
        create_season.max_active_clips_per_member, create_season.max_rounds_per_clip,
        create_season.show_counts, create_season.min_votes, dailies_now()
    )
    returning id into created;

    insert into story_slots (season_id, position)
    select created, position
    from generate_series(1, create_season.total_slots) position;

    perform create_votes_partition(created);

    update tournament_clips
    set season_id = created,
        slot_position = 1,
        status = 'active',
        activated_at = dailies_now()
    where status = 'pending' and decided_at is not null and processing = 'ready';

    perform write_audit(
        actor, 'season.create', 'season', created::text, null, null,
        (select to_jsonb(seasons) - 'id' from seasons where id = created)
    );
    perform announce_change('film', 'season_created');
    return created;
end
$$;

-- Activates a draft season and opens its first slot. Only one season is active at a time.
create or replace function activate_season(actor uuid, activated uuid)
returns table (outcome text, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    status_before text;
begin
    perform require_admin(actor);
    perform lock_film();
    select status into status_before from seasons where id = activated for no key update;
    if status_before is null then
        return query select 'season_not_found', null::text, null::jsonb;
        return;
    end if;
    if status_before <> 'draft' then
        return query select 'season_not_draft', null::text, null::jsonb;
        return;
    end if;
    if exists (select from seasons where status = 'active') then
        return query select 'another_season_active', null::text, null::jsonb;
        return;
    end if;
    update seasons
    set status = 'active',
        activated_at = dailies_now()
    where id = activated;
    perform write_audit(
        actor, 'season.activate', 'season', activated::text, null, jsonb_build_object('status', status_before),
        jsonb_build_object('status', 'active')
    );
    return query select 'done', opened.name, opened.data from open_slot(activated, 1) opened;
end
$$;

-- Changes the fields that `changes` names (column names as keys). The number of slots is fixed once voting has begun.
create or replace function edit_season(actor uuid, edited uuid, changes jsonb)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    season seasons;
    old seasons;
begin
    perform require_admin(actor);
    perform lock_film();
    select * into season from seasons where id = edited for no key update;
    if season.id is null then
        return 'season_not_found';
    end if;
    if season.status <> 'draft' and (changes ->> 'total_slots')::int <> season.total_slots then
        return 'season_not_draft';
    end if;
    old := season;
    season := jsonb_populate_record(
        season,
        changes - array['id', 'number', 'status', 'created_at', 'activated_at', 'finished_at']
    );
    update seasons
    set label = season.label,
        description = season.description,
        genre = season.genre,
        cover_key = season.cover_key,
        total_slots = season.total_slots,
        round_seconds = season.round_seconds,
        aspect = season.aspect,
        max_active_clips_per_member = season.max_active_clips_per_member,
        max_rounds_per_clip = season.max_rounds_per_clip,
        show_counts = season.show_counts,
        min_votes = season.min_votes,
        review_flagged = season.review_flagged,
        review_hours = season.review_hours
    where id = edited;
    insert into story_slots (season_id, position)
    select edited, position
    from generate_series(1, season.total_slots) position
    on conflict do nothing;
    delete from story_slots where season_id = edited and position > season.total_slots;
    perform write_audit(actor, 'season.edit', 'season', edited::text, null, changed.before, changed.after)
    from changed_facts(to_jsonb(old), to_jsonb(season)) changed;
    perform announce_change('film', 'season_edited');
    return 'done';
end
$$;

-- An archived season leaves the story and the lists; its film stays.
create or replace function archive_season(actor uuid, archived uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    status_before text;
begin
    perform require_admin(actor);
    perform lock_film();
    select status into status_before from seasons where id = archived for no key update;
    if status_before is null then
        return 'season_not_found';
    end if;
    if status_before <> 'finished' then
        return 'season_not_finished';
    end if;
    update seasons set status = 'archived' where id = archived;
    perform write_audit(
        actor, 'season.archive', 'season', archived::text, null, jsonb_build_object('status', status_before),
        jsonb_build_object('status', 'archived')
    );
    perform announce_change('film', 'season_archived');
    return 'done';
end
$$;

revoke all on function
    create_season(uuid, text, text, text, text, int, int, text, int, int, text, int),
    activate_season(uuid, uuid),
    edit_season(uuid, uuid, jsonb),
    archive_season(uuid, uuid)
    from public;
grant execute on function
    create_season(uuid, text, text, text, text, int, int, text, int, int, text, int),
    activate_season(uuid, uuid),
    edit_season(uuid, uuid, jsonb),
    archive_season(uuid, uuid)
    to dailies_web, dailies_jobs;
