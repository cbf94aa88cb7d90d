-- The votes that an admin looks at, with what is known of each, the newest first, after a given one.
create or replace function votes_of_round(
    actor uuid,
    of_season uuid,
    of_slot int,
    choice jsonb,
    only_voided boolean,
    before_time timestamptz,
    before_voter text,
    before_clip uuid,
    page int
)
returns table (
    slot_position int,
    clip_id uuid,
    title text,
    voter_key text,
    username text,
    casts int,
    weight int,
    kinds text,
    flags text[],
    network text,
    network_voters int,
    device_voters int,
    created_at timestamptz,
    updated_at timestamptz,
    voided_at timestamptz,
    void_id uuid
)
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    perform require_admin(actor);
    return query
    with chosen as materialized (
        select votes.*
        from votes
        where votes.season_id = of_season
            and (of_slot is null or votes.slot_position = of_slot)
            and (only_voided is null or only_voided = (votes.voided_at is not null))
            and vote_is_chosen(votes, choice)
            and (
                before_time is null
                or (votes.created_at, votes.voter_key, votes.clip_id) < (before_time, before_voter, before_clip)
            )
        order by votes.created_at desc, votes.voter_key desc, votes.clip_id desc
        limit page
    ), networks as (
        select votes.slot_position, votes.network, count(distinct votes.voter_key)::int as voters
        from votes
        where votes.season_id = of_season
            and votes.slot_position in (select slot_position from chosen)
            and votes.network in (select network from chosen)
        group by votes.slot_position, votes.network
    ), devices as (
        select votes.slot_position, votes.device_key, count(distinct votes.voter_key)::int as voters
        from votes
        where votes.season_id = of_season
            and votes.slot_position in (select slot_position from chosen)
            and votes.device_key in (select device_key from chosen)
        group by votes.slot_position, votes.device_key
    )
    select chosen.slot_position, chosen.clip_id, clips.title, chosen.voter_key, users.username, chosen.casts,
        chosen.weight, chosen.kinds, coalesce(chosen.flags, '{}'), encode(chosen.network, 'hex'),
        coalesce(networks.voters, 0), coalesce(devices.voters, 0), chosen.created_at, chosen.updated_at,
        chosen.voided_at, chosen.void_id
    from chosen
    join tournament_clips clips on clips.id = chosen.clip_id
    left join users on users.id = chosen.user_id
    left join networks on networks.slot_position = chosen.slot_position and networks.network = chosen.network
    left join devices on devices.slot_position = chosen.slot_position and devices.device_key = chosen.device_key
    order by chosen.created_at desc, chosen.voter_key desc, chosen.clip_id desc;
end
$$;

-- The flags and the networks of a slot's votes with the totals of each, the most suspicious first.
create or replace function vote_groups(actor uuid, of_season uuid, of_slot int)
returns table (kind text, name text, votes int, flagged int, voided int, voters int, weight int)
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    perform require_admin(actor);
    return query
    select 'flag', flag, count(*)::int, count(*)::int, count(voided_at)::int, count(distinct voter_key)::int,
        sum(weight)::int
    from votes
    cross join unnest(flags) flag
    where season_id = of_season and slot_position = of_slot and flags is not null
    group by flag
    order by count(*) desc, flag;

    return query
    select 'network', encode(network, 'hex'), count(*)::int, count(*) filter (where cardinality(flags) > 0)::int,
        count(voided_at)::int, count(distinct voter_key)::int, sum(weight)::int
    from votes
    where season_id = of_season and slot_position = of_slot and network is not null
    group by network
    having count(distinct voter_key) > 1
    order by count(*) filter (where cardinality(flags) > 0) desc, count(*) desc, network
    limit 20;
end
$$;

-- The latest voids of a season, with their actor.
create or replace function voids_of_season(actor uuid, of_season uuid)
returns table (
    id uuid,
    origin text,
    member text,
    username text,
    reason text,
    slot_position int,
    votes int,
    weight int,
    voided_at timestamptz,
    undone_at timestamptz,
    restored int
)
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    perform require_admin(actor);
    return query
    select voids.id, voids.origin, members.username, users.username, voids.reason, (voids.choice ->> 'slot')::int,
        voids.votes, voids.weight, voids.voided_at, voids.undone_at, voids.restored
    from vote_voids voids
    left join users on users.id = voids.actor_id
    left join users members on members.id = voids.member_id
    where voids.season_id = of_season
    order by voids.voided_at desc, voids.id
    limit 50;
end
$$;

revoke all on function
    votes_of_round(uuid, uuid, int, jsonb, boolean, timestamptz, text, uuid, int),
    vote_groups(uuid, uuid, int),
    voids_of_season(uuid, uuid)
    from public;
grant execute on function
    votes_of_round(uuid, uuid, int, jsonb, boolean, timestamptz, text, uuid, int),
    vote_groups(uuid, uuid, int),
    voids_of_season(uuid, uuid)
    to dailies_web, dailies_jobs;
