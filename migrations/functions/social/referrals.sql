-- Members who invite members.

-- How many members somebody has invited who voted on two days.
create or replace function counted_referrals(member uuid)
returns int
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select count(*)::int from referrals where referrer_id = member and counted_at is not null;
$$;

-- What a number of counted referrals earns. Each tier pays once.
create or replace function referral_tiers()
returns table (tier text, needed int, xp int)
language sql
immutable
as $$
    values
        ('connector', 1, 50),
        ('networker', 5, 100),
        ('influencer', 10, 200),
        ('ambassador', 25, 500),
        ('legend', 100, 1000);
$$;

-- A code that is not taken yet: eight of 31 letters and digits, without those that look alike.
create or replace function new_referral_code()
returns text
language plpgsql
volatile
set search_path = public, pg_temp
as $$
declare
    letters constant text := '23456789abcdefghjkmnpqrstuvwxyz';
    noise bytea;
    drawn text;
begin
    loop
        noise := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
        drawn := (
            select string_agg(substr(letters, get_byte(noise, place) % 31 + 1, 1), '')
            from generate_series(0, 7) place
        );
        exit when not exists (select from referral_codes where code = drawn);
    end loop;
    return drawn;
end
$$;

-- A member's code, made when it is first asked for.
create or replace function referral_code_of(member uuid)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    if not exists (select from referral_codes where user_id = member) then
        insert into referral_codes (user_id, code, created_at)
        values (member, new_referral_code(), dailies_now())
        on conflict (user_id) do nothing;
    end if;
    return (select code from referral_codes where user_id = member);
end
$$;

-- The member whom a code belongs to; none while the member is banned.
create or replace function referral_code_holder(wanted text)
returns uuid
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select codes.user_id
    from referral_codes codes
    join users on users.id = codes.user_id
    where codes.code = lower(wanted) and users.banned_at is null and users.left_at is null;
$$;

-- Records that a newcomer was invited. Said again, it changes nothing. Outcomes: done, code_unknown, own_code,
-- already_referred, not_new, referral_circle.
create or replace function bind_referral(member uuid, wanted text)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    referrer uuid;
begin
    -- Two who invite each other at once take turns, so that the second sees the first.
    perform pg_advisory_xact_lock(hashtextextended('dailies.referrals', 0));
    referrer := referral_code_holder(wanted);
    if referrer is null then
        return 'code_unknown';
    elsif referrer = member then
        return 'own_code';
    elsif exists (select from referrals where referred_id = member) then
        return case
            when exists (select from referrals where referred_id = member and referrer_id = referrer) then 'done'
            else 'already_referred'
        end;
    elsif not exists (select from users where id = member and created_at > dailies_now() - interval '30 days') then
        return 'not_new';
    elsif exists (
        with recursive above (id) as (
            select referrer
            union
            select referrals.referrer_id
            from above
            join referrals on referrals.referred_id = above.id
            where referrals.referrer_id is not null
        )
        select from above where id = member
    ) then
        return 'referral_circle';
    end if;
    insert into referrals (referrer_id, referred_id, joined_at)
    values (referrer, member, dailies_now());
    return 'done';
end
$$;

-- What a member's invitations have led to: the code, how many counted and how many may still count; and whether the member
-- can accept an invitation.
create or replace function referral_standing(
    member uuid,
    out code text,
    out counted int,
    out waiting int,
    out can_join boolean
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    code := referral_code_of(member);
    counted := counted_referrals(member);
    waiting := (
        select count(*)::int
        from referrals
        where referrer_id = member and referred_id is not null and counted_at is null
            and joined_at > dailies_now() - interval '30 days'
    );
    can_join := exists (select from users where id = member and created_at > dailies_now() - interval '30 days')
        and not exists (select from referrals where referred_id = member);
end
$$;

-- Counts the newcomers who have voted on two UTC days within 30 days, and pays the tiers that their referrers reach with
-- that. Neither may be banned; a member whose ban is lifted within the 30 days is counted then. Answers how many were counted.
create or replace function count_referrals()
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    today constant date := (dailies_now() at time zone 'utc')::date;
    counted uuid[];
    reward record;
begin
    if not exists (select from feature_flags where key = 'referral_system' and enabled) then
        return 0;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('dailies.referrals', 0));
    delete from referrals where referred_id is null and (counted_at is null or referrer_id is null);
    -- Only days that are over: the votes of today may be undone.
    update referrals
    set first_voted_on = voted.day
    from (
        select waiting.id, min(days.day) as day
        from referrals waiting
        join voter_days days
            on days.voter_key = 'user_' || waiting.referred_id and days.casts > 0 and days.day < today
            and days.day between (waiting.joined_at at time zone 'utc')::date
                and ((waiting.joined_at + interval '30 days') at time zone 'utc')::date
        where waiting.counted_at is null and waiting.first_voted_on is null
            and waiting.joined_at > dailies_now() - interval '32 days'
        group by waiting.id
    ) voted
    where referrals.id = voted.id;

    with newly as (
        update referrals
        set counted_at = dailies_now()
        from users referrer, users referred
        where referrals.counted_at is null and referrals.first_voted_on is not null
            and referrals.joined_at > dailies_now() - interval '32 days'
            and referrer.id = referrals.referrer_id and referrer.banned_at is null
            and referred.id = referrals.referred_id and referred.banned_at is null
            and exists (
                select from voter_days days
                where days.voter_key = 'user_' || referrals.referred_id and days.casts > 0
                    and days.day > referrals.first_voted_on and days.day < today
                    and days.day <= ((referrals.joined_at + interval '30 days') at time zone 'utc')::date
            )
        returning referrals.referrer_id
    )
    select array_agg(referrer_id) into counted from newly;

    for reward in
        select people.id, tiers.tier, tiers.xp
        from (select distinct id from unnest(counted) id) people
        join referral_tiers() tiers on tiers.needed <= counted_referrals(people.id)
        order by people.id, tiers.needed
    loop
        perform grant_reward(reward.id, 'referral', 'referral ' || reward.tier, reward.xp);
    end loop;
    return coalesce(cardinality(counted), 0);
end
$$;

revoke all on function
    counted_referrals(uuid),
    referral_tiers(),
    new_referral_code(),
    referral_code_of(uuid),
    referral_code_holder(text),
    bind_referral(uuid, text),
    referral_standing(uuid),
    count_referrals()
    from public;
grant execute on function
    referral_tiers(),
    referral_code_holder(text),
    bind_referral(uuid, text),
    referral_standing(uuid)
    to dailies_web;
grant execute on function counted_referrals(uuid), count_referrals() to dailies_jobs;
