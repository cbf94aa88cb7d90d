-- A season's votes and views are in partitions of their own. They are created apart and then attached, so that votes of
-- other seasons continue meanwhile.
create or replace function create_votes_partition(for_season uuid)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    parent text;
    partition_name text;
begin
    foreach parent in array array['votes', 'clip_views'] loop
        partition_name := parent || '_' || replace(for_season::text, '-', '');
        execute format('create table %I (like %I including defaults including constraints)', partition_name, parent);
        execute format('alter table %I attach partition %I for values in (%L)', parent, partition_name, for_season);
    end loop;
end
$$;

create or replace function drop_votes_partition(for_season uuid)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    parent text;
begin
    -- No trigger sees the votes that go with their table.
    insert into rank_changes (season_id, slot_position, day, clips, clip_casts, members, member_casts)
    select season_id, slot_position, (created_at at time zone 'utc')::date, array_agg(clip_id), array_agg(- casts),
        array_agg(user_id) filter (where user_id is not null), array_agg(- casts) filter (where user_id is not null)
    from votes
    where season_id = for_season and voided_at is null
    group by season_id, slot_position, (created_at at time zone 'utc')::date;
    foreach parent in array array['votes', 'clip_views'] loop
        execute format('drop table if exists %I', parent || '_' || replace(for_season::text, '-', ''));
    end loop;
end
$$;

revoke all on function create_votes_partition(uuid), drop_votes_partition(uuid) from public;
