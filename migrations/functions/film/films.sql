-- Requests the film of a finished season, or a new one because what it shows has changed. There is one job a season: one
-- that runs sees the raised number before it publishes, and starts again.
create or replace function request_film(of_season uuid)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    -- The row's lock orders this before or after a publication, which holds it too.
    insert into film_builds (season_id, requested_at, changed_at)
    values (of_season, dailies_now(), dailies_now())
    on conflict (season_id) do update set
        wanted = film_builds.wanted + 1,
        state = case film_builds.state when 'running' then 'running' else 'waiting' end,
        problem = null,
        requested_at = excluded.requested_at,
        changed_at = excluded.changed_at;
    perform enqueue_job(
        'assemble_film',
        jsonb_build_object('seasonID', of_season),
        job_priority => -1,
        job_unique_key => of_season::text,
        job_max_attempts => 10
    );
end
$$;

-- An admin, or the operator, has the film of a finished season made anew.
create or replace function build_film(actor uuid, of_season uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    season_status text;
begin
    perform require_admin(actor);
    select status into season_status from seasons where id = of_season for no key update;
    if season_status is null then
        return 'season_not_found';
    end if;
    if season_status not in ('finished', 'archived') then
        return 'season_not_finished';
    end if;
    perform request_film(of_season);
    perform write_audit(actor, 'film.build', 'season', of_season::text);
    return 'done';
end
$$;

-- An admin, or the operator, ends the work on a film. The film before it stays. Outcomes: done, no_film_build.
create or replace function cancel_film(actor uuid, of_season uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    build film_builds;
begin
    perform require_admin(actor);
    -- The row's lock orders this before or after a publication, which holds it too.
    select * into build from film_builds where season_id = of_season for update;
    if build.state is null or build.state not in ('waiting', 'running') then
        return 'no_film_build';
    end if;
    update film_builds
    set state = 'cancelled',
        step = null,
        problem = null,
        changed_at = dailies_now()
    where season_id = of_season;
    -- A job that runs reads this within a second, stops its tool and ends in order, so that a request made meanwhile is
    -- not lost.
    perform cancel_job(id)
    from jobs
    where kind = 'assemble_film' and unique_key = of_season::text and state = 'queued';
    perform announce_change('film', 'film_cancelled');
    perform write_audit(
        actor, 'film.cancel', 'season', of_season::text, null,
        jsonb_build_object('state', build.state, 'progress', build.progress), jsonb_build_object('state', 'cancelled')
    );
    return 'done';
end
$$;

-- An admin chooses the picture of a season: the moment of one of its clips, of which a job makes the picture. Without a clip
-- the film's own poster is used again. Outcomes: done, season_not_found, clip_not_found, clip_of_other_season.
create or replace function choose_cover(actor uuid, of_season uuid, chosen uuid, milliseconds int)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    season seasons;
    clip tournament_clips;
begin
    perform require_admin(actor);
    select * into season from seasons where id = of_season for no key update;
    if season.id is null then
        return 'season_not_found';
    end if;
    if chosen is null then
        update seasons set cover_key = null where id = of_season;
        perform announce_change('film', 'cover');
        perform enqueue_job(
            'sweep_film',
            jsonb_build_object('seasonID', of_season),
            job_priority => -1,
            job_run_at => dailies_now() + interval '1 hour',
            job_unique_key => of_season::text,
            job_on_conflict => 'replace',
            job_max_attempts => 20
        );
    else
        select * into clip from tournament_clips where id = chosen and status in ('active', 'locked', 'eliminated');
        if clip.video_key is null then
            return 'clip_not_found';
        elsif clip.season_id is distinct from of_season then
            return 'clip_of_other_season';
        end if;
        perform enqueue_job(
            'make_cover',
            jsonb_build_object('seasonID', of_season, 'clipID', chosen, 'milliseconds', milliseconds),
            job_unique_key => of_season::text,
            job_on_conflict => 'replace'
        );
    end if;
    perform write_audit(
        actor, 'season.cover', 'season', of_season::text, null, jsonb_build_object('cover', season.cover_key),
        jsonb_build_object('clip', chosen, 'milliseconds', milliseconds)
    );
    return 'done';
end
$$;

-- Another winner in a slot of a finished season makes another film.
create or replace function request_film_of_slot()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    if exists (select from seasons where id = new.season_id and status in ('finished', 'archived')) then
        perform request_film(new.season_id);
    end if;
    return null;
end
$$;

create or replace trigger story_slots_change_film
after update of winner_clip_id on story_slots
for each row
when (old.winner_clip_id is distinct from new.winner_clip_id)
execute function request_film_of_slot();

-- So does a winner whose clip has changed. The argument names the column of the clip's id.
create or replace function request_film_of_clip()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform request_film(slots.season_id)
    from story_slots slots
    join seasons on seasons.id = slots.season_id and seasons.status in ('finished', 'archived')
    where slots.winner_clip_id = (to_jsonb(new) ->> tg_argv[0])::uuid;
    return null;
end
$$;

-- A clip that must leave the film.
create or replace trigger film_removals_change_film
after insert on film_removals
for each row
execute function request_film_of_clip('clip_id');

-- A creator becomes a pseudonym when the member leaves, and the chapters name creators. Captions are in the film, too.
create or replace trigger tournament_clips_change_film
after update of user_id, captions on tournament_clips
for each row
when (old.user_id is distinct from new.user_id or old.captions is distinct from new.captions)
execute function request_film_of_clip('id');

-- A season that is deleted takes its film along: the job that assembles it is cancelled, and the files go.
create or replace function forget_film()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    perform cancel_job(id)
    from jobs
    where kind = 'assemble_film' and unique_key = old.id::text and state in ('queued', 'running');
    if old.cover_key is not null or exists (select from film_builds where season_id = old.id) then
        perform enqueue_job(
            'sweep_film',
            jsonb_build_object('seasonID', old.id),
            job_priority => -1,
            job_unique_key => old.id::text,
            job_on_conflict => 'replace',
            job_max_attempts => 20
        );
    end if;
    return old;
end
$$;

create or replace trigger seasons_forget_film
before delete on seasons
for each row
execute function forget_film();

revoke all on function
    request_film(uuid),
    build_film(uuid, uuid),
    cancel_film(uuid, uuid),
    choose_cover(uuid, uuid, uuid, int),
    request_film_of_slot(),
    request_film_of_clip(),
    forget_film()
    from public;
grant execute on function
    build_film(uuid, uuid),
    cancel_film(uuid, uuid),
    choose_cover(uuid, uuid, uuid, int)
    to dailies_web, dailies_jobs;
