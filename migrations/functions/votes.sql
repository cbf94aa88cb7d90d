-- A season's votes and views stand in partitions of their own. They are made apart and then attached, which lets the
-- votes of other seasons go on meanwhile.
create or replace function create_votes_partition(for_season uuid)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    parent text;
    partition_name text;
begin
    foreach parent in array array['votes', 'clip_views'] loop
        partition_name := parent || '_' || replace(for_season::text, '-', '');
        execute format('create table %I (like %I including defaults including constraints)', partition_name, parent);
        execute format('alter table %I attach partition %I for values in (%L)', parent, partition_name, for_season);
    end loop;
end
$$;

create or replace function drop_votes_partition(for_season uuid)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    parent text;
begin
    foreach parent in array array['votes', 'clip_views'] loop
        execute format('drop table if exists %I', parent || '_' || replace(for_season::text, '-', ''));
    end loop;
end
$$;

-- The round that takes votes, locked against its closing until this transaction ends. When a round closes while its
-- lock is waited for, the next one is looked for. A round whose time is over is not locked, so that votes that come
-- too late never hold up the advance.
create or replace function lock_open_round(out season_id uuid, out slot_position int)
language plpgsql
set search_path = public, pg_temp
as $$
begin
    for attempt in 1..3 loop
        select slots.season_id, slots.position
        into lock_open_round.season_id, lock_open_round.slot_position
        from seasons
        join story_slots slots on slots.season_id = seasons.id
        where seasons.status = 'active' and slots.status = 'voting' and slots.voting_ends_at > dailies_now()
        for share of slots;
        exit when found or not exists (
            select from seasons
            join story_slots slots on slots.season_id = seasons.id
            where seasons.status = 'active' and slots.status = 'voting' and slots.voting_ends_at > dailies_now()
        );
    end loop;
end
$$;

-- Counts the votes of one batch. Each row of the arrays is one vote; an empty text means that there is none. Every
-- vote is judged by itself, in the order of the batch, and the answer names its ordinal; a null code means that it
-- counts. Votes of one voter take turns, so that the second is judged by what the first left.
--
-- Locks are taken in one order by everything that counts votes: rates by key, the slot, clips by id, voters by key.
create or replace function cast_votes(
    voter_keys text[],
    clip_ids uuid[],
    asked_kinds text[],
    device_keys text[],
    cookies text[],
    networks text[],
    signals text[],
    daily_votes int
)
returns table (
    ordinal int,
    code text,
    retry_after int,
    rate_remaining int,
    new_score int,
    vote_count int,
    total_today int,
    standard_left int,
    super_left int,
    mega_left int
)
language plpgsql
security definer
set search_path = public, pg_temp
-- Every table is met by an index from a row of the batch. Plans live as long as the connection: one that was made
-- while a table was empty must not read the whole of it once it is full.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    attempts_a_day constant int := 400;
    moment constant timestamptz := dailies_now();
    today constant date := (moment at time zone 'utc')::date;
    until_tomorrow constant int := ceil(extract(epoch from (today + 1)::timestamp - moment at time zone 'utc'));
    voting_enabled boolean;
    power_enabled boolean;
    repeats_enabled boolean;
    members_only boolean;
    captcha_needed boolean;
    turns int[];
    waits int[];
    remaining int[];
    open_season uuid;
    open_slot int;
begin
    select bool_or(enabled) filter (where key = 'voting_enabled'),
        bool_or(enabled) filter (where key = 'power_votes_enabled'),
        bool_or(enabled) filter (where key = 'multi_vote_enabled'),
        bool_or(enabled) filter (where key = 'require_auth_voting'),
        bool_or(enabled) filter (where key = 'require_captcha_voting')
    into voting_enabled, power_enabled, repeats_enabled, members_only, captcha_needed
    from feature_flags;

    if not voting_enabled then
        return query
        select place, 'feature_off', null::int, null::int, null::int, null::int, null::int, null::int, null::int,
            null::int
        from generate_subscripts(voter_keys, 1) place;
        return;
    end if;

    begin
        select array_agg(rates.turn order by rates.ordinal), array_agg(rates.wait order by rates.ordinal),
            array_agg(rates.remaining order by rates.ordinal)
        into turns, waits, remaining
        from take_vote_rates(voter_keys, networks) rates;
    exception
        when serialization_failure or deadlock_detected then
            raise;
        -- A limiter that cannot decide refuses.
        when others then
            raise warning 'the vote limiter failed: %', sqlerrm;
            return query
            select place, 'limiter_unavailable', null::int, null::int, null::int, null::int, null::int, null::int,
                null::int, null::int
            from generate_subscripts(voter_keys, 1) place;
            return;
    end;

    if 0 = any (turns) then
        return query
        select here.ordinal::int, 'rate_limited', here.wait, 0, null::int, null::int, null::int, null::int, null::int,
            null::int
        from unnest(turns, waits) with ordinality here (turn, wait, ordinal)
        where here.turn = 0;
    end if;

    select lock_open_round.season_id, lock_open_round.slot_position
    into open_season, open_slot
    from lock_open_round();
    perform
    from tournament_clips
    where id = any (clip_ids) and season_id = open_season and slot_position = open_slot and status = 'active'
    order by id
    for no key update;
    perform
    from voter_days
    where voter_key = any (voter_keys) and day = today
    order by voter_key
    for no key update;

    for this_turn in 1..(select coalesce(max(turn), 0) from unnest(turns) turn) loop
        return query
        with asked as materialized (
            select here.*,
                case here.kind when 'standard' then 1 when 'super' then 3 when 'mega' then 10 end as weight,
                case when starts_with(here.voter_key, 'user_') then substr(here.voter_key, 6)::uuid end as member
            from unnest(
                voter_keys, clip_ids, asked_kinds, device_keys, cookies, networks, signals, turns, remaining
            ) with ordinality here (
                voter_key, clip_id, kind, device_key, cookie, network, signals, turn, remaining, ordinal
            )
            where here.turn = this_turn
        ), judged as materialized (
            select asked.*,
                clips.weighted_score,
                clips.vote_count,
                coalesce(days.casts, 0) as casts_today,
                case
                    when asked.kind <> 'standard' and not power_enabled then 'feature_off'
                    when days.attempts >= attempts_a_day then 'rate_limited'
                    when users.banned_at is not null then 'banned'
                    when asked.member is null and (members_only or asked.kind <> 'standard') then 'auth_required'
                    when asked.member is not null and users.id is null then 'auth_required'
                    when clips.id is null then 'clip_not_found'
                    when clips.status <> 'active' then 'clip_not_active'
                    when (clips.season_id, clips.slot_position) is distinct from (open_season, open_slot) then
                        case
                            when slots.status in ('voting', 'under_review') then 'round_over'
                            else 'wrong_slot'
                        end
                    when clips.user_id = asked.member then 'own_clip'
                    when mine.clip_id is not null and not repeats_enabled then 'already_voted'
                    when asked.member is null and exists (
                        select from votes
                        where season_id = open_season and slot_position = open_slot
                            and device_key = asked.voter_key and clip_id = asked.clip_id
                            and user_id is not null and voided_at is null
                    ) then 'already_voted'
                    when asked.kind = 'super' and exists (
                        select from votes
                        where season_id = open_season and slot_position = open_slot
                            and voter_key = asked.voter_key and kinds like '%s%' and voided_at is null
                    ) then 'super_used'
                    when asked.kind = 'mega' and exists (
                        select from votes
                        where season_id = open_season and slot_position = open_slot
                            and voter_key = asked.voter_key and kinds like '%m%' and voided_at is null
                    ) then 'mega_used'
                    when days.casts >= daily_votes then 'daily_limit'
                    when captcha_needed and not exists (
                        select from captcha_passes
                        where voter_key = asked.voter_key and expires_at > moment
                    ) then 'captcha_required'
                end as code
            from asked
            left join users on users.id = asked.member
            left join tournament_clips clips on clips.id = asked.clip_id
            left join story_slots slots
                on slots.season_id = clips.season_id and slots.position = clips.slot_position
            left join voter_days days on days.voter_key = asked.voter_key and days.day = today
            left join votes mine
                on mine.season_id = open_season and mine.slot_position = open_slot
                and mine.voter_key = asked.voter_key and mine.clip_id = asked.clip_id and mine.voided_at is null
        ), counted as (
            insert into votes as kept (
                season_id, slot_position, clip_id, weight, voter_key, device_key, user_id, voter_cookie, network,
                kinds, flags, created_at, updated_at
            )
            select open_season, open_slot, clip_id, weight, voter_key, nullif(device_key, ''), member,
                decode(nullif(cookie, ''), 'hex'), decode(nullif(network, ''), 'hex'),
                case kind when 'standard' then 'n' when 'super' then 's' when 'mega' then 'm' end,
                string_to_array(nullif(signals, ''), ','), moment, moment
            from judged
            where code is null
            on conflict (season_id, slot_position, voter_key, clip_id) where voided_at is null do update
            set casts = kept.casts + 1,
                weight = kept.weight + excluded.weight,
                kinds = kept.kinds || excluded.kinds,
                updated_at = excluded.updated_at
        ), scored as (
            update tournament_clips
            set vote_count = tournament_clips.vote_count + won.votes,
                weighted_score = tournament_clips.weighted_score + won.weight
            from (
                select clip_id, count(*)::int as votes, sum(weight)::int as weight
                from judged
                where code is null
                group by clip_id
            ) won
            where tournament_clips.id = won.clip_id
        ), totted as (
            insert into voter_days as kept (voter_key, day, casts, attempts)
            select voter_key, today, case when code is null then 1 else 0 end, 1
            from judged
            where code is distinct from 'feature_off' and code is distinct from 'rate_limited'
            order by voter_key
            on conflict (voter_key, day) do update
            set casts = kept.casts + excluded.casts,
                attempts = kept.attempts + 1
        ), answered as (
            select judged.*,
                weighted_score
                    + sum(case when code is null then weight else 0 end) over (partition by clip_id) as new_score,
                vote_count + count(*) filter (where code is null) over (partition by clip_id) as new_count,
                casts_today + case when code is null then 1 else 0 end as total_today,
                power_enabled and member is not null and (code is null or code = 'already_voted') as has_power
            from judged
        )
        select ordinal::int,
            code,
            case when code = 'rate_limited' then until_tomorrow end,
            remaining,
            new_score::int,
            new_count::int,
            total_today,
            greatest(0, daily_votes - total_today),
            case
                when has_power and not (code is null and kind = 'super') and not exists (
                    select from votes
                    where season_id = open_season and slot_position = open_slot
                        and voter_key = answered.voter_key and kinds like '%s%' and voided_at is null
                ) then 1
                else 0
            end,
            case
                when has_power and not (code is null and kind = 'mega') and not exists (
                    select from votes
                    where season_id = open_season and slot_position = open_slot
                        and voter_key = answered.voter_key and kinds like '%m%' and voided_at is null
                ) then 1
                else 0
            end
        from answered;
    end loop;
end
$$;

-- Takes votes back: the last cast of each. Its weight leaves the clip, its day gets the cast back, and a super or mega
-- is free again. Answers as cast_votes; a null code means that the vote is undone.
create or replace function undo_votes(
    voter_keys text[],
    clip_ids uuid[],
    networks text[],
    daily_votes int
)
returns table (
    ordinal int,
    code text,
    retry_after int,
    rate_remaining int,
    new_score int,
    vote_count int,
    total_today int,
    standard_left int,
    super_left int,
    mega_left int
)
language plpgsql
security definer
set search_path = public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := dailies_now();
    today constant date := (moment at time zone 'utc')::date;
    voting_enabled boolean;
    power_enabled boolean;
    turns int[];
    waits int[];
    remaining int[];
    open_season uuid;
    open_slot int;
begin
    select bool_or(enabled) filter (where key = 'voting_enabled'),
        bool_or(enabled) filter (where key = 'power_votes_enabled')
    into voting_enabled, power_enabled
    from feature_flags;

    if not voting_enabled then
        return query
        select place, 'feature_off', null::int, null::int, null::int, null::int, null::int, null::int, null::int,
            null::int
        from generate_subscripts(voter_keys, 1) place;
        return;
    end if;

    begin
        select array_agg(rates.turn order by rates.ordinal), array_agg(rates.wait order by rates.ordinal),
            array_agg(rates.remaining order by rates.ordinal)
        into turns, waits, remaining
        from take_vote_rates(voter_keys, networks) rates;
    exception
        when serialization_failure or deadlock_detected then
            raise;
        when others then
            raise warning 'the vote limiter failed: %', sqlerrm;
            return query
            select place, 'limiter_unavailable', null::int, null::int, null::int, null::int, null::int, null::int,
                null::int, null::int
            from generate_subscripts(voter_keys, 1) place;
            return;
    end;

    if 0 = any (turns) then
        return query
        select here.ordinal::int, 'rate_limited', here.wait, 0, null::int, null::int, null::int, null::int, null::int,
            null::int
        from unnest(turns, waits) with ordinality here (turn, wait, ordinal)
        where here.turn = 0;
    end if;

    select lock_open_round.season_id, lock_open_round.slot_position
    into open_season, open_slot
    from lock_open_round();
    perform
    from tournament_clips
    where id = any (clip_ids) and season_id = open_season and slot_position = open_slot and status = 'active'
    order by id
    for no key update;
    perform
    from voter_days
    where voter_key = any (voter_keys) and day = today
    order by voter_key
    for no key update;

    for this_turn in 1..(select coalesce(max(turn), 0) from unnest(turns) turn) loop
        return query
        with asked as materialized (
            select here.*,
                case when starts_with(here.voter_key, 'user_') then substr(here.voter_key, 6)::uuid end as member
            from unnest(voter_keys, clip_ids, turns, remaining) with ordinality here (
                voter_key, clip_id, turn, remaining, ordinal
            )
            where here.turn = this_turn
        ), judged as materialized (
            select asked.*,
                clips.weighted_score,
                clips.vote_count,
                mine.casts,
                mine.updated_at,
                coalesce(days.casts, 0) as casts_today,
                case right(mine.kinds, 1) when 'n' then 1 when 's' then 3 when 'm' then 10 end as weight,
                right(mine.kinds, 1) as kind,
                case
                    when users.banned_at is not null then 'banned'
                    when mine.clip_id is null then 'vote_not_found'
                    when clips.status <> 'active'
                        or (clips.season_id, clips.slot_position) is distinct from (open_season, open_slot)
                    then 'round_over'
                end as code
            from asked
            left join users on users.id = asked.member
            left join tournament_clips clips on clips.id = asked.clip_id
            left join voter_days days on days.voter_key = asked.voter_key and days.day = today
            left join votes mine
                on mine.season_id = clips.season_id and mine.slot_position = clips.slot_position
                and mine.voter_key = asked.voter_key and mine.clip_id = asked.clip_id and mine.voided_at is null
        ), lessened as (
            update votes
            set casts = votes.casts - 1,
                weight = votes.weight - judged.weight,
                kinds = left(votes.kinds, -1),
                updated_at = moment
            from judged
            where judged.code is null and judged.casts > 1
                and votes.season_id = open_season and votes.slot_position = open_slot
                and votes.voter_key = judged.voter_key and votes.clip_id = judged.clip_id
                and votes.voided_at is null
        ), removed as (
            delete from votes
            using judged
            where judged.code is null and judged.casts = 1
                and votes.season_id = open_season and votes.slot_position = open_slot
                and votes.voter_key = judged.voter_key and votes.clip_id = judged.clip_id
                and votes.voided_at is null
        ), scored as (
            update tournament_clips
            set vote_count = tournament_clips.vote_count - lost.votes,
                weighted_score = tournament_clips.weighted_score - lost.weight
            from (
                select clip_id, count(*)::int as votes, sum(weight)::int as weight
                from judged
                where code is null
                group by clip_id
            ) lost
            where tournament_clips.id = lost.clip_id
        ), totted as (
            update voter_days
            set casts = greatest(0, voter_days.casts - 1)
            from judged
            where judged.code is null and voter_days.voter_key = judged.voter_key
                and voter_days.day = (judged.updated_at at time zone 'utc')::date
        ), answered as (
            select judged.*,
                weighted_score
                    - sum(case when code is null then weight else 0 end) over (partition by clip_id) as new_score,
                vote_count - count(*) filter (where code is null) over (partition by clip_id) as new_count,
                greatest(
                    0,
                    casts_today - case when code is null and (updated_at at time zone 'utc')::date = today then 1 else 0 end
                ) as total_today,
                power_enabled and member is not null and code is null as has_power
            from judged
        )
        select ordinal::int,
            code,
            null::int,
            remaining,
            new_score::int,
            new_count::int,
            total_today,
            greatest(0, daily_votes - total_today),
            case
                when has_power and (kind = 's' or not exists (
                    select from votes
                    where season_id = open_season and slot_position = open_slot
                        and voter_key = answered.voter_key and kinds like '%s%' and voided_at is null
                )) then 1
                else 0
            end,
            case
                when has_power and (kind = 'm' or not exists (
                    select from votes
                    where season_id = open_season and slot_position = open_slot
                        and voter_key = answered.voter_key and kinds like '%m%' and voided_at is null
                )) then 1
                else 0
            end
        from answered;
    end loop;
end
$$;

-- At sign-in the device's votes of the open round become the member's. What the member has voted for already, or made,
-- is dropped and leaves the counters. The member's day holds what is taken over; the device's day keeps what it cast.
-- Returns how many votes were taken over.
create or replace function adopt_device_votes(device text, member uuid)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    today constant date := (dailies_now() at time zone 'utc')::date;
    member_key constant text := 'user_' || member;
    open_season uuid;
    open_slot int;
    adopted int;
begin
    select lock_open_round.season_id, lock_open_round.slot_position
    into open_season, open_slot
    from lock_open_round();
    if open_season is null then
        return 0;
    end if;
    perform
    from tournament_clips
    where id in (
        select clip_id
        from votes
        where season_id = open_season and slot_position = open_slot and voter_key = device and voided_at is null
    )
    order by id
    for no key update;

    with dropped as (
        delete from votes
        where season_id = open_season and slot_position = open_slot and voter_key = device and voided_at is null
            and (
                exists (
                    select from votes already
                    where already.season_id = open_season and already.slot_position = open_slot
                        and already.voter_key = member_key and already.clip_id = votes.clip_id
                        and already.voided_at is null
                )
                or exists (
                    select from tournament_clips own
                    where own.id = votes.clip_id and own.user_id = member
                )
            )
        returning clip_id, casts, weight
    )
    update tournament_clips
    set vote_count = vote_count - dropped.casts,
        weighted_score = weighted_score - dropped.weight
    from dropped
    where tournament_clips.id = dropped.clip_id;

    with taken as (
        update votes
        set voter_key = member_key,
            device_key = device,
            user_id = member
        where season_id = open_season and slot_position = open_slot and voter_key = device and voided_at is null
        returning casts, (updated_at at time zone 'utc')::date as day
    ), totted as (
        insert into voter_days as kept (voter_key, day, casts)
        select member_key, today, sum(casts)::int
        from taken
        where day = today
        having count(*) > 0
        on conflict (voter_key, day) do update
        set casts = kept.casts + excluded.casts
    )
    select count(*)
    into adopted
    from taken;
    return adopted;
end
$$;

revoke all on function create_votes_partition(uuid), drop_votes_partition(uuid), lock_open_round() from public;
revoke all on function cast_votes(text[], uuid[], text[], text[], text[], text[], text[], int) from public;
revoke all on function undo_votes(text[], uuid[], text[], int), adopt_device_votes(text, uuid) from public;
grant execute on function cast_votes(text[], uuid[], text[], text[], text[], text[], text[], int)
    to dailies_web, dailies_jobs;
grant execute on function undo_votes(text[], uuid[], text[], int) to dailies_web, dailies_jobs;
