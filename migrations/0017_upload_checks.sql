-- How far the job is that checks a registered upload and makes its rendition. The creator's page shows it. It is kept
-- here, since every vote updates a row of tournament_clips and would pay for more columns there.
alter table uploads
    add column check_started_at timestamptz,
    add column check_percent int not null default 0,
    add column check_note text,
    add constraint uploads_check_percent_range check (check_percent between 0 and 100);
