-- Whether a small copy of the poster is stored beside it, under a name derived from the poster's. No key of its own: every
-- vote writes the whole row anew. Older clips get theirs by the job make_thumbnails.
alter table tournament_clips add column has_thumbnail boolean not null default false;
