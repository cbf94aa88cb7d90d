-- How admins look after battles and votes for videos: what looks suspicious, and what is taken out of the count.

-- With the row that leads from a person to the battles, what tells the person's device goes too.
drop trigger if exists battle_voters_forgotten on battle_voters;
create or replace function forget_battle_voter()
returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    update battle_evidence
    set device_key = null,
        network = null
    from battles
    where battles.pseudonym = old.pseudonym and battle_evidence.battle_id = battles.id;
    return null;
end
$$;
create trigger battle_voters_forgotten
after delete on battle_voters
for each row
execute function forget_battle_voter();

-- Adds a flag to battles that do not have it; how many that were.
create or replace function flag_battles(wanted bigint[], flag text)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    flagged int;
begin
    update battle_evidence
    set flags = add_flags(flags, array[flag])
    where battle_id = any (wanted) and array_position(flags, flag) is null;
    get diagnostics flagged = row_count;
    return flagged;
end
$$;

-- Flags the votes for videos since a moment: `burst` are more than ten of a voter in ten seconds; `new_devices` more than five
-- devices of one network that came within five minutes, with four in five of their votes for one model; `one_device` more
-- than three voters with one device for one video. Returns how many votes got a flag.
create or replace function flag_video_votes(since timestamptz)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    flagged int;
begin
    with recent as (
        select votes.video_id, votes.voter_key, votes.device_key, votes.user_id, votes.network, votes.created_at,
            videos.model_id
        from video_votes votes
        join comparison_videos videos on videos.generation_id = votes.video_id
        where votes.created_at >= since
    ),
    bursts as (
        select distinct recent.video_id, recent.voter_key, 'burst' as flag
        from recent
        join (
            select voter_key, lag(created_at, 10) over (partition by voter_key order by created_at) as began,
                created_at as ended
            from recent
        ) spans
            on spans.voter_key = recent.voter_key and spans.ended - spans.began <= interval '10 seconds'
            and recent.created_at between spans.began and spans.ended
    ),
    arrivals as (
        select network, device_key, min(created_at) as came
        from recent
        where user_id is null
            -- A device that voted before that is not new.
            and not exists (
                select
                from video_votes earlier
                where earlier.voter_key = recent.voter_key and earlier.created_at < since
            )
        group by network, device_key
    ),
    waves as (
        select first.network, first.came
        from arrivals first
        join arrivals others
            on others.network = first.network and others.came between first.came and first.came + interval '5 minutes'
        group by first.network, first.came
        having count(distinct others.device_key) > 5
    ),
    wave_votes as (
        select waves.network, waves.came, recent.video_id, recent.voter_key, recent.model_id,
            count(*) over (partition by waves.network, waves.came) as votes,
            count(*) over (partition by waves.network, waves.came, recent.model_id) as for_model
        from waves
        join arrivals on arrivals.network = waves.network
            and arrivals.came between waves.came and waves.came + interval '5 minutes'
        join recent on recent.network = arrivals.network and recent.device_key = arrivals.device_key
            and recent.created_at between waves.came and waves.came + interval '5 minutes'
    ),
    crowded as (
        select recent.video_id, recent.voter_key, 'one_device' as flag
        from recent
        join (
            select video_id, device_key
            from recent
            group by video_id, device_key
            having count(distinct voter_key) > 3
        ) shared on shared.video_id = recent.video_id and shared.device_key = recent.device_key
    ),
    found as (
        select video_id, voter_key, array_agg(distinct flag) as added
        from (
            select * from bursts
            union all
            select video_id, voter_key, 'new_devices' from wave_votes where for_model >= 0.8 * votes
            union all
            select * from crowded
        ) signs
        group by video_id, voter_key
    )
    update video_votes votes
    set flags = add_flags(votes.flags, found.added)
    from found
    where votes.video_id = found.video_id and votes.voter_key = found.voter_key
        and not coalesce(votes.flags @> found.added, false);
    get diagnostics flagged = row_count;
    return flagged;
end
$$;

-- Whether a battle is one of those that an admin selects. `choice` may name battles, voters (pseudonyms), model (which takes
-- part), winner, flagged, flag, network and device; what it does not name does not restrict the choice.
create or replace function battle_is_chosen(battle battles, evidence battle_evidence, choice jsonb)
returns boolean
language sql
immutable
as $$
    select (not choice ? 'battles' or choice -> 'battles' @> to_jsonb(battle.id))
        and (not choice ? 'voters' or choice -> 'voters' ? battle.pseudonym::text)
        and (not choice ? 'model' or (choice ->> 'model')::uuid in (battle.left_model_id, battle.right_model_id))
        and (
            not choice ? 'winner'
            or (choice ->> 'winner')::uuid = case battle.outcome
                when 'left' then battle.left_model_id
                when 'right' then battle.right_model_id
            end
        )
        and (
            not choice ? 'flagged'
            or (choice ->> 'flagged')::boolean = (coalesce(cardinality(evidence.flags), 0) > 0)
        )
        and (not choice ? 'flag' or coalesce(evidence.flags @> array[choice ->> 'flag'], false))
        and (not choice ? 'network' or coalesce(evidence.network = choice ->> 'network', false))
        and (not choice ? 'device' or coalesce(evidence.device_key = choice ->> 'device', false));
$$;

-- The same for a vote for a video: voters (keys), video, model, flagged, flag, network, device.
create or replace function video_vote_is_chosen(vote video_votes, model uuid, choice jsonb)
returns boolean
language sql
immutable
as $$
    select (not choice ? 'voters' or choice -> 'voters' ? vote.voter_key)
        and (not choice ? 'video' or vote.video_id = (choice ->> 'video')::uuid)
        and (not choice ? 'model' or model = (choice ->> 'model')::uuid)
        and (
            not choice ? 'flagged'
            or (choice ->> 'flagged')::boolean = (coalesce(cardinality(vote.flags), 0) > 0)
        )
        and (not choice ? 'flag' or coalesce(vote.flags @> array[choice ->> 'flag'], false))
        and (not choice ? 'network' or coalesce(vote.network = choice ->> 'network', false))
        and (not choice ? 'device' or coalesce(vote.device_key = choice ->> 'device', false));
$$;

-- The battles that an admin looks at, from the newest.
create or replace function battles_for_admin(
    actor uuid, choice jsonb, only_voided boolean, before_id bigint, page int
)
returns table (
    id bigint,
    pseudonym uuid,
    username text,
    left_slug text,
    right_slug text,
    outcome text,
    flags text[],
    network text,
    network_voters int,
    device_key text,
    device_voters int,
    cast_at timestamptz,
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
        select battles.*, evidence.flags, evidence.network, evidence.device_key
        from battles
        left join battle_evidence evidence on evidence.battle_id = battles.id
        where (only_voided is null or only_voided = (battles.void_id is not null))
            and (before_id is null or battles.id < before_id)
            and battle_is_chosen(battles, evidence, choice)
        order by battles.id desc
        limit page
    ), networks as (
        select evidence.network, count(distinct battles.pseudonym)::int as voters
        from battle_evidence evidence
        join battles on battles.id = evidence.battle_id
        where evidence.network in (select network from chosen)
        group by evidence.network
    ), devices as (
        select evidence.device_key, count(distinct battles.pseudonym)::int as voters
        from battle_evidence evidence
        join battles on battles.id = evidence.battle_id
        where evidence.device_key in (select device_key from chosen)
        group by evidence.device_key
    )
    select chosen.id, chosen.pseudonym, users.username, left_models.slug, right_models.slug, chosen.outcome,
        coalesce(chosen.flags, '{}'), chosen.network, coalesce(networks.voters, 0), chosen.device_key,
        coalesce(devices.voters, 0), chosen.cast_at, chosen.void_id
    from chosen
    join models left_models on left_models.id = chosen.left_model_id
    join models right_models on right_models.id = chosen.right_model_id
    left join battle_voters voters on voters.pseudonym = chosen.pseudonym
    left join users on users.id = voters.user_id
    left join networks on networks.network = chosen.network
    left join devices on devices.device_key = chosen.device_key
    order by chosen.id desc;
end
$$;

-- The votes for videos that an admin looks at, from the newest: those that count, or those that are voided.
create or replace function video_votes_for_admin(
    actor uuid, choice jsonb, voided boolean, before_time timestamptz, before_voter text, before_video uuid, page int
)
returns table (
    video_id uuid,
    model_slug text,
    comparison_slug text,
    voter_key text,
    username text,
    flags text[],
    network text,
    network_voters int,
    device_key text,
    device_voters int,
    created_at timestamptz,
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
    with kept as (
        select video_votes.*, null::uuid as void_id
        from video_votes
        join comparison_videos videos on videos.generation_id = video_votes.video_id
        where not voided and video_vote_is_chosen(video_votes, videos.model_id, choice)
        union all
        select gone.video_id, gone.voter_key, gone.device_key, gone.cookie_hash, gone.user_id, gone.network,
            gone.created_at, gone.flags, gone.void_id
        from voided_video_votes gone
        join comparison_videos videos on videos.generation_id = gone.video_id
        where voided and video_vote_is_chosen(
            row(
                gone.video_id, gone.voter_key, gone.device_key, gone.cookie_hash, gone.user_id, gone.network,
                gone.created_at, gone.flags
            )::video_votes,
            videos.model_id, choice
        )
    ), chosen as materialized (
        select *
        from kept
        where before_time is null or (created_at, voter_key, video_id) < (before_time, before_voter, before_video)
        order by created_at desc, voter_key desc, video_id desc
        limit page
    ), networks as (
        select network, count(distinct voter_key)::int as voters
        from video_votes
        where network in (select network from chosen)
        group by network
    ), devices as (
        select video_votes.video_id, device_key, count(distinct voter_key)::int as voters
        from video_votes
        where video_votes.video_id in (select video_id from chosen)
        group by video_votes.video_id, device_key
    )
    select chosen.video_id, models.slug, comparisons.slug, chosen.voter_key, users.username,
        coalesce(chosen.flags, '{}'), chosen.network, coalesce(networks.voters, 0), chosen.device_key,
        coalesce(devices.voters, 0), chosen.created_at, chosen.void_id
    from chosen
    join comparison_videos videos on videos.generation_id = chosen.video_id
    join models on models.id = videos.model_id
    join comparisons on comparisons.id = videos.comparison_id
    left join users on users.id = chosen.user_id
    left join networks on networks.network = chosen.network
    left join devices on devices.video_id = chosen.video_id and devices.device_key = chosen.device_key
    order by chosen.created_at desc, chosen.voter_key desc, chosen.video_id desc;
end
$$;

-- The latest voids with their actors.
create or replace function voids_of_arena(actor uuid)
returns table (
    id uuid,
    kind text,
    username text,
    reason text,
    votes int,
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
    select voids.id, voids.kind, users.username, voids.reason, voids.votes, voids.voided_at, voids.undone_at,
        voids.restored
    from arena_voids voids
    left join users on users.id = voids.actor_id
    order by voids.voided_at desc, voids.id
    limit 50;
end
$$;

-- The boards follow at once: the job that computes them is due now.
create or replace function compute_ratings_soon()
returns void
language sql
security definer
set search_path = public, pg_temp
as $$
    select enqueue_job('compute_ratings', '{}', 'upkeep', 0, null, 'void', 'replace');
$$;

-- Takes the chosen battles out of the count. No row: there were none.
create or replace function void_battles(actor uuid, choice jsonb, why text)
returns setof arena_voids
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    made constant uuid := gen_random_uuid();
    gone int;
begin
    perform require_admin(actor);
    update battles
    set void_id = made
    where void_id is null and id in (
        select battles.id
        from battles
        left join battle_evidence evidence on evidence.battle_id = battles.id
        where battles.void_id is null and battle_is_chosen(battles, evidence, choice)
    );
    get diagnostics gone = row_count;
    if gone = 0 then
        return;
    end if;
    insert into arena_voids (id, kind, actor_id, reason, choice, votes, voided_at)
    values (made, 'battles', actor, why, choice, gone, dailies_now());
    perform write_audit(
        actor, 'battles.void', 'void', made::text, why, null, jsonb_build_object('choice', choice, 'battles', gone));
    perform compute_ratings_soon();
    return query select * from arena_voids where id = made;
end
$$;

-- Takes the chosen votes for videos out of the count, and keeps them. No row: there were none.
create or replace function void_video_votes(actor uuid, choice jsonb, why text)
returns setof arena_voids
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    made constant uuid := gen_random_uuid();
    found_votes int := (
        select count(*)
        from video_votes
        join comparison_videos videos on videos.generation_id = video_votes.video_id
        where video_vote_is_chosen(video_votes, videos.model_id, choice)
    );
    gone int;
begin
    perform require_admin(actor);
    if found_votes = 0 then
        return;
    end if;
    -- Videos are locked before votes, in the order in which everything locks them.
    perform
    from comparison_videos videos
    where exists (
        select
        from video_votes
        where video_votes.video_id = videos.generation_id and video_vote_is_chosen(video_votes, videos.model_id, choice)
    )
    order by videos.generation_id
    for no key update;
    insert into arena_voids (id, kind, actor_id, reason, choice, votes, voided_at)
    values (made, 'video_votes', actor, why, choice, found_votes, dailies_now());
    with taken as (
        delete from video_votes
        using comparison_videos videos
        where videos.generation_id = video_votes.video_id
            and video_vote_is_chosen(video_votes, videos.model_id, choice)
        returning video_votes.*
    )
    insert into voided_video_votes (
        void_id, video_id, voter_key, device_key, cookie_hash, user_id, network, flags, created_at
    )
    select made, video_id, voter_key, device_key, cookie_hash, user_id, network, flags, created_at
    from taken;
    get diagnostics gone = row_count;
    if gone = 0 then
        -- The last one was taken back by its voter at this moment.
        delete from arena_voids where id = made;
        return;
    end if;
    update arena_voids set votes = gone where id = made;
    perform write_audit(
        actor, 'video_votes.void', 'void', made::text, why, null, jsonb_build_object('choice', choice, 'votes', gone));
    perform announce_change('film', 'comparisons');
    return query select * from arena_voids where id = made;
end
$$;

-- Brings what a void took out back into the count, except for votes of those who have voted again. Outcomes: done,
-- void_not_found, void_undone.
create or replace function undo_arena_void(actor uuid, undone uuid, why text)
returns table (outcome text, restored int, kept int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_variable
declare
    void arena_voids;
begin
    perform require_admin(actor);
    select * into void from arena_voids where id = undone for update;
    if void.id is null or void.undone_at is not null then
        return query select case when void.id is null then 'void_not_found' else 'void_undone' end, 0, 0;
        return;
    end if;
    if void.kind = 'battles' then
        update battles set void_id = null where void_id = undone;
        get diagnostics restored = row_count;
        perform compute_ratings_soon();
    else
        perform
        from comparison_videos
        where generation_id in (select video_id from voided_video_votes where void_id = undone)
        order by generation_id
        for no key update;
        insert into video_votes (video_id, voter_key, device_key, cookie_hash, user_id, network, flags, created_at)
        select video_id, voter_key, device_key, cookie_hash, user_id, network, flags, created_at
        from voided_video_votes
        where void_id = undone
        on conflict do nothing;
        get diagnostics restored = row_count;
        delete from voided_video_votes where void_id = undone;
        perform announce_change('film', 'comparisons');
    end if;
    update arena_voids
    set undone_at = dailies_now(),
        undone_by = actor,
        restored = undo_arena_void.restored
    where id = undone;
    perform write_audit(
        actor, void.kind || '.restore', 'void', undone::text, why, jsonb_build_object('votes', void.votes),
        jsonb_build_object('restored', restored)
    );
    return query select 'done', restored, void.votes - restored;
end
$$;

-- Forgets from where battles were judged, 30 days later; how many.
create or replace function sweep_battle_evidence()
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    swept int;
begin
    update battle_evidence
    set device_key = null,
        network = null
    from battles
    where battles.id = battle_evidence.battle_id and battle_evidence.device_key is not null
        and battles.cast_at < dailies_now() - interval '30 days';
    get diagnostics swept = row_count;
    return swept;
end
$$;

revoke all on function
    forget_battle_voter(),
    flag_battles(bigint[], text),
    flag_video_votes(timestamptz),
    battle_is_chosen(battles, battle_evidence, jsonb),
    video_vote_is_chosen(video_votes, uuid, jsonb),
    battles_for_admin(uuid, jsonb, boolean, bigint, int),
    video_votes_for_admin(uuid, jsonb, boolean, timestamptz, text, uuid, int),
    voids_of_arena(uuid),
    compute_ratings_soon(),
    void_battles(uuid, jsonb, text),
    void_video_votes(uuid, jsonb, text),
    undo_arena_void(uuid, uuid, text),
    sweep_battle_evidence()
    from public;
grant execute on function
    battles_for_admin(uuid, jsonb, boolean, bigint, int),
    video_votes_for_admin(uuid, jsonb, boolean, timestamptz, text, uuid, int),
    voids_of_arena(uuid),
    void_battles(uuid, jsonb, text),
    void_video_votes(uuid, jsonb, text),
    undo_arena_void(uuid, uuid, text)
    to dailies_web, dailies_jobs;
grant execute on function flag_battles(bigint[], text), flag_video_votes(timestamptz), sweep_battle_evidence()
    to dailies_jobs;
