-- creator_withdrew_at: the creator took the clip out of the queue or the round. It is rejected for good; see withdraw_clip().
alter table tournament_clips add column creator_withdrew_at timestamptz;

-- clips_seen_at: when the member last opened the list of their own clips. What has changed since is marked as new.
alter table users add column clips_seen_at timestamptz;
