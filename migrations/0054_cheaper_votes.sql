-- A batch of votes with what the limits say of each: what cast_votes() keeps where it counts only some of them at a time.
create type vote_batch as (
    voter_keys text[],
    clip_ids uuid[],
    kinds text[],
    device_keys text[],
    cookies text[],
    networks text[],
    signals text[],
    requests text[],
    turns int[],
    room int[],
    crowds boolean[]
);

-- Postgres reads and evaluates every check of a row anew for each statement that updates the row, also when it sets none of the
-- columns concerned. For a vote, which only raises counters, that was a sixth of its cost. Checks of columns that no vote sets
-- are therefore in a trigger that names these columns. It refuses as the checks did, with the same names and the same code,
-- and fires even for a session that replays changes. Nothing is read or rewritten here; the clips are locked for a moment.
create function check_clip()
returns trigger
language plpgsql
set search_path = public, pg_temp
as $$
declare
    broken constant text := case
        when not char_length(new.title) between 1 and 80 then 'title_length'
        when not char_length(new.description) <= 500 then 'description_length'
        when not octet_length(new.captions) between 1 and 32768 then 'captions_length'
        when not new.genre in (
            'Thriller', 'Comedy', 'Action', 'Sci-Fi', 'Romance', 'Animation', 'Horror', 'Other'
        ) then 'genre_known'
        when not new.status in ('pending', 'active', 'locked', 'rejected', 'eliminated') then 'status_known'
        when not new.processing in ('processing', 'ready', 'failed') then 'processing_known'
        when not (new.processing = 'failed') = (new.processing_error is not null) then 'failure_explained'
        when not (new.status <> 'rejected' or new.rejection_reason is not null) then 'rejection_explained'
        when not (
            new.status not in ('active', 'locked') or new.season_id is not null and new.slot_position is not null
        ) then 'active_has_slot'
        when not (
            new.status not in ('active', 'locked')
            or new.processing = 'ready' and new.video_key is not null and new.poster_key is not null
        ) then 'shown_is_ready'
    end;
begin
    if broken is not null then
        raise exception 'new row for relation "tournament_clips" violates check constraint "tournament_clips_%"', broken
        using errcode = 'check_violation', schema = 'public', table = 'tournament_clips',
            constraint = 'tournament_clips_' || broken;
    end if;
    return null;
end
$$;
revoke all on function check_clip() from public;
create trigger tournament_clips_checked
    after insert or update of
        title, description, captions, genre, status, rejection_reason, processing, processing_error, season_id,
        slot_position, video_key, poster_key
    on tournament_clips
    for each row execute function check_clip();
alter table tournament_clips
    enable always trigger tournament_clips_checked,
    drop constraint tournament_clips_title_length,
    drop constraint tournament_clips_description_length,
    drop constraint tournament_clips_captions_length,
    drop constraint tournament_clips_genre_known,
    drop constraint tournament_clips_status_known,
    drop constraint tournament_clips_processing_known,
    drop constraint tournament_clips_failure_explained,
    drop constraint tournament_clips_rejection_explained,
    drop constraint tournament_clips_active_has_slot,
    drop constraint tournament_clips_shown_is_ready;
