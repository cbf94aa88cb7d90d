-- How much room the last who asked gave the key's minute, so that keys with different limits are asked for together.
alter table rate_windows add column allowed int not null default 0;

-- take_limits() does what it did.
drop function if exists take_rates(text[], int[], int);
-- These answer in another way, which replacing them cannot change.
drop function if exists take_vote_rates(text[], text[]);

-- A batch may change most rows of a page at once, since voters who come together stand together. With half a page free
-- each of these updates stays on its page and touches no index.
alter table voter_days set (fillfactor = 50);
