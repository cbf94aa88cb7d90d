-- Experience points (XP), streaks and badges. Voting writes nothing here: XP follow from the casts of each UTC day, which the
-- boards add up anyway. Everything can be counted again from `votes`, `tournament_clips` and `xp_rewards`.

-- The casts of members on days that are over, by the day of a vote's first cast. Today's are on the board of voters.
-- streak: how many days in a row, this one the last, the member has voted.
create table member_days (
    user_id uuid not null references users on delete cascade,
    day date not null,
    votes int not null,
    streak int not null,
    xp int not null generated always as (
        case when votes > 0 then votes + 5 + 10 * least(streak, 7) else 0 end
    ) stored,
    constraint member_days_pkey primary key (user_id, day),
    -- A change may be counted before the one that it takes back, so votes may be below zero for a moment.
    constraint member_days_streak check ((votes > 0) = (streak > 0))
);

-- The sums of member_days, and the member's last streak in them.
create table member_points (
    user_id uuid primary key references users on delete cascade,
    votes bigint not null,
    xp bigint not null,
    streak int not null,
    streak_day date,
    longest_streak int not null,
    constraint member_points_streak check (streak >= 0 and longest_streak >= streak and (streak > 0) = (streak_day is not null))
);

-- XP for something other than votes, once for each event. What is revoked, as the win of a slot that is opened again, stays
-- and counts again when its cause returns.
create table xp_rewards (
    user_id uuid not null references users on delete cascade,
    amount int not null,
    reason text not null,
    event_key text not null,
    granted_at timestamptz not null,
    revoked_at timestamptz,
    constraint xp_rewards_pkey primary key (user_id, reason, event_key),
    constraint xp_rewards_positive check (amount > 0)
);

-- The badges of members. One whose ground is gone is revoked; it keeps the time at which it was first earned.
create table member_badges (
    user_id uuid not null references users on delete cascade,
    key text not null,
    earned_at timestamptz not null,
    revoked_at timestamptz,
    constraint member_badges_pkey primary key (user_id, key)
);

-- Members whose badges must be looked at again, and those who reached the goal of a day.
create table badge_checks (
    user_id uuid not null references users on delete cascade,
    goal_day date
);
create index badge_checks_user on badge_checks (user_id);

create type member_game as (votes bigint, xp bigint, streak int, longest_streak int);

grant select on member_days, member_points, xp_rewards, member_badges, badge_checks to dailies_jobs;

-- A win pays while the clip is in the film. A clip counts for its creator's badge once it is accepted.
create function note_clip_of_member()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    wins_before uuid := case when tg_op <> 'INSERT' and old.status = 'locked' then old.user_id end;
    wins_now uuid := case when tg_op <> 'DELETE' and new.status = 'locked' then new.user_id end;
begin
    if wins_before is distinct from wins_now then
        if wins_before is not null then
            perform revoke_reward(wins_before, 'win', old.id::text);
        end if;
        if wins_now is not null then
            perform grant_reward(wins_now, 'win', new.id::text, 100);
        end if;
    end if;
    insert into badge_checks (user_id)
    select id
    from users
    where left_at is null
        and id in (case when tg_op <> 'INSERT' then old.user_id end, case when tg_op <> 'DELETE' then new.user_id end);
    return null;
end
$$;
revoke all on function note_clip_of_member() from public;

create trigger tournament_clips_inserted_noted
    after insert on tournament_clips
    for each row
    when (new.status in ('active', 'locked', 'eliminated'))
    execute function note_clip_of_member();
create trigger tournament_clips_update_noted
    after update of status, user_id on tournament_clips
    for each row
    when ((old.status, old.user_id) is distinct from (new.status, new.user_id))
    execute function note_clip_of_member();
create trigger tournament_clips_delete_noted
    after delete on tournament_clips
    for each row
    when (old.status in ('active', 'locked', 'eliminated'))
    execute function note_clip_of_member();

-- The next fold counts everything, so that what was cast before is counted too. Wins and badges follow from the clips.
delete from rank_state;
insert into xp_rewards (user_id, amount, reason, event_key, granted_at)
select clips.user_id, 100, 'win', clips.id::text, coalesce(slots.locked_at, clips.created_at)
from tournament_clips clips
join users on users.id = clips.user_id and users.left_at is null
left join story_slots slots on slots.winner_clip_id = clips.id
where clips.status = 'locked'
on conflict do nothing;
insert into badge_checks (user_id)
select id
from users
where left_at is null;
