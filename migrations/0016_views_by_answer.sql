-- What one voter was newly shown at a time is one row: clips come by eights, and eight rows with eight entries in an
-- index cost several times as much as one with a list. Rows are added and go with their round; that
-- a view counts once is seen to by record_views, which alone adds them.
alter table clip_views rename to clip_views_by_clip;

create table clip_views (
    season_id uuid not null,
    viewed_at timestamptz not null,
    slot_position int not null,
    voter_key text collate "C" not null,
    clip_ids uuid[] not null,
    constraint clip_views_some check (cardinality(clip_ids) > 0)
) partition by list (season_id);

-- A partition holds one season, so the season need not stand in its index. By a slot and a voter, record_views finds
-- what was shown before, and departures and exports find what is a member's; by the slot alone, old rounds are swept. No
-- index by clip: only a clip that leaves the open round asks for it, and goes through that round instead.
create index clip_views_voter on clip_views (slot_position, voter_key);

grant select, insert, update, delete on clip_views to dailies_jobs;

-- Views that were written together have the same time, so that what was shown together comes together again.
do $$
declare
    old record;
begin
    for old in
        select partitions.relname, partitions.oid::regclass as place,
            replace(partitions.relname, 'clip_views_', '')::uuid as season
        from pg_inherits
        join pg_class partitions on partitions.oid = pg_inherits.inhrelid
        where pg_inherits.inhparent = 'clip_views_by_clip'::regclass
    loop
        execute format('alter table %s rename to %I', old.place, old.relname || '_by_clip');
        execute format('create table %I (like clip_views including defaults including constraints)', old.relname);
        execute format(
            'insert into %I (season_id, slot_position, voter_key, viewed_at, clip_ids)
            select season_id, slot_position, voter_key, viewed_at, array_agg(clip_id order by clip_id)
            from %I
            group by season_id, slot_position, voter_key, viewed_at
            order by slot_position, voter_key, viewed_at',
            old.relname, old.relname || '_by_clip');
        execute format('alter table clip_views attach partition %I for values in (%L)', old.relname, old.season);
    end loop;
end
$$;
drop table clip_views_by_clip;

-- The batch comes in another shape now.
drop function if exists record_views(uuid, int, text[], uuid[]);
