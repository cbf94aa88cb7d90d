-- reset: an admin took every vote of a slot out of the count.
alter table vote_voids
    drop constraint vote_voids_origin_known,
    add constraint vote_voids_origin_known check (origin in ('admin', 'review', 'ban', 'reset'));
