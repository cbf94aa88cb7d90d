-- A member's username, from when it may be changed, and the member's settings; nulls for those that were not chosen.
create or replace function find_preferences(member uuid)
returns table (username text, next_change_at timestamptz, sound boolean, motion boolean)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select users.username, users.username_changed_at + interval '30 days', preferences.sound, preferences.motion
    from users
    left join member_preferences preferences on preferences.user_id = users.id
    where users.id = member;
$$;

-- Saves a member's settings; null leaves one as it is.
create or replace function save_preferences(member uuid, new_sound boolean, new_motion boolean)
returns void
language sql
security definer
set search_path = public, pg_temp
as $$
    insert into member_preferences as kept (user_id, sound, motion, updated_at)
    values (member, new_sound, new_motion, dailies_now())
    on conflict (user_id) do update
    set sound = coalesce(excluded.sound, kept.sound),
        motion = coalesce(excluded.motion, kept.motion),
        updated_at = excluded.updated_at;
$$;

revoke all on function find_preferences(uuid), save_preferences(uuid, boolean, boolean) from public;
grant execute on function find_preferences(uuid), save_preferences(uuid, boolean, boolean) to dailies_web;
