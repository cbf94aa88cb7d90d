-- Whether a vote is one of those that an admin means. `choice` may name voters, votes (voter and clip), clip, flagged, flag and network; what
-- it does not name is not asked for.
create or replace function is_chosen(vote votes, choice jsonb)
returns boolean
language sql
immutable
as $$
    select (not choice ? 'voters' or choice -> 'voters' ? vote.voter_key)
        and (
            not choice ? 'votes'
            or choice -> 'votes' @> jsonb_build_array(jsonb_build_object('voter', vote.voter_key, 'clip', vote.clip_id))
        )
        and (not choice ? 'clip' or vote.clip_id = (choice ->> 'clip')::uuid)
        and (
            not choice ? 'flagged'
            or (choice ->> 'flagged')::boolean = (coalesce(cardinality(vote.flags), 0) > 0)
        )
        and (not choice ? 'flag' or coalesce(vote.flags @> array[choice ->> 'flag'], false))
        and (not choice ? 'network' or coalesce(vote.network = decode(choice ->> 'network', 'hex'), false));
$$;

-- Writes down for everybody what was done to a round. On a round that is exported already a correction follows.
create or replace function note_intervention(
    of_season uuid,
    of_slot int,
    kind text,
    by_admin boolean,
    reason text,
    votes int default null
)
returns void
language plpgsql
as $$
begin
    insert into round_interventions (season_id, slot_position, kind, by_admin, reason, votes, happened_at)
    values (of_season, of_slot, kind, by_admin, reason, votes, dailies_now());
    if exists (
        select from story_slots
        where season_id = of_season and position = of_slot and status = 'locked'
    ) then
        perform ask_for_tallies();
    end if;
end
$$;

-- What follows from votes that have left the count (sign -1) or have come back (sign 1), one row for each slot and
-- clip in `changed`. The clips that stand in an open round count on or back; a closed round keeps its result, and its
-- export is corrected. XP and badges that depend on votes are to be reckoned here, from the same rows.
create or replace function recount_after_void(of_season uuid, sign int, changed jsonb)
returns void
language sql
as $$
    update tournament_clips
    set vote_count = vote_count + sign * change.casts,
        weighted_score = weighted_score + sign * change.weight
    from jsonb_to_recordset(changed) as change (slot int, clip uuid, casts int, weight int)
    join story_slots slots
        on slots.season_id = of_season
        and slots.position = change.slot
        and slots.status in ('voting', 'waiting_for_clips', 'under_review')
    where tournament_clips.id = change.clip
        and tournament_clips.season_id = of_season
        and tournament_clips.slot_position = change.slot;
$$;

-- Takes the chosen votes of a slot, or of the whole season, out of the count. No row: there were none. The film's lock
-- keeps votes from coming and going meanwhile, so the counters are exact before, within and after.
create or replace function take_out_votes(
    actor uuid,
    of_season uuid,
    of_slot int,
    choice jsonb,
    why text,
    origin text
)
returns setof vote_voids
language plpgsql
-- Who is known is looked up, so that voiding one vote does not read all of a round while votes wait.
set plan_cache_mode = force_custom_plan
as $$
declare
    made constant uuid := gen_random_uuid();
    voters constant text[] := (
        select array_agg(key)
        from jsonb_array_elements_text(choice -> 'voters') key
    );
    changed jsonb;
    affected record;
begin
    perform lock_film();
    -- What is closed is exported as it was before anything in it changes.
    perform write_tallies(of_season);
    with gone as (
        update votes
        set voided_at = dailies_now(),
            void_id = made
        where season_id = of_season
            and (of_slot is null or slot_position = of_slot)
            and voided_at is null
            and (voters is null or voter_key = any (voters))
            and is_chosen(votes, choice)
        returning slot_position, clip_id, casts, weight
    ), summed as (
        select slot_position, clip_id, count(*) as votes, sum(casts) as casts, sum(weight) as weight
        from gone
        group by slot_position, clip_id
    )
    select jsonb_agg(
        jsonb_build_object(
            'slot', slot_position, 'clip', clip_id, 'votes', votes, 'casts', casts, 'weight', weight
        )
    )
    into changed
    from summed;
    if changed is null then
        return;
    end if;

    perform recount_after_void(of_season, -1, changed);
    insert into vote_voids (id, season_id, origin, actor_id, reason, choice, votes, weight, voided_at)
    select made, of_season, take_out_votes.origin, actor, why,
        choice || case when of_slot is null then '{}' else jsonb_build_object('slot', of_slot) end,
        sum(change.votes), sum(change.weight), dailies_now()
    from jsonb_to_recordset(changed) as change (votes int, weight int);
    if origin <> 'review' then
        for affected in
            select change.slot, sum(change.votes)::int as votes
            from jsonb_to_recordset(changed) as change (slot int, votes int)
            group by change.slot
            order by change.slot
        loop
            perform note_intervention(of_season, affected.slot, 'votes_voided', true, why, affected.votes);
        end loop;
    end if;
    perform announce_change('film', 'votes_voided');
    return query select * from vote_voids where id = made;
end
$$;

-- An admin voids votes. No row: no vote is like that.
create or replace function void_votes(actor uuid, of_season uuid, of_slot int, choice jsonb, why text)
returns setof vote_voids
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    made vote_voids;
begin
    perform require_admin(actor);
    select * into made from take_out_votes(actor, of_season, of_slot, choice, why, 'admin');
    if made.id is null then
        return;
    end if;
    perform write_audit(
        actor, 'votes.void', 'void', made.id::text, why, null,
        jsonb_build_object(
            'season', of_season, 'choice', made.choice, 'votes', made.votes, 'weight', made.weight
        )
    );
    return next made;
end
$$;

-- A member's votes of the open round leave the count, as a ban demands; null when there are none. Whoever bans keeps
-- the id, by which restore_votes() brings them back.
create or replace function void_member_votes(actor uuid, member uuid, why text)
returns uuid
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    open_round record;
    made uuid;
begin
    perform require_admin(actor);
    perform lock_film();
    select slots.season_id, slots.position
    into open_round
    from story_slots slots
    join seasons on seasons.id = slots.season_id
    where seasons.status = 'active' and slots.status in ('voting', 'under_review');
    if open_round.season_id is null then
        return null;
    end if;
    select id
    into made
    from take_out_votes(
        actor, open_round.season_id, open_round.position,
        jsonb_build_object('voters', jsonb_build_array('user_' || member)), why, 'ban'
    );
    return made;
end
$$;

-- Brings the votes of a void back. A voter who has voted again meanwhile keeps the newer vote, and the old one stays
-- out. Outcomes: done, void_not_found, void_undone.
create or replace function restore_votes(actor uuid, undone uuid, why text)
returns table (outcome text, restored int, kept int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    void vote_voids;
    changed jsonb;
    back int;
    affected record;
begin
    perform require_admin(actor);
    perform lock_film();
    select * into void from vote_voids where id = undone for update;
    if void.id is null then
        return query select 'void_not_found', 0, 0;
        return;
    end if;
    if void.undone_at is not null then
        return query select 'void_undone', 0, 0;
        return;
    end if;
    perform write_tallies(void.season_id);
    with returned as (
        update votes
        set voided_at = null,
            void_id = null
        where season_id = void.season_id and void_id = undone
            and not exists (
                select from votes newer
                where newer.season_id = votes.season_id and newer.slot_position = votes.slot_position
                    and newer.voter_key = votes.voter_key
                    and newer.voided_at is null
                    and (
                        newer.clip_id = votes.clip_id
                        or newer.kinds like '%s%' and votes.kinds like '%s%'
                        or newer.kinds like '%m%' and votes.kinds like '%m%'
                    )
            )
            -- The same device on the same clip, once as a visitor and once as a member.
            and not exists (
                select from votes newer
                where votes.user_id is not null
                    and newer.season_id = votes.season_id and newer.slot_position = votes.slot_position
                    and newer.voter_key = votes.device_key and newer.clip_id = votes.clip_id
                    and newer.voided_at is null
            )
            and not exists (
                select from votes newer
                where newer.season_id = votes.season_id and newer.slot_position = votes.slot_position
                    and newer.device_key = votes.voter_key and newer.clip_id = votes.clip_id
                    and newer.user_id is not null and newer.voided_at is null
            )
        returning slot_position, clip_id, casts, weight
    ), summed as (
        select slot_position, clip_id, count(*) as votes, sum(casts) as casts, sum(weight) as weight
        from returned
        group by slot_position, clip_id
    )
    select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'slot', slot_position, 'clip', clip_id, 'votes', votes, 'casts', casts, 'weight', weight
                )
            ),
            '[]'
        ),
        coalesce(sum(votes), 0)
    into changed, back
    from summed;

    perform recount_after_void(void.season_id, 1, changed);
    update vote_voids
    set undone_at = dailies_now(),
        undone_by = actor,
        restored = back
    where id = undone;
    for affected in
        select change.slot, sum(change.votes)::int as votes
        from jsonb_to_recordset(changed) as change (slot int, votes int)
        group by change.slot
        order by change.slot
    loop
        perform note_intervention(void.season_id, affected.slot, 'votes_restored', true, why, affected.votes);
    end loop;
    perform write_audit(
        actor, 'votes.restore', 'void', undone::text, why, jsonb_build_object('votes', void.votes),
        jsonb_build_object('restored', back)
    );
    perform announce_change('film', 'votes_restored');
    return query select 'done', back, void.votes - back;
end
$$;

-- What is known of the votes that an admin looks at, the newest first, from after a given one on.
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
            and is_chosen(votes, choice)
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

-- The reasons and the networks of a slot's votes with what stands behind each, the most suspicious first.
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

-- The latest voids of a season, with who did it.
create or replace function voids_of_season(actor uuid, of_season uuid)
returns table (
    id uuid,
    origin text,
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
    select voids.id, voids.origin, users.username, voids.reason, (voids.choice ->> 'slot')::int, voids.votes,
        voids.weight, voids.voided_at, voids.undone_at, voids.restored
    from vote_voids voids
    left join users on users.id = voids.actor_id
    where voids.season_id = of_season
    order by voids.voided_at desc, voids.id
    limit 50;
end
$$;

revoke all on function note_intervention(uuid, int, text, boolean, text, int) from public;
revoke all on function is_chosen(votes, jsonb), recount_after_void(uuid, int, jsonb) from public;
revoke all on function take_out_votes(uuid, uuid, int, jsonb, text, text) from public;
revoke all on function void_votes(uuid, uuid, int, jsonb, text), void_member_votes(uuid, uuid, text) from public;
revoke all on function restore_votes(uuid, uuid, text), vote_groups(uuid, uuid, int) from public;
revoke all on function voids_of_season(uuid, uuid) from public;
revoke all on function votes_of_round(uuid, uuid, int, jsonb, boolean, timestamptz, text, uuid, int) from public;
grant execute on function void_votes(uuid, uuid, int, jsonb, text), void_member_votes(uuid, uuid, text)
    to dailies_web, dailies_jobs;
grant execute on function restore_votes(uuid, uuid, text), vote_groups(uuid, uuid, int) to dailies_web, dailies_jobs;
grant execute on function voids_of_season(uuid, uuid) to dailies_web, dailies_jobs;
grant execute on function votes_of_round(uuid, uuid, int, jsonb, boolean, timestamptz, text, uuid, int)
    to dailies_web, dailies_jobs;
