-- The networks that visitors vote from (VOTE-08). The devices of a household are listed, which costs one lookup; a
-- network with more than five devices in the round is a crowd, whose votes are counted by clip.
--
-- Callers hold the limiter's row of the network until the transaction ends (consume_vote_rates), so batches with votes
-- of one network follow each other. Only adopt_device_votes() does not, and locks the row of vote_networks.

-- Flags with `added` among them; null when there are none.
create or replace function add_flags(flags text[], added text[])
returns text[]
language sql
immutable
parallel safe
as $$
    select nullif(
        coalesce(flags, '{}') || array(select flag from unnest(added) flag where flag <> all (coalesce(flags, '{}'))),
        '{}'
    );
$$;

-- Counts of eleven half minutes, the newest first, after this many half minutes have passed.
create or replace function slide_counts(counts int[], steps bigint)
returns int[]
language sql
immutable
parallel safe
as $$
    select case
        when counts is null or steps > 10 then array_fill(0, array[11])
        when steps <= 0 then counts
        else (array_fill(0, array[steps::int]) || counts)[1:11]
    end;
$$;

create or replace function sum_counts(counts int[])
returns int
language sql
immutable
parallel safe
as $$
    select coalesce(sum(count), 0)::int from unnest(counts) count;
$$;

-- Checks whether a vote of a crowd belongs to a wave of new devices: more than five of one network in five minutes,
-- with at least four in five of their votes for one clip. If so, the votes of the latest new devices for that clip in
-- these minutes are flagged, including the first. A device that voted on an earlier day is not new.
create or replace function watch_new_device(
    of_season uuid,
    of_slot int,
    started timestamptz,
    of_network bytea,
    voter text,
    clip uuid,
    moment timestamptz
)
returns void
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    remembered constant int := 20;
    this_half_minute constant bigint := floor(extract(epoch from moment) / 30);
    network_now record;
    clip_casts int;
begin
    perform
    from voter_days
    where voter_key = voter and day = (moment at time zone 'utc')::date and began_at > moment - interval '5 minutes';
    if not found then
        return;
    end if;
    perform
    from voter_days
    where voter_key = voter and day < (moment at time zone 'utc')::date;
    if found then
        return;
    end if;

    update vote_networks
    set half_minute = greatest(half_minute, this_half_minute),
        newcomers = case
            when voter = any (newcomers) then newcomers
            else (newcomers || voter)[greatest(1, coalesce(cardinality(newcomers), 0) + 2 - remembered):]
        end,
        (arrivals, casts) = (
            select array[slid.arrivals[1] + case when voter = any (newcomers) then 0 else 1 end] || slid.arrivals[2:],
                array[slid.casts[1] + 1] || slid.casts[2:]
            from (
                select slide_counts(vote_networks.arrivals, this_half_minute - half_minute) as arrivals,
                    slide_counts(vote_networks.casts, this_half_minute - half_minute) as casts
            ) slid
        )
    where round_started = started and network = of_network
    returning newcomers, sum_counts(arrivals) as arrivals, sum_counts(casts) as casts
    into network_now;
    insert into vote_network_clips as kept (round_started, network, clip_id, half_minute, weight, casts)
    values (started, of_network, clip, this_half_minute, 0, array[1] || array_fill(0, array[10]))
    on conflict (round_started, network, clip_id) do update
    set half_minute = greatest(kept.half_minute, this_half_minute),
        casts = (
            select array[slid.casts[1] + 1] || slid.casts[2:]
            from (select slide_counts(kept.casts, this_half_minute - kept.half_minute) as casts) slid
        )
    returning sum_counts(kept.casts) into clip_casts;

    if network_now.arrivals > 5 and clip_casts >= 0.8 * network_now.casts then
        update votes
        set flags = add_flags(flags, '{new_devices}')
        where season_id = of_season and slot_position = of_slot
            and voter_key = any (network_now.newcomers) and clip_id = clip and voided_at is null
            and updated_at > moment - interval '5 minutes'
            and array_position(flags, 'new_devices') is null;
    end if;
end
$$;

-- From now on counts what a network adds to each clip, beginning with the votes of its listed devices.
create or replace function begin_crowd(of_season uuid, of_slot int, started timestamptz, crowded vote_networks)
returns void
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    lowest_id constant uuid := '00000000-0000-0000-0000-000000000000';
    vote record;
begin
    insert into vote_network_clips (round_started, network, clip_id, weight)
    select started, crowded.network, votes.clip_id, sum(votes.weight)
    from unnest(crowded.devices) device (voter_key)
    cross join lateral (
        select *
        from votes
        where votes.season_id = of_season and votes.slot_position = of_slot
            and votes.voter_key = device.voter_key and votes.clip_id >= lowest_id and votes.voided_at is null
        offset 0
    ) votes
    where votes.network = crowded.network
    group by votes.clip_id;
    for vote in
        select votes.voter_key, votes.clip_id, votes.updated_at
        from unnest(crowded.devices) device (voter_key)
        cross join lateral (
            select *
            from votes
            where votes.season_id = of_season and votes.slot_position = of_slot
                and votes.voter_key = device.voter_key and votes.clip_id >= lowest_id and votes.voided_at is null
            offset 0
        ) votes
        where votes.network = crowded.network and votes.updated_at > dailies_now() - interval '5 minutes'
        order by votes.updated_at
    loop
        perform watch_new_device(
            of_season, of_slot, started, crowded.network, vote.voter_key, vote.clip_id, vote.updated_at);
    end loop;
    update vote_networks
    set crowd = true,
        devices = '{}'
    where round_started = started and network = crowded.network;
end
$$;

-- Lists the devices of the granted votes, and returns for each vote whether its network is a crowd. Where votes may be
-- repeated, one device can add as much as many, so every network counts as a crowd.
create or replace function record_networks(
    of_season uuid,
    of_slot int,
    started timestamptz,
    voter_keys text[],
    networks text[],
    turns int[],
    repeats_enabled boolean
)
returns boolean[]
language plpgsql
as $$
declare
    listed constant int := case when repeats_enabled then 0 else 5 end;
    crowds boolean[];
    news boolean[];
    crowded_networks bytea[];
    crowded vote_networks;
begin
    if cardinality(voter_keys) = 1 and not starts_with(voter_keys[1], 'device_') then
        return array[false];
    end if;
    select array_agg(coalesce(known.crowd, false)),
        array_agg(
            known.crowd is not true and turns[place] > 0 and networks[place] <> ''
            and starts_with(voter_keys[place], 'device_')
            and (repeats_enabled or array_position(known.devices, voter_keys[place]) is null)
        )
    into crowds, news
    from generate_series(1, cardinality(voter_keys)) place
    left join lateral (
        select vote_networks.crowd, vote_networks.devices
        from vote_networks
        where vote_networks.round_started = started and vote_networks.network = decode(networks[place], 'hex')
            and turns[place] > 0 and starts_with(voter_keys[place], 'device_')
        offset 0
    ) known on true;
    if not true = any (news) then
        return crowds;
    end if;

    with visited as (
        insert into vote_networks as kept (round_started, network, devices)
        select started, decode(here.network, 'hex'), array_agg(here.voter_key)
        from (
            select networks[place] as network, voter_keys[place] as voter_key
            from generate_series(1, cardinality(voter_keys)) place
            where news[place]
            group by networks[place], voter_keys[place]
        ) here
        group by here.network
        order by here.network
        on conflict (round_started, network) do update
        set devices = array(select distinct device from unnest(kept.devices || excluded.devices) device)
        returning kept.network, cardinality(kept.devices) as devices
    )
    select array_agg(visited.network order by visited.network)
    into crowded_networks
    from visited
    where visited.devices > listed;
    if crowded_networks is null then
        return crowds;
    end if;

    for crowded in
        select kept.*
        from unnest(crowded_networks) here (network)
        cross join lateral (
            select *
            from vote_networks
            where vote_networks.round_started = started and vote_networks.network = here.network
            offset 0
        ) kept
    loop
        perform begin_crowd(of_season, of_slot, started, crowded);
    end loop;
    return (
        select array_agg(
            here.crowd
            or starts_with(here.voter_key, 'device_') and decode(here.network, 'hex') = any (crowded_networks)
            order by here.ordinal
        )
        from unnest(voter_keys, networks, crowds) with ordinality here (voter_key, network, crowd, ordinal)
    );
end
$$;

-- Adds a visitor's vote to what its network has added to a clip. Returns the weight of the vote: nothing beyond `most`.
create or replace function add_network_weight(started timestamptz, of_network bytea, clip uuid, most int)
returns int
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    insert into vote_network_clips as kept (round_started, network, clip_id, weight)
    values (started, of_network, clip, least(1, most))
    on conflict (round_started, network, clip_id) do update
    set weight = kept.weight + 1
    where kept.weight < most;
    return case when found then least(1, most) else 0 end;
end
$$;

-- Checks each vote of a crowd that was just counted.
create or replace function watch_crowds(
    of_season uuid,
    of_slot int,
    started timestamptz,
    voter_keys text[],
    clip_ids uuid[],
    networks text[],
    crowds boolean[]
)
returns void
language plpgsql
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    moment constant timestamptz := dailies_now();
begin
    -- adopt_device_votes() locks the networks of a device in this order.
    perform
    from (
        select distinct decode(here.network, 'hex') as network
        from unnest(networks, crowds) here (network, crowd)
        where here.crowd
        order by 1
    ) wanted
    cross join lateral (
        select
        from vote_networks
        where vote_networks.round_started = started and vote_networks.network = wanted.network
        for no key update
    ) locked;
    for place in 1..cardinality(crowds) loop
        continue when not crowds[place];
        perform
        from votes
        where season_id = of_season and slot_position = of_slot and voter_key = voter_keys[place]
            and clip_id = clip_ids[place] and voided_at is null and updated_at = moment;
        if found then
            perform watch_new_device(
                of_season, of_slot, started, decode(networks[place], 'hex'), voter_keys[place], clip_ids[place],
                moment);
        end if;
    end loop;
end
$$;

-- Deletes the networks of rounds that are over.
create or replace function sweep_vote_networks()
returns bigint
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    open_since constant timestamptz := (
        select coalesce(min(voting_started_at), dailies_now()) from story_slots where status = 'voting'
    );
    swept bigint;
begin
    delete from vote_network_clips where round_started < open_since;
    delete from vote_networks where round_started < open_since;
    get diagnostics swept = row_count;
    return swept;
end
$$;

revoke all on function
    add_flags(text[], text[]),
    slide_counts(int[], bigint),
    sum_counts(int[]),
    watch_new_device(uuid, int, timestamptz, bytea, text, uuid, timestamptz),
    begin_crowd(uuid, int, timestamptz, vote_networks),
    record_networks(uuid, int, timestamptz, text[], text[], int[], boolean),
    add_network_weight(timestamptz, bytea, uuid, int),
    watch_crowds(uuid, int, timestamptz, text[], uuid[], text[], boolean[]),
    sweep_vote_networks()
    from public;
grant execute on function sweep_vote_networks() to dailies_jobs;
