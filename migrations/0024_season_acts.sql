-- film_revision counts the changes to the clips that make the film. A film that was assembled from an older revision is out
-- of date. The triggers in functions/film/slot_states.sql count.
alter table seasons add column film_revision int not null default 0;

-- reset: an admin took every vote of a slot out of the count.
alter table vote_voids
    drop constraint vote_voids_origin_known,
    add constraint vote_voids_origin_known check (origin in ('admin', 'review', 'ban', 'reset'));
