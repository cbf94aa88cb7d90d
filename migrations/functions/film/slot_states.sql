-- The round engine as a state machine. A slot goes through these states, and in no other way than the table below lists.
--
--     upcoming ──▶ waiting_for_clips ◀──▶ voting ──▶ under_review ──▶ locked
--
-- open_slot() opens a slot when its turn has come, close_round() ends its voting, begin_review() and end_review() hold the
-- result back and release it, finalize_round() locks the winner, and unlock_slot() and reset_season() go back. Between two
-- commits of the application the slots of a season are always: locked ones, one that is open, upcoming ones. A season is
-- a draft while all are upcoming, and finished or archived while all are locked.
create or replace function slot_moves()
returns table (status_before text, status_after text, cause text)
language sql
immutable
as $$
    values
        ('upcoming', 'voting', 'its turn has come, and a clip competes'),
        ('upcoming', 'waiting_for_clips', 'its turn has come, and no clip competes'),
        ('waiting_for_clips', 'voting', 'the first clip joins'),
        ('waiting_for_clips', 'locked', 'an admin assigns a winner'),
        ('voting', 'waiting_for_clips', 'no clip is left in the round'),
        ('voting', 'under_review', 'flagged votes would decide the round'),
        ('voting', 'locked', 'the round is over, or an admin assigns a winner'),
        ('under_review', 'locked', 'the review is decided or over, or an admin assigns a winner'),
        ('under_review', 'voting', 'no clip that competed is left, and another one has joined'),
        ('under_review', 'waiting_for_clips', 'no clip is left'),
        -- The way back, by an admin. A slot that is unlocked becomes upcoming first and opens in the same transaction.
        ('voting', 'upcoming', 'the slot before it is unlocked, or the season is reset'),
        ('waiting_for_clips', 'upcoming', 'the slot before it is unlocked, or the season is reset'),
        ('under_review', 'upcoming', 'the slot before it is unlocked, or the season is reset'),
        ('locked', 'upcoming', 'it is unlocked, or the season is reset');
$$;

-- Whether the role may arrange data by hand. No role of the application may.
create or replace function is_repair()
returns boolean
language sql
stable
as $$
    select rolsuper from pg_roles where rolname = session_user;
$$;

create or replace function check_slot_move()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    if not exists (
        select from slot_moves() where status_before = old.status and status_after = new.status
    ) and not is_repair() then
        raise exception 'a slot cannot go from % to %', old.status, new.status using errcode = 'check_violation';
    end if;
    return new;
end
$$;

-- Why the slots of a season are not in order; null when they are, or when there is no such season.
create or replace function season_disorder(of_season uuid)
returns text
language sql
stable
as $$
    select case
        when slots.locked <> slots.last_locked then 'a slot is locked before its turn'
        when seasons.status = 'draft' and slots.locked + slots.open > 0 then 'a draft has begun'
        when seasons.status = 'active' and (slots.open <> 1 or slots.first_open <> slots.locked + 1)
        then 'the slot after the last locked one is not open'
        when seasons.status in ('finished', 'archived') and slots.locked <> seasons.total_slots
        then 'a season is finished before its last slot is locked'
    end
    from seasons
    cross join lateral (
        select count(*) filter (where story_slots.status = 'locked') as locked,
            coalesce(max(position) filter (where story_slots.status = 'locked'), 0) as last_locked,
            count(*) filter (where story_slots.status not in ('locked', 'upcoming')) as open,
            min(position) filter (where story_slots.status not in ('locked', 'upcoming')) as first_open
        from story_slots
        where season_id = seasons.id
    ) slots
    where seasons.id = of_season;
$$;

-- Checks at commit, when an act is whole.
create or replace function check_season_order()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    changed constant uuid := case tg_table_name when 'seasons' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'season_id' end;
    disorder constant text := season_disorder(changed);
begin
    if disorder is not null and not is_repair() then
        raise exception 'season %: %', changed, disorder using errcode = 'check_violation';
    end if;
    return null;
end
$$;

create or replace trigger story_slots_moves
before update of status on story_slots
for each row
when (old.status is distinct from new.status)
execute function check_slot_move();

drop trigger if exists story_slots_order on story_slots;
create constraint trigger story_slots_order
after update of status on story_slots
deferrable initially deferred
for each row
when (old.status is distinct from new.status)
execute function check_season_order();

drop trigger if exists seasons_order on seasons;
create constraint trigger seasons_order
after update of status on seasons
deferrable initially deferred
for each row
when (old.status is distinct from new.status)
execute function check_season_order();

revoke all on function
    slot_moves(),
    is_repair(),
    check_slot_move(),
    season_disorder(uuid),
    check_season_order()
    from public;
