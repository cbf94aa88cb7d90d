-- How many people have sent in their first clip within the last seven days. Refused clips do not count, as in
-- count_creators().
create or replace function count_new_creators()
returns int
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select count(*)::int
    from (
        select distinct user_id
        from tournament_clips
        where status in ('pending', 'active', 'locked', 'eliminated')
            and created_at > dailies_now() - interval '7 days'
    ) recent
    where not exists (
        select from tournament_clips
        where user_id = recent.user_id and status <> 'rejected' and created_at <= dailies_now() - interval '7 days'
    );
$$;

revoke all on function count_new_creators() from public;
grant execute on function count_new_creators() to dailies_web;
