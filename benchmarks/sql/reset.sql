-- The open round as it was before the first vote, the day and its limits with it.
\set ON_ERROR_STOP on
-- Votes and views wait meanwhile: a view that is written down in between would be in the sum and not in the counter.
begin;
select lock_film();
-- The boards keep what was counted: to take it back again vote by vote would go on during the next row.
set local session_replication_role = replica;
truncate rank_changes;
delete from votes
using story_slots open
where open.status = 'voting' and votes.season_id = open.season_id and votes.slot_position = open.position;
delete from clip_views
using story_slots open
where open.status = 'voting' and clip_views.season_id = open.season_id and clip_views.slot_position = open.position;
update tournament_clips
set vote_count = 0,
    weighted_score = 0,
    view_count = 0
where status = 'active' and (vote_count > 0 or view_count > 0);
truncate voter_days, rate_windows;
commit;
vacuum (analyze) votes, clip_views, tournament_clips, voter_days, rate_windows;
select announce_change('clips', 'reset');
checkpoint;
