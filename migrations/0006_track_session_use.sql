-- When a session was last used, to a minute or a few: after a long break it no longer lets an admin act. Not indexed and
-- with room on the page, so that writing it down is a HOT update.
alter table sessions
    add column used_at timestamptz not null default now();
alter table sessions set (fillfactor = 80);
