-- The object that the creator and moderators can play while the rendition is being made, if browsers can play the uploaded
-- file. It is removed before the clip is ready: it holds everything that the file says about its maker.
alter table uploads add column preview_key text;
