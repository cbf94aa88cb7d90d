-- How much a comparison shows: the share of its videos that completed × how decisive its votes and battles are, in thousandths.
-- The job `score_comparisons` keeps it (functions/comparisons/quality.sql).
alter table comparisons
    add column quality_score int not null default 0,
    add constraint comparisons_quality_score_range check (quality_score between 0 and 1000);
create index comparisons_quality_listed on comparisons (quality_score, id) where is_public and archived_at is null;

-- It also returns the small video, which cards play under a pointer.
drop function if exists comparison_summary(uuid);

-- A view does not learn of new columns by itself.
create or replace view listed_comparisons as
select *
from comparisons
where is_public and archived_at is null;
