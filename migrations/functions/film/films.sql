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

-- A creator becomes a pseudonym when the member leaves, and the chapters name creators.
create or replace trigger tournament_clips_change_film
after update of user_id on tournament_clips
for each row
when (old.user_id is distinct from new.user_id)
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
    if exists (select from film_builds where season_id = old.id) then
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
    request_film_of_slot(),
    request_film_of_clip(),
    forget_film()
    from public;
grant execute on function build_film(uuid, uuid) to dailies_web, dailies_jobs;
