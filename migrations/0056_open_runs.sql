-- The runs that are not settled, which are few: upkeep looks for those whose video was deleted.
create index generation_runs_open on generation_runs (reserved_at) where outcome is null;
