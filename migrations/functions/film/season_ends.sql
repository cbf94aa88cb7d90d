-- Resetting and deleting a season. Both need its label typed, and name what the admin believes of the season: of two who start
-- the same one over, the second would undo what has begun since.

-- What an admin may believe of a season.
create or replace function season_facts(season seasons)
returns jsonb
language sql
stable
as $$
    select jsonb_build_object(
        'label', season.label,
        'status', season.status,
        'lockedSlots', (select count(*) from story_slots where season_id = season.id and status = 'locked')
    );
$$;

-- An admin starts a season over: every slot is upcoming, every clip that competed is back in the first slot, no vote counts, and
-- every result is superseded and stays. The season runs again at once, unless another one does; then it is a draft. Outcomes:
-- done with a row of consequences and the events to publish; season_not_found, season_not_begun, label_mismatch with the
-- label; season_changed with what it is now.
drop function if exists reset_season(uuid, uuid, text, text);
create or replace function reset_season(actor uuid, reset uuid, typed_label text, why text, expected jsonb default null)
returns table (outcome text, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    season seasons;
    status_after text;
    slot story_slots;
    returning_clips uuid[];
    votes_gone int;
    results_gone int;
begin
    perform require_admin(actor);
    perform lock_film();
    select * into season from seasons where id = reset for no key update;
    if season.id is null or season.status = 'draft' or btrim(season.label) <> btrim(typed_label) then
        return query
        select case
                when season.id is null then 'season_not_found'
                when season.status = 'draft' then 'season_not_begun'
                else 'label_mismatch'
            end,
            null::text, jsonb_build_object('label', season.label);
        return;
    end if;
    if expected is not null and not season_facts(season) @> expected then
        return query select 'season_changed', null::text, season_facts(season);
        return;
    end if;
    status_after := case
        when exists (select from seasons where status = 'active' and id <> reset) then 'draft'
        else 'active'
    end;
    perform write_tallies(reset);
    perform from story_slots where season_id = reset order by position for update;
    returning_clips := array(
        select id
        from tournament_clips
        where season_id = reset and status in ('active', 'locked', 'eliminated')
        order by id
        for update
    );
    votes_gone := (select count(*) from votes where season_id = reset and voided_at is null);
    results_gone := (
        select count(distinct slot_position) from slot_results where season_id = reset and superseded_at is null
    );
    for slot in
        select * from story_slots where season_id = reset and status <> 'upcoming' order by position desc
    loop
        perform close_slot_again(reset, slot.position);
        perform record_intervention(reset, slot.position, 'season_reset', true, why);
    end loop;
    perform bring_back(returning_clips, 1);
    -- What was rejected comes back to the first slot too, if its rejection is undone.
    update tournament_clips
    set slot_position = 1,
        vote_count = 0,
        weighted_score = 0,
        view_count = 0
    where season_id = reset and status = 'rejected' and slot_position > 1;
    update tournament_clips set rounds = 0 where season_id = reset;
    update seasons
    set status = status_after,
        activated_at = case status_after when 'active' then dailies_now() end,
        finished_at = null
    where id = reset;
    perform announce_change('film', 'season_reset');
    perform write_audit(
        actor, 'season.reset', 'season', reset::text, why, jsonb_build_object('status', season.status),
        jsonb_build_object(
            'status', status_after, 'votesVoided', votes_gone, 'resultsSuperseded', results_gone,
            'clipsReturned', cardinality(returning_clips)
        )
    );
    return query
    select 'done', 'consequences', jsonb_build_object(
        'votes', votes_gone,
        'results', results_gone,
        'clips', cardinality(returning_clips),
        'seasonStatus', status_after,
        'filmChanges', season.status in ('finished', 'archived')
    );
    return query select 'done', 'season_reset', jsonb_build_object('seasonId', reset, 'label', season.label);
    if status_after = 'active' then
        return query select 'done', opened.name, opened.data from open_slot(reset, 1) opened;
    end if;
end
$$;

-- An admin deletes a season with its slots, clips, votes, results and exports, and the files of its clips. Clips that wait for
-- a decision stay in the queue for the next season, and clips with a result in another season return to it.
-- `is_preview` only counts. Outcomes: done with a row of consequences and
-- the event; season_not_found, label_mismatch with the label, season_changed with what it is now.
drop function if exists delete_season(uuid, uuid, text, text, boolean);
create or replace function delete_season(
    actor uuid,
    deleted uuid,
    typed_label text,
    why text,
    is_preview boolean default false,
    expected jsonb default null
)
returns table (outcome text, name text, data jsonb)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    season seasons;
    leaving uuid[];
    sent_uploads uuid[];
    consequences jsonb;
begin
    perform require_admin(actor);
    perform lock_film();
    select * into season from seasons where id = deleted for update;
    if season.id is null or btrim(season.label) <> btrim(typed_label) then
        return query
        select case when season.id is null then 'season_not_found' else 'label_mismatch' end, null::text,
            jsonb_build_object('label', season.label);
        return;
    end if;
    if expected is not null and not season_facts(season) @> expected then
        return query select 'season_changed', null::text, season_facts(season);
        return;
    end if;
    leaving := array(
        select id
        from tournament_clips clips
        where season_id = deleted and status <> 'pending'
            and not exists (
                select from slot_results results where results.clip_id = clips.id and results.season_id <> deleted
            )
        order by id
    );
    consequences := jsonb_build_object(
        'votes', (select count(*) from votes where season_id = deleted and voided_at is null),
        'results', (
            select count(distinct slot_position) from slot_results where season_id = deleted and superseded_at is null
        ),
        'clips', cardinality(leaving),
        'clipsKept', (select count(*) from tournament_clips where season_id = deleted and status = 'pending'),
        'isDeleted', true,
        'filmChanges', season.status in ('finished', 'archived')
    );
    if is_preview then
        return query select 'done', 'consequences', consequences;
        return;
    end if;
    sent_uploads := array(
        select upload_id from tournament_clips where id = any (leaving) and upload_id is not null
    );
    perform from tournament_clips where season_id = deleted order by id for update;
    update tournament_clips
    set season_id = null,
        slot_position = null
    where season_id = deleted and status = 'pending';
    -- Slots name their winners, and clips their slots: one of the two must let go first.
    update story_slots
    set status = 'upcoming',
        winner_clip_id = null,
        locked_at = null
    where season_id = deleted and status <> 'upcoming';
    delete from slot_results where season_id = deleted;
    delete from tournament_clips where id = any (leaving);
    -- What is left competed in another season before, was rejected there and approved into this one.
    update tournament_clips clips
    set season_id = earlier.season_id,
        slot_position = earlier.slot_position,
        status = case clips.status when 'rejected' then 'rejected' else 'eliminated' end,
        vote_count = earlier.vote_count,
        weighted_score = earlier.weighted_score,
        view_count = earlier.view_count
    from (
        select distinct on (clip_id) clip_id, season_id, slot_position, vote_count, weighted_score, view_count
        from slot_results
        order by clip_id, closed_at desc, slot_position desc
    ) earlier
    where clips.season_id = deleted and earlier.clip_id = clips.id;
    delete from uploads where id = any (sent_uploads);
    perform drop_votes_partition(deleted);
    delete from seasons where id = deleted;
    if cardinality(leaving) > 0 then
        perform enqueue_job(
            'remove_media',
            jsonb_build_object('clips', to_jsonb(leaving), 'uploads', to_jsonb(sent_uploads))
        );
    end if;
    perform announce_change('film', 'season_deleted');
    perform announce_change('clips', 'season_deleted');
    perform write_audit(
        actor, 'season.delete', 'season', deleted::text, why,
        jsonb_build_object('label', season.label, 'number', season.number, 'status', season.status),
        consequences - 'isDeleted' - 'filmChanges'
    );
    return query select 'done', 'consequences', consequences;
    return query select 'done', 'season_deleted', jsonb_build_object('seasonId', deleted, 'label', season.label);
end
$$;

revoke all on function
    season_facts(seasons),
    reset_season(uuid, uuid, text, text, jsonb),
    delete_season(uuid, uuid, text, text, boolean, jsonb)
    from public;
grant execute on function
    reset_season(uuid, uuid, text, text, jsonb),
    delete_season(uuid, uuid, text, text, boolean, jsonb)
    to dailies_web, dailies_jobs;
