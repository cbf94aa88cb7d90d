-- At sign-in the device's votes of the open round become the member's. Votes for clips that the member has voted for
-- already, or made, are deleted and leave the counters. The adopted votes count in the member's day; the device's day
-- keeps what it cast. A member's vote is no visitor's: it leaves what the network has added to the clip, and a cast
-- that weighed nothing for that reason gets its weight back. Returns how many votes were adopted.
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
    open_since timestamptz;
    adopted int;
begin
    select lock_open_round.season_id, lock_open_round.slot_position, lock_open_round.started_at
    into open_season, open_slot, open_since
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
    perform
    from voter_days
    where voter_key in (device, member_key) and day = today
    order by voter_key
    for no key update;
    perform
    from vote_networks
    where round_started = open_since and network in (
        select network
        from votes
        where season_id = open_season and slot_position = open_slot and voter_key = device and voided_at is null
    )
    order by network
    for no key update;
    update vote_network_clips
    set weight = greatest(0, vote_network_clips.weight - leaving.weight)
    from votes leaving
    where leaving.season_id = open_season and leaving.slot_position = open_slot and leaving.voter_key = device
        and leaving.voided_at is null
        and vote_network_clips.round_started = open_since and vote_network_clips.network = leaving.network
        and vote_network_clips.clip_id = leaving.clip_id;

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

    update tournament_clips
    set weighted_score = weighted_score + length(freed.kinds) - length(replace(freed.kinds, 'c', ''))
    from votes freed
    where freed.season_id = open_season and freed.slot_position = open_slot and freed.voter_key = device
        and freed.voided_at is null and freed.kinds like '%c%' and tournament_clips.id = freed.clip_id;
    with adopted_votes as (
        update votes
        set voter_key = member_key,
            device_key = device,
            user_id = member,
            weight = weight + length(kinds) - length(replace(kinds, 'c', '')),
            kinds = replace(kinds, 'c', 'n'),
            flags = nullif(
                array_remove(
                    array_remove(flags, 'network_cap'),
                    case
                        when not exists (
                            select from votes others
                            where others.season_id = open_season and others.slot_position = open_slot
                                and others.device_key = device and others.user_id <> member
                                and others.voided_at is null
                        ) then 'second_identity'
                    end
                ),
                '{}')
        where season_id = open_season and slot_position = open_slot and voter_key = device and voided_at is null
        returning casts, (updated_at at time zone 'utc')::date as day
    ), totted as (
        insert into voter_days as kept (voter_key, day, casts)
        select member_key, today, sum(casts)::int
        from adopted_votes
        where day = today
        having count(*) > 0
        on conflict (voter_key, day) do update
        set casts = kept.casts + excluded.casts
    )
    select count(*)
    into adopted
    from adopted_votes;
    return adopted;
end
$$;

revoke all on function adopt_device_votes(text, uuid) from public;
