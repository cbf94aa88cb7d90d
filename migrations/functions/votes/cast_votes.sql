-- Counts the votes of one batch. Each row of the arrays is one vote; an empty text means that there is none. Every vote
-- is judged by itself, in the order of the batch, and the answer names its ordinal; a null code means that it counts.
-- Votes of one voter take turns, so that the second is judged after the first has counted.
--
-- A request that nginx sends again is answered as the first time, from what it did then (repeats.sql).
--
-- Suspicious votes are flagged and count (VOTE-08). More than `network_weight` from the visitors of one network for one
-- clip weighs nothing.
drop function if exists cast_votes(text[], uuid[], text[], text[], text[], text[], text[], int, int);
create or replace function cast_votes(
    voter_keys text[],
    clip_ids uuid[],
    asked_kinds text[],
    device_keys text[],
    cookies text[],
    networks text[],
    signals text[],
    daily_votes int,
    network_weight int default 100,
    requests text[] default null
)
returns setof vote_answer
language plpgsql
security definer
set search_path = public, pg_temp
set enable_seqscan = off
set enable_memoize = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := dailies_now();
    today constant date := (moment at time zone 'utc')::date;
    midnight constant timestamptz := today::timestamp at time zone 'utc';
    millisecond constant int := floor(extract(epoch from moment - midnight) * 1000);
    voting_enabled boolean;
    power_enabled boolean;
    repeats_enabled boolean;
    members_only boolean;
    captcha_needed boolean;
    rates record;
    open_round record;
    season uuid;
    slot int;
    -- The whole batch, where its votes are not counted as they are: some must wait or take turns, or they are not sorted.
    whole vote_batch;
    is_split boolean := false;
    this_turn int := 0;
    places int[];
    -- Of the votes that are counted now.
    size int := cardinality(voter_keys);
    turns int[];
    room int[];
    crowds boolean[];
    -- What they add to which clips.
    wanted uuid[];
    gains int[];
    weights int[];
    is_even boolean;
    -- The clips that take votes, with the counters as they are then.
    clips uuid[];
    owners uuid[];
    uploads timestamptz[];
    counts int[];
    scores int[];
    -- Of each vote: which of these clips is its own, and what is decided about it.
    found int[];
    members uuid[];
    repeats boolean[];
    casts_today int[];
    supers_used boolean[];
    megas_used boolean[];
    runs int[];
    bursts boolean[];
    shared_devices text[];
    doubles boolean[];
    codes text[];
    capped boolean[];
    marks text[];
    all_count boolean;
    -- What the boards must add.
    ranked_clips uuid[];
    ranked_members uuid[];
begin
    select coalesce(bool_or(key = 'voting_enabled'), false),
        coalesce(bool_or(key = 'power_votes_enabled'), false),
        coalesce(bool_or(key = 'multi_vote_enabled'), false),
        coalesce(bool_or(key = 'require_auth_voting'), false),
        coalesce(bool_or(key = 'require_captcha_voting'), false)
    into voting_enabled, power_enabled, repeats_enabled, members_only, captcha_needed
    from feature_flags
    where enabled;

    rates := consume_vote_rates(voter_keys, networks, voting_enabled);
    turns := rates.turns;
    room := rates.remaining;
    if not power_enabled and 'standard' <> any (asked_kinds) then
        turns := (
            select array_agg(case here.kind when 'standard' then here.turn else -2 end order by here.ordinal)
            from unnest(turns, asked_kinds) with ordinality here (turn, kind, ordinal)
        );
    end if;
    if 1 > any (turns) then
        turns := admit_repeats(turns, voter_keys, clip_ids, requests);
        return query select * from refused_turns(turns, rates.waits, room);
        if 1 > all (turns) then
            return;
        end if;
    end if;
    -- Hosts sort their votes by voter, since the locks of the voters' days are taken in this order.
    is_split := not rates.is_plain or 1 <> any (turns);
    if is_split then
        -- Everything is locked before the first turn.
        open_round := lock_votes(voter_keys, clip_ids, today);
        if open_round.season_id is not null then
            crowds := record_networks(
                open_round.season_id, open_round.slot_position, open_round.started_at, voter_keys, networks, turns,
                repeats_enabled);
        end if;
        whole := row(
            voter_keys, clip_ids, asked_kinds, device_keys, cookies, networks, signals, requests, turns, room, crowds);
    else
        open_round := lock_open_round();
    end if;
    season := open_round.season_id;
    slot := open_round.slot_position;

    loop
        this_turn := this_turn + 1;
        if is_split then
            places := array(
                select place
                from generate_series(1, cardinality(whole.voter_keys)) place
                where whole.turns[place] = this_turn
                order by whole.voter_keys[place] collate "C", place
            );
            voter_keys := array(select whole.voter_keys[place] from unnest(places) place);
            clip_ids := array(select whole.clip_ids[place] from unnest(places) place);
            asked_kinds := array(select whole.kinds[place] from unnest(places) place);
            device_keys := array(select whole.device_keys[place] from unnest(places) place);
            cookies := array(select whole.cookies[place] from unnest(places) place);
            networks := array(select whole.networks[place] from unnest(places) place);
            signals := array(select whole.signals[place] from unnest(places) place);
            requests := array(select whole.requests[place] from unnest(places) place);
            room := array(select whole.room[place] from unnest(places) place);
            crowds := array(select whole.crowds[place] from unnest(places) place);
            size := cardinality(places);
        end if;

        -- All votes are added to the counters at once, which also locks the clips in the order of their ids. The few that do
        -- not count are taken off again before anybody can see them.
        if size = 1 and 'standard' = asked_kinds[1] then
            wanted := clip_ids;
        else
            select array_agg(won.clip_id), array_agg(won.votes), array_agg(won.weight)
            into wanted, gains, weights
            from (
                select clip_ids[place] as clip_id, count(*)::int as votes,
                    sum(case asked_kinds[place] when 'standard' then 1 when 'super' then 3 else 10 end)::int as weight
                from generate_series(1, size) place
                group by clip_ids[place]
            ) won;
        end if;
        is_even := cardinality(wanted) = size and 'standard' = all (asked_kinds);
        with scored as (
            -- An index is read in its own order for the values of an array.
            update tournament_clips
            set vote_count = vote_count + case when is_even then 1 else gains[array_position(wanted, id)] end,
                weighted_score = weighted_score + case when is_even then 1 else weights[array_position(wanted, id)] end
            where id = any (wanted)
                -- Said so that no index but that of the ids can be used.
                and (status = 'active') is true
                and season_id is not distinct from season
                and slot_position is not distinct from slot
            returning tournament_clips.id, tournament_clips.user_id, tournament_clips.created_at,
                tournament_clips.vote_count, tournament_clips.weighted_score
        )
        select array_agg(scored.id), array_agg(scored.user_id), array_agg(scored.created_at),
            array_agg(scored.vote_count), array_agg(scored.weighted_score)
        into clips, owners, uploads, counts, scores
        from scored;

        -- The days of the voters are locked in the order of their keys. Writers of votes hold the lock of the clip, so no
        -- vote for it is added after this statement has begun.
        select array_agg(asked.clip), array_agg(asked.member), array_agg(asked.is_repeat),
            array_agg(coalesce(asked.casts, 0)), array_agg(asked.super_used), array_agg(asked.mega_used),
            -- A run of casts ends with a pause, or with a clip that was uploaded before the one before it.
            array_agg(
                case
                    when asked.moments[asked.known] between millisecond - 1999 and millisecond
                        and uploads[asked.clip] > asked.order_at
                    then asked.order_run + 1
                    else 1
                end),
            array_agg(asked.moments[asked.known - 9] >= millisecond - 10000),
            array_agg(
                case
                    when device_keys[asked.place] = asked.shared_device or asked.is_shared then device_keys[asked.place]
                    else asked.shared_device
                end),
            array_agg(
                device_keys[asked.place] = asked.shared_device or asked.is_shared and device_keys[asked.place] is not null
                or asked.has_voted_as_visitor),
            array_agg(
                case
                    when asked.is_repeat and (asked.member is null or asked.is_banned is not null)
                        and has_cast_in_request(
                            season, slot, voter_keys[asked.place], clip_ids[asked.place],
                            decode(nullif(requests[asked.place], ''), 'hex'))
                    then 'repeated'
                    when asked.attempts >= 400 then 'rate_limited'
                    when asked.is_banned then 'banned'
                    when asked.member is null and (members_only or asked_kinds[asked.place] <> 'standard')
                    then 'auth_required'
                    when asked.member is not null and asked.is_banned is null then 'gone'
                    when asked.clip is null then refuse_clip(clip_ids[asked.place], season, slot)
                    when owners[asked.clip] = asked.member then 'own_clip'
                    when asked.is_repeat and not repeats_enabled then 'already_voted'
                    when asked.member is null and asked.is_shared is not null and has_cast_as_member(
                        season, slot, voter_keys[asked.place], clip_ids[asked.place])
                    then 'already_voted'
                    when asked_kinds[asked.place] = 'super' and asked.super_used then 'super_used'
                    when asked_kinds[asked.place] = 'mega' and asked.mega_used then 'mega_used'
                    when asked.casts >= daily_votes then 'daily_limit'
                    when captcha_needed and captcha_pass(voter_keys[asked.place]) is null then 'captcha_required'
                end)
        into found, members, repeats, casts_today, supers_used, megas_used, runs, bursts, shared_devices, doubles, codes
        from (
            select voters.place, voters.member, array_position(clips, voters.clip_id) as clip,
                days.*, cardinality(days.moments) as known,
                (
                    select banned_at is not null
                    from users
                    where id = voters.member
                ) as is_banned,
                -- With an offset none of these is planned as a hash of the whole round.
                exists (
                    select from votes
                    where season_id = season and slot_position = slot
                        and voter_key = voters.voter_key and clip_id = voters.clip_id and voided_at is null
                    offset 0
                ) as is_repeat,
                -- Whether the device's vote as a member is another member's; null when there is none.
                (
                    select user_id is distinct from voters.member
                        and coalesce(voter_cookie = decode(nullif(cookies[voters.place], ''), 'hex'), true)
                    from votes
                    where season_id = season and slot_position = slot
                        and device_key = case
                            when voters.member is null then voters.voter_key
                            else device_keys[voters.place]
                        end
                        -- So that the lookup names the whole key of its index, and can be planned for no other.
                        and clip_id >= '00000000-0000-0000-0000-000000000000'
                        and user_id is not null and voided_at is null
                    order by clip_id
                    limit 1
                ) as is_shared,
                voters.member is not null and device_keys[voters.place] <> '' and exists (
                    select from votes
                    where season_id = season and slot_position = slot
                        and voter_key = device_keys[voters.place] and clip_id = voters.clip_id
                        and voided_at is null
                        and coalesce(voter_cookie = decode(nullif(cookies[voters.place], ''), 'hex'), true)
                    offset 0
                ) as has_voted_as_visitor,
                power_enabled and voters.member is not null and exists (
                    select from votes
                    where season_id = season and slot_position = slot
                        and voter_key = voters.voter_key and kinds like '%s%' and voided_at is null
                    offset 0
                ) as super_used,
                power_enabled and voters.member is not null and exists (
                    select from votes
                    where season_id = season and slot_position = slot
                        and voter_key = voters.voter_key and kinds like '%m%' and voided_at is null
                    offset 0
                ) as mega_used
            from (
                -- Elements are cheaper to pick than ten arrays are to unnest beside each other.
                select place, voter_keys[place] collate "C" as voter_key, clip_ids[place] as clip_id,
                    case when starts_with(voter_keys[place], 'user_') then substr(voter_keys[place], 6)::uuid end
                        as member
                from generate_series(1, size) place
                offset 0
            ) voters
            left join lateral (
                select casts, attempts, moments, order_at, order_run, voter_days.shared_device
                from voter_days
                where voter_key = voters.voter_key and day = today
                for no key update
            ) days on true
            offset 0
        ) asked;

        -- Networks are locked after clips and days.
        if season is not null and not is_split then
            crowds := record_networks(
                season, slot, open_round.started_at, voter_keys, networks, turns, repeats_enabled);
        end if;
        -- What only few votes need: flags, and a weight of nothing.
        marks := null;
        capped := null;
        if true = any (crowds) or true = any (bursts) or true = any (doubles) or 8 <= any (runs) or '' <> any (signals) then
            for place in 1..size loop
                marks[place] := nullif(
                    concat_ws(
                        ',', nullif(signals[place], ''), case when bursts[place] then 'burst' end,
                        case when runs[place] >= 8 then 'upload_order' end,
                        case when doubles[place] then 'second_identity' end),
                    '');
                continue when codes[place] is not null;
                if bursts[place] or runs[place] = 8 then
                    perform flag_patterns(
                        season, slot, voter_keys[place], clip_ids[place], today, bursts[place], runs[place] = 8);
                end if;
                if crowds[place] and add_network_weight(
                    open_round.started_at, decode(networks[place], 'hex'), clip_ids[place], network_weight) = 0
                then
                    capped[place] := true;
                    marks[place] := concat_ws(',', marks[place], 'network_cap');
                end if;
            end loop;
        end if;

        all_count := array_remove(codes, null) = '{}';
        if not all_count or capped is not null then
            perform take_votes_off(clip_ids, asked_kinds, found, codes, capped);
            if clips is not null then
                select array_agg(clip.vote_count order by here.ordinal), array_agg(clip.weighted_score order by here.ordinal)
                into counts, scores
                from unnest(clips) with ordinality here (id, ordinal)
                cross join lateral (
                    select vote_count, weighted_score
                    from tournament_clips
                    where id = here.id
                    offset 0
                ) clip;
            end if;
        end if;
        if all_count and not true = any (repeats) then
            ranked_clips := clip_ids;
            ranked_members := array_remove(members, null);
        else
            select array_agg(clip_ids[place]), array_agg(members[place]) filter (where members[place] is not null)
            into ranked_clips, ranked_members
            from generate_series(1, size) place
            where codes[place] is null and not repeats[place];
        end if;
        if cardinality(ranked_clips) > 0 then
            insert into votes (
                season_id, slot_position, clip_id, weight, voter_key, device_key, user_id, voter_cookie, network,
                kinds, flags, created_at, updated_at, requests
            )
            select season, slot, clip_ids[place],
                case
                    when capped[place] then 0
                    else case asked_kinds[place] when 'standard' then 1 when 'super' then 3 else 10 end
                end,
                voter_keys[place], nullif(device_keys[place], ''), members[place],
                decode(nullif(cookies[place], ''), 'hex'), decode(nullif(networks[place], ''), 'hex'),
                case
                    when capped[place] then 'c'
                    else case asked_kinds[place] when 'standard' then 'n' when 'super' then 's' else 'm' end
                end,
                string_to_array(marks[place], ','), moment, moment, decode(nullif(requests[place], ''), 'hex')
            from generate_series(1, size) place
            where codes[place] is null and not repeats[place];
            -- For the boards. cast_again() is logged by its trigger.
            insert into rank_changes (season_id, slot_position, day, clips, members)
            values (season, slot, today, ranked_clips, nullif(ranked_members, '{}'));
        end if;
        if true = any (repeats) then
            for place in 1..size loop
                if codes[place] is null and repeats[place] then
                    perform cast_again(
                        season, slot, voter_keys[place], clip_ids[place],
                        case
                            when capped[place] then 'c'
                            else case asked_kinds[place] when 'standard' then 'n' when 'super' then 's' else 'm' end
                        end,
                        decode(nullif(networks[place], ''), 'hex'), string_to_array(marks[place], ','),
                        decode(nullif(requests[place], ''), 'hex'));
                end if;
            end loop;
        end if;
        insert into voter_days as kept (
            voter_key, day, casts, attempts, began_at, moments, order_run, order_at, shared_device
        )
        select voter_keys[place], today, case when codes[place] is null then 1 else 0 end, 1, moment,
            case when codes[place] is null then array[millisecond] end,
            case when codes[place] is null then runs[place] else 0 end,
            case when codes[place] is null then uploads[found[place]] end,
            shared_devices[place]
        from generate_series(1, size) place
        where codes[place] is null or codes[place] not in ('rate_limited', 'gone')
        on conflict (voter_key, day) do update
        set casts = kept.casts + excluded.casts,
            attempts = kept.attempts + 1,
            began_at = coalesce(kept.began_at, excluded.began_at),
            moments = case
                when excluded.casts = 0 then kept.moments
                when cardinality(kept.moments) < 11 then kept.moments || millisecond
                when kept.moments is null then excluded.moments
                else kept.moments[2:] || millisecond
            end,
            order_run = case when excluded.casts = 0 then kept.order_run else excluded.order_run end,
            order_at = case when excluded.casts = 0 then kept.order_at else excluded.order_at end,
            shared_device = excluded.shared_device;

        for place in 1..size loop
            return next (
                case when is_split then places[place] else place end,
                case codes[place] when 'repeated' then null when 'gone' then 'auth_required' else codes[place] end,
                case
                    when codes[place] = 'rate_limited'
                    then ceil(extract(epoch from (today + 1)::timestamp - moment at time zone 'utc'))::int
                end,
                room[place],
                scores[found[place]],
                counts[found[place]],
                casts_today[place] + case when codes[place] is null then 1 else 0 end,
                greatest(0, daily_votes - casts_today[place] - case when codes[place] is null then 1 else 0 end),
                case
                    when power_enabled and members[place] is not null and not supers_used[place]
                        and case
                            when codes[place] is null then asked_kinds[place] <> 'super'
                            else codes[place] in ('already_voted', 'repeated')
                        end
                    then 1
                    else 0
                end,
                case
                    when power_enabled and members[place] is not null and not megas_used[place]
                        and case
                            when codes[place] is null then asked_kinds[place] <> 'mega'
                            else codes[place] in ('already_voted', 'repeated')
                        end
                    then 1
                    else 0
                end
            )::vote_answer;
        end loop;
        exit when not is_split or this_turn >= all (whole.turns);
    end loop;
    if is_split then
        voter_keys := whole.voter_keys;
        clip_ids := whole.clip_ids;
        networks := whole.networks;
        crowds := whole.crowds;
    end if;
    if true = any (crowds) then
        perform watch_crowds(season, slot, open_round.started_at, voter_keys, clip_ids, networks, crowds);
    end if;
end
$$;

revoke all on function cast_votes(text[], uuid[], text[], text[], text[], text[], text[], int, int, text[])
    from public;
grant execute on function
    cast_votes(text[], uuid[], text[], text[], text[], text[], text[], int, int, text[])
    to dailies_web, dailies_jobs;
