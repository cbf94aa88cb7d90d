-- XP for something other than votes.

-- Grants a member XP for an event, once for each event however often it is called. What was revoked counts again.
create or replace function grant_reward(member uuid, reason text, event_key text, amount int)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    insert into xp_rewards as kept (user_id, reason, event_key, amount, granted_at)
    select id, grant_reward.reason, grant_reward.event_key, grant_reward.amount, dailies_now()
    from users
    where id = member and left_at is null
    on conflict on constraint xp_rewards_pkey do update
    set revoked_at = null
    where kept.revoked_at is not null;
    if found then
        insert into badge_checks (user_id) values (member);
    end if;
end
$$;

-- Takes the XP of an event back, until it is granted again.
create or replace function revoke_reward(member uuid, reason text, event_key text)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    update xp_rewards
    set revoked_at = dailies_now()
    where user_id = member and xp_rewards.reason = revoke_reward.reason
        and xp_rewards.event_key = revoke_reward.event_key and revoked_at is null;
    if found then
        insert into badge_checks (user_id) values (member);
    end if;
end
$$;

revoke all on function grant_reward(uuid, text, text, int), revoke_reward(uuid, text, text) from public;
