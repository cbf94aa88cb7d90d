-- The reference for votes: the same checks and the same rows, one vote a call, written for one vote. It reads nothing
-- twice, locks the clip by its update alone, and pays for no HTTP and no JSON.
drop table if exists bench_voters, bench_clips;
-- In the order in which they were made: the last own the clips.
create table bench_voters as
select 1 + substr(username, 7)::int as number, id, 'user_' || id as key
from users
where username like 'bench\_%';
alter table bench_voters add primary key (number);
create table bench_clips as
select row_number() over (order by id)::int as number, id
from tournament_clips
where status = 'active';
alter table bench_clips add primary key (number);

create or replace function bench_vote(voter_number int, clip_number int)
returns text
language plpgsql
set plan_cache_mode = force_generic_plan
as $$
declare
    moment constant timestamptz := dailies_now();
    today constant date := (moment at time zone 'utc')::date;
    this_minute constant timestamptz := date_bin('1 minute', moment, 'epoch');
    voter record;
    clip record;
    flags text[];
    granted int;
    cast_today int;
begin
    select array_agg(key) into flags from feature_flags where enabled;
    if not 'voting_enabled' = any (flags) then
        return 'feature_off';
    end if;
    select bench_voters.id, bench_voters.key, users.banned_at
    into voter
    from bench_voters
    join users on users.id = bench_voters.id
    where number = voter_number;
    insert into rate_windows as windows (key, minute, current_count, previous_count, granted)
    values ('vote ' || voter.key, this_minute, 1, 0, 1)
    on conflict (key) do update
    set previous_count = case when windows.minute = this_minute then windows.previous_count else 0 end,
        current_count = case when windows.minute = this_minute then windows.current_count + 1 else 1 end,
        minute = this_minute
    returning current_count into granted;
    if granted > 30 then
        return 'rate_limited';
    end if;
    if voter.banned_at is not null then
        return 'banned';
    end if;
    select clips.id, clips.user_id, clips.status, clips.season_id, clips.slot_position, slots.status as slot_status,
        slots.voting_ends_at
    into clip
    from bench_clips
    join tournament_clips clips on clips.id = bench_clips.id
    join story_slots slots on slots.season_id = clips.season_id and slots.position = clips.slot_position
    where bench_clips.number = clip_number
    for share of slots;
    if clip.status <> 'active' or clip.slot_status <> 'voting' or clip.voting_ends_at <= moment then
        return 'clip_not_active';
    end if;
    if clip.user_id = voter.id then
        return 'own_clip';
    end if;
    select casts
    into cast_today
    from voter_days
    where voter_key = voter.key and day = today;
    if cast_today >= 200 then
        return 'daily_limit';
    end if;
    insert into votes (
        season_id, slot_position, clip_id, weight, voter_key, device_key, user_id, created_at, updated_at
    )
    values (
        clip.season_id, clip.slot_position, clip.id, 1, voter.key, 'device_' || md5(voter.key), voter.id, moment, moment
    )
    on conflict (season_id, slot_position, voter_key, clip_id) where voided_at is null do nothing;
    if not found then
        return 'already_voted';
    end if;
    insert into voter_days as days (voter_key, day, casts, attempts)
    values (voter.key, today, 1, 1)
    on conflict (voter_key, day) do update
    set casts = days.casts + 1,
        attempts = days.attempts + 1;
    update tournament_clips
    set vote_count = vote_count + 1,
        weighted_score = weighted_score + 1
    where id = clip.id;
    return 'counted';
end
$$;
vacuum (analyze) bench_voters, bench_clips;
