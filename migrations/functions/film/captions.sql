-- Gives a clip captions; null takes them away. Its creator may do so until an admin has decided on it, an admin as long as
-- the clip is not rejected. Outcomes: done, clip_not_found, captions_closed.
create or replace function set_captions(actor uuid, captioned uuid, new_captions text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    clip tournament_clips;
    is_admin constant boolean := exists (select from users where id = actor and role = 'admin' and banned_at is null);
begin
    -- A clip in a film has it made anew.
    perform lock_film();
    select * into clip from tournament_clips where id = captioned for no key update;
    if clip.id is null or not is_admin and clip.user_id is distinct from actor then
        return 'clip_not_found';
    elsif clip.status = 'rejected' or not is_admin and (clip.status <> 'pending' or clip.decided_at is not null) then
        return 'captions_closed';
    elsif clip.captions is not distinct from new_captions then
        return 'done';
    end if;
    update tournament_clips set captions = new_captions where id = captioned;
    if clip.user_id is distinct from actor or clip.status <> 'pending' then
        perform write_audit(
            actor, 'clip.caption', 'clip', captioned::text, null,
            jsonb_build_object('hasCaptions', clip.captions is not null),
            jsonb_build_object('hasCaptions', new_captions is not null)
        );
    end if;
    if clip.status <> 'pending' then
        perform announce_change('clips', 'captions');
    end if;
    return 'done';
end
$$;

revoke all on function set_captions(uuid, uuid, text) from public;
grant execute on function set_captions(uuid, uuid, text) to dailies_web, dailies_jobs;
