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
set enable_hashjoin = off
set enable_mergejoin = off
set enable_memoize = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    attempts_a_day constant int := 400;
    moment constant timestamptz := dailies_now();
    today constant date := (moment at time zone 'utc')::date;
    until_tomorrow constant int := ceil(extract(epoch from (today + 1)::timestamp - moment at time zone 'utc'));
    midnight constant timestamptz := today::timestamp at time zone 'utc';
    millisecond constant int := floor(extract(epoch from moment - midnight) * 1000);
    -- Compared with, so that a lookup names the whole key of its index and can be planned for no other.
    lowest_id constant uuid := '00000000-0000-0000-0000-000000000000';
    crowds boolean[] := array_fill(false, array[cardinality(voter_keys)]);
    flags text[];
    power_enabled boolean;
    repeats_enabled boolean;
    members_only boolean;
    captcha_needed boolean;
    this_turn int := 0;
    rates record;
    open_round record;
begin
    flags := array(select key from feature_flags where enabled);
    power_enabled := 'power_votes_enabled' = any (flags);
    repeats_enabled := 'multi_vote_enabled' = any (flags);
    members_only := 'require_auth_voting' = any (flags);
    captcha_needed := 'require_captcha_voting' = any (flags);

    rates := consume_vote_rates(voter_keys, networks, 'voting_enabled' = any (flags));
    if not power_enabled then
        rates.turns := (
            select array_agg(case here.kind when 'standard' then here.turn else -2 end order by here.ordinal)
            from unnest(rates.turns, asked_kinds) with ordinality here (turn, kind, ordinal)
        );
    end if;
    if 1 > any (rates.turns) then
        rates.turns := admit_repeats(rates.turns, voter_keys, clip_ids, requests);
        return query select * from refused_turns(rates.turns, rates.waits, rates.remaining);
        if 1 > all (rates.turns) then
            return;
        end if;
    end if;
    open_round := lock_votes(voter_keys, clip_ids, today);
    if open_round.season_id is not null then
        crowds := record_networks(
            open_round.season_id, open_round.slot_position, open_round.started_at, voter_keys, networks, rates.turns,
            repeats_enabled);
    end if;

    while this_turn < any (rates.turns) loop
        this_turn := this_turn + 1;
        return query
        with judged as materialized (
            select asked.*,
                clip.version as clip_version,
                clip.weighted_score,
                clip.vote_count,
                clip.created_at as uploaded_at,
                coalesce(days.casts, 0) as casts_today,
                asked.member is not null and asked.is_banned is null as is_gone,
                days.moments,
                cardinality(days.moments) as moments_known,
                days.order_at,
                coalesce(days.order_run, 0) as order_run,
                case
                    when asked.device_key = days.shared_device or asked.is_shared then asked.device_key
                    else days.shared_device
                end as shared_device,
                case
                    when asked.is_repeat and has_cast_in_request(
                        open_round.season_id, open_round.slot_position, asked.voter_key, asked.clip_id, asked.request)
                    then 'repeated'
                    when days.attempts >= attempts_a_day then 'rate_limited'
                    when asked.is_banned then 'banned'
                    when asked.member is null and (members_only or asked.letter <> 'n') then 'auth_required'
                    when asked.member is not null and asked.is_banned is null then 'auth_required'
                    when clip.id is null then 'clip_not_found'
                    when clip.status <> 'active' then 'clip_not_active'
                    when (clip.season_id, clip.slot_position)
                        is distinct from (open_round.season_id, open_round.slot_position)
                    then refuse_slot(clip.season_id, clip.slot_position)
                    when clip.user_id = asked.member then 'own_clip'
                    when asked.is_repeat and not repeats_enabled then 'already_voted'
                    when asked.member is null and asked.is_shared is not null and has_cast_as_member(
                        open_round.season_id, open_round.slot_position, asked.voter_key, asked.clip_id)
                    then 'already_voted'
                    when asked.letter = 's' and asked.super_used then 'super_used'
                    when asked.letter = 'm' and asked.mega_used then 'mega_used'
                    when days.casts >= daily_votes then 'daily_limit'
                    when captcha_needed and not exists (
                        select from captcha_passes
                        where voter_key = asked.voter_key and expires_at > moment
                        offset 0
                    ) then 'captcha_required'
                end as code
            from (
                select voters.*,
                    (
                        select banned_at is not null
                        from users
                        where id = voters.member
                    ) as is_banned,
                    -- With an offset none of these is planned as a hash of the whole round.
                    exists (
                        select from votes
                        where season_id = open_round.season_id and slot_position = open_round.slot_position
                            and voter_key = voters.voter_key and clip_id = voters.clip_id and voided_at is null
                        offset 0
                    ) as is_repeat,
                    -- Whether the device's vote as a member is another member's; null when there is none.
                    (
                        select user_id is distinct from voters.member and coalesce(voter_cookie = voters.cookie, true)
                        from votes
                        where season_id = open_round.season_id and slot_position = open_round.slot_position
                            and device_key = case
                                when voters.member is null then voters.voter_key
                                else voters.device_key
                            end
                            and clip_id >= lowest_id
                            and user_id is not null and voided_at is null
                        order by clip_id
                        limit 1
                    ) as is_shared,
                    power_enabled and voters.member is not null and exists (
                        select from votes
                        where season_id = open_round.season_id and slot_position = open_round.slot_position
                            and voter_key = voters.voter_key and kinds like '%s%' and voided_at is null
                        offset 0
                    ) as super_used,
                    power_enabled and voters.member is not null and exists (
                        select from votes
                        where season_id = open_round.season_id and slot_position = open_round.slot_position
                            and voter_key = voters.voter_key and kinds like '%m%' and voided_at is null
                        offset 0
                    ) as mega_used
                from (
                    -- Elements are cheaper to pick than ten arrays are to unnest beside each other.
                    select place as ordinal,
                        voter_keys[place] as voter_key,
                        clip_ids[place] as clip_id,
                        device_keys[place] as device_key,
                        signals[place] as signals,
                        rates.remaining[place] as remaining,
                        crowds[place] as crowd,
                        case asked_kinds[place] when 'standard' then 'n' when 'super' then 's' when 'mega' then 'm' end
                            as letter,
                        case when starts_with(voter_keys[place], 'user_') then substr(voter_keys[place], 6)::uuid end
                            as member,
                        decode(nullif(cookies[place], ''), 'hex') as cookie,
                        decode(nullif(networks[place], ''), 'hex') as network,
                        decode(nullif(requests[place], ''), 'hex') as request
                    from generate_series(1, cardinality(voter_keys)) place
                    where rates.turns[place] = this_turn
                    offset 0
                ) voters
                offset 0
            ) asked
            left join lateral (
                select ctid as version, *
                from tournament_clips
                where id = asked.clip_id
                offset 0
            ) clip on true
            left join lateral (
                select *
                from voter_days
                where voter_key = asked.voter_key and day = today
                offset 0
            ) days on true
        ), watched as (
            -- A run of casts ends with a pause, or with a clip that was uploaded before the one before it.
            select judged.*,
                case
                    when moments[moments_known] between millisecond - 1999 and millisecond and uploaded_at > order_at
                    then order_run + 1
                    else 1
                end as new_run,
                moments[moments_known - 9] >= millisecond - 10000 as bursts,
                shared_device = device_key
                    or member is not null and device_key <> '' and exists (
                        select from votes
                        where season_id = open_round.season_id and slot_position = open_round.slot_position
                            and voter_key = judged.device_key and clip_id = judged.clip_id
                            and voided_at is null
                            and coalesce(voter_cookie = judged.cookie, true)
                        offset 0
                    ) as second_identity,
                crowd and code is null
                    and add_network_weight(open_round.started_at, network, clip_id, network_weight) = 0 as capped
            from judged
            offset 0
        ), ruled as materialized (
            select watched.*,
                case when capped then 'c' else letter end as kind_letter,
                case when capped then 0 else vote_weight(letter) end as weight,
                case
                    when signals <> '' or bursts or new_run >= 8 or second_identity or capped
                    then string_to_array(
                        concat_ws(
                            ',', nullif(signals, ''), case when bursts then 'burst' end,
                            case when new_run >= 8 then 'upload_order' end,
                            case when second_identity then 'second_identity' end,
                            case when capped then 'network_cap' end
                        ), ',')
                end as marks,
                -- The first casts of a pattern are evidence too. They are flagged once, when the pattern is complete.
                case
                    when code is null and bursts
                        and (moments[moments_known - 10] >= moments[moments_known] - 10000) is not true
                    then flag_earlier_votes(
                        open_round.season_id, open_round.slot_position, voter_key, clip_id,
                        moment - interval '10 seconds', 'burst')
                end,
                case
                    when code is null and new_run = 8 then flag_earlier_votes(
                        open_round.season_id, open_round.slot_position, voter_key, clip_id,
                        midnight + moments[moments_known - 6] * interval '1 millisecond', 'upload_order')
                end
            from watched
        ), counted as (
            -- Writers of votes hold the lock of the clip, so no vote was added since `judged` read.
            insert into votes (
                season_id, slot_position, clip_id, weight, voter_key, device_key, user_id, voter_cookie, network,
                kinds, flags, created_at, updated_at, requests
            )
            select open_round.season_id, open_round.slot_position, clip_id, weight, voter_key,
                nullif(device_key, ''), member, cookie, network, kind_letter, marks, moment,
                moment, request
            from ruled
            where code is null and not is_repeat
        ), logged as (
            -- For the boards. cast_again() is logged by its trigger.
            insert into rank_changes (season_id, slot_position, day, clips, members)
            select open_round.season_id, open_round.slot_position, today, array_agg(clip_id),
                array_agg(member) filter (where member is not null)
            from ruled
            where code is null and not is_repeat
            having count(*) > 0
        ), scored as (
            update tournament_clips
            set vote_count = tournament_clips.vote_count + won.votes,
                weighted_score = tournament_clips.weighted_score + won.weight
            from (
                -- The clips are locked, so their rows are still where they were read.
                select clip_version, count(*)::int as votes, sum(weight)::int as weight
                from ruled
                where code is null
                group by clip_version
            ) won
            where tournament_clips.ctid = won.clip_version
            returning tournament_clips.id, tournament_clips.vote_count, tournament_clips.weighted_score
        ), totted as (
            insert into voter_days as kept (
                voter_key, day, casts, attempts, began_at, moments, order_run, order_at, shared_device
            )
            select voter_key, today, case when code is null then 1 else 0 end, 1, moment,
                case
                    when code is not null then moments
                    when moments is null then array[millisecond]
                    when moments_known < 11 then moments || millisecond
                    else moments[2:] || millisecond
                end,
                case when code is null then new_run else order_run end,
                case when code is null then uploaded_at else order_at end,
                shared_device
            from ruled
            where code is distinct from 'rate_limited' and not is_gone
            order by voter_key collate "C"
            on conflict (voter_key, day) do update
            set casts = kept.casts + excluded.casts,
                attempts = kept.attempts + 1,
                began_at = coalesce(kept.began_at, excluded.began_at),
                moments = excluded.moments,
                order_run = excluded.order_run,
                order_at = excluded.order_at,
                shared_device = excluded.shared_device
        ), answered as (
            select ruled.ordinal, ruled.code, ruled.letter, ruled.remaining, ruled.super_used, ruled.mega_used,
                ruled.weighted_score, ruled.vote_count, totals.scores, totals.counts,
                array_position(totals.clips, ruled.clip_id) as place,
                casts_today + case when code is null then 1 else 0 end as total_today,
                power_enabled and member is not null and (code is null or code in ('already_voted', 'repeated'))
                    as has_power,
                case
                    when code is null and is_repeat then cast_again(
                        open_round.season_id, open_round.slot_position, voter_key, clip_id, kind_letter, network,
                        marks, request)
                end
            from (
                select array_agg(scored.id) as clips, array_agg(scored.vote_count) as counts,
                    array_agg(scored.weighted_score) as scores
                from scored
            ) totals
            cross join ruled
            offset 0
        )
        select ordinal,
            nullif(code, 'repeated'),
            case when code = 'rate_limited' then until_tomorrow end,
            remaining,
            coalesce(scores[place], weighted_score),
            coalesce(counts[place], vote_count),
            total_today,
            greatest(0, daily_votes - total_today),
            case when has_power and not (super_used or code is null and letter = 's') then 1 else 0 end,
            case when has_power and not (mega_used or code is null and letter = 'm') then 1 else 0 end
        from answered;
    end loop;
    if true = any (crowds) then
        perform watch_crowds(
            open_round.season_id, open_round.slot_position, open_round.started_at, voter_keys, clip_ids, networks,
            crowds);
    end if;
end
$$;

revoke all on function cast_votes(text[], uuid[], text[], text[], text[], text[], text[], int, int, text[])
    from public;
grant execute on function
    cast_votes(text[], uuid[], text[], text[], text[], text[], text[], int, int, text[])
    to dailies_web, dailies_jobs;
