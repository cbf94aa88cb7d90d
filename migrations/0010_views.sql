-- One row holds what one voter was newly shown at a time: clips come by eights, and eight rows with eight index entries
-- cost several times as much as one row with a list. Rows are added and deleted with their round. record_views, which
-- alone adds rows, makes sure that a view counts once.
create table clip_views (
    season_id uuid not null,
    viewed_at timestamptz not null,
    slot_position int not null,
    voter_key text collate "C" not null,
    clip_ids uuid[] not null,
    constraint clip_views_some check (cardinality(clip_ids) > 0)
) partition by list (season_id);

-- A partition holds one season, so its index need not contain the season. By slot and voter, record_views finds what
-- was shown before, and departures and exports find a member's views; by slot alone, old rounds are deleted. There is
-- no index by clip: only a clip that leaves the open round is looked for, and that reads the whole round.
create index clip_views_voter on clip_views (slot_position, voter_key);

grant select, insert, update, delete on clip_views to dailies_jobs;
