-- Whether two more copies of the poster are stored beside it: one for cards, 240 pixels wide, and one for links that other
-- services show. Older clips get theirs by the job make_thumbnails.
alter table tournament_clips add column has_cards boolean not null default false;
