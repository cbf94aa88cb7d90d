-- nginx sends a vote again when the connection to its host breaks, and the first attempt may have been counted. The ids of
-- requests are kept with what they did, so that a repeat does nothing more: eight bytes a request, the newest last.
-- requests: those whose casts are in this vote. undone: those that undid votes of the voter on this day.
alter table votes add column requests bytea;
alter table voter_days add column undone bytea;
