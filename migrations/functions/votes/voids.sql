-- Whether a vote is one of those that an admin selects. `choice` may name voters, votes (voter and clip), clip,
-- flagged, flag and network; what it does not name does not restrict the choice.
create or replace function vote_is_chosen(vote votes, choice jsonb)
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

-- Updates what depends on votes that have left the count (sign -1) or have returned (sign 1), one row for each slot and
-- clip in `changed`. Clips of an open round get new counters; a closed round keeps its result, and its export is
-- corrected. XP and badges that depend on votes are to be computed here, from the same rows.
create or replace function recount_after_void(of_season uuid, sign int, changed jsonb)
returns void
language sql
as $$
    -- In the order in which everything locks clips.
    select
    from tournament_clips
    where id in (select clip from jsonb_to_recordset(changed) as change (clip uuid))
    order by id
    for no key update;
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

-- Takes the chosen votes of a slot, or of the whole season, out of the count. No row: there were none. lock_film()
-- keeps votes from changing meanwhile, so the counters are exact before, during and after. `banned` is the member whose
-- ban this is.
create or replace function apply_void(
    actor uuid,
    of_season uuid,
    of_slot int,
    choice jsonb,
    why text,
    origin text,
    banned uuid default null
)
returns setof vote_voids
language plpgsql
-- A plan for the given voters uses the index, so that voiding one vote does not read the whole round while votes wait.
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
    -- Closed rounds are exported before anything in them changes. An open round does not wait for exports.
    if of_slot is null or exists (
        select from story_slots
        where season_id = of_season and position = of_slot and status = 'locked'
    ) then
        perform write_tallies(of_season);
    end if;
    with gone as (
        update votes
        set voided_at = dailies_now(),
            void_id = made
        where season_id = of_season
            and (of_slot is null or slot_position = of_slot)
            and voided_at is null
            and (voters is null or voter_key = any (voters))
            and vote_is_chosen(votes, choice)
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
    insert into vote_voids (id, season_id, origin, member_id, actor_id, reason, choice, votes, weight, voided_at)
    select made, of_season, apply_void.origin, banned, actor, why,
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
            perform record_intervention(
                of_season, affected.slot, case origin when 'reset' then 'votes_reset' else 'votes_voided' end, true, why,
                affected.votes
            );
        end loop;
    end if;
    perform announce_change('film', 'votes_voided');
    return query select * from vote_voids where id = made;
end
$$;

-- An admin voids votes. No row: no vote was chosen.
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
    select * into made from apply_void(actor, of_season, of_slot, choice, why, 'admin');
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

-- Brings the votes of a void back; `restored` is how many, `casts` their casts. A voter who has voted again meanwhile
-- keeps the newer vote, and the old one stays out. The caller holds lock_film() and the lock of the void's row.
create or replace function revert_void(actor uuid, void vote_voids, why text, out restored int, out casts int)
language plpgsql
as $$
#variable_conflict use_column
declare
    changed jsonb;
    affected record;
begin
    if exists (
        select from votes
        join story_slots slots on slots.season_id = votes.season_id and slots.position = votes.slot_position
        where votes.season_id = void.season_id and votes.void_id = void.id and slots.status = 'locked'
    ) then
        perform write_tallies(void.season_id);
    end if;
    with returned as (
        update votes
        set voided_at = null,
            void_id = null
        where season_id = void.season_id and void_id = void.id
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
        coalesce(sum(votes), 0), coalesce(sum(summed.casts), 0)
    into changed, restored, casts
    from summed;

    perform recount_after_void(void.season_id, 1, changed);
    update vote_voids
    set undone_at = dailies_now(),
        undone_by = actor,
        restored = revert_void.restored
    where id = void.id;
    for affected in
        select change.slot, sum(change.votes)::int as votes
        from jsonb_to_recordset(changed) as change (slot int, votes int)
        group by change.slot
        order by change.slot
    loop
        perform record_intervention(void.season_id, affected.slot, 'votes_restored', true, why, affected.votes);
    end loop;
    perform announce_change('film', 'votes_restored');
end
$$;

-- An admin undoes a void: how many votes count again, and how many stay out. Votes of a member who is banned by now
-- move to the ban. Outcomes: done, void_not_found, void_undone, void_of_ban.
create or replace function restore_votes(actor uuid, undone uuid, why text)
returns table (outcome text, restored int, kept int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    void vote_voids;
    back int;
begin
    perform require_admin(actor);
    perform lock_film();
    select * into void from vote_voids where id = undone for update;
    outcome := case
        when void.id is null then 'void_not_found'
        when void.undone_at is not null then 'void_undone'
        when void.origin = 'ban' then 'void_of_ban'
    end;
    if outcome is not null then
        return query select outcome, 0, 0;
        return;
    end if;
    perform move_void_to_bans(actor, void);
    back := (select brought.restored from revert_void(actor, void, why) brought);
    perform write_audit(
        actor, 'votes.restore', 'void', undone::text, why, jsonb_build_object('votes', void.votes),
        jsonb_build_object('restored', back)
    );
    return query select 'done', back, void.votes - back;
end
$$;

revoke all on function
    vote_is_chosen(votes, jsonb),
    recount_after_void(uuid, int, jsonb),
    apply_void(uuid, uuid, int, jsonb, text, text, uuid),
    void_votes(uuid, uuid, int, jsonb, text),
    revert_void(uuid, vote_voids, text),
    restore_votes(uuid, uuid, text)
    from public;
grant execute on function
    void_votes(uuid, uuid, int, jsonb, text),
    restore_votes(uuid, uuid, text)
    to dailies_web, dailies_jobs;
