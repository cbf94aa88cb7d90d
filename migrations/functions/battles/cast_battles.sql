-- Judges pairs, a batch at a time; no two items have the same pair, the same voter or the same cookie. Each pair counts once, from the
-- person to whom it was shown, and once for the browser's cookie, so that a visitor who signs in does not count twice. The visitors of
-- one network judge a pair `network_battles` times a day at most. Outcomes, in the order of the items: done, battle_not_found,
-- battle_judged, battle_expired, battle_gone (a video was deleted or is no longer public), battle_retired (a model was retired),
-- network_full. After `done` and `battle_judged` the row says which videos they were. Without a device no evidence is kept: the demo's
-- people have none.
drop function if exists cast_battle(uuid, text, uuid, text);
drop function if exists cast_battles(uuid[], text[], uuid[], text[], text[], text[], boolean[]);
create or replace function cast_battles(
    pairs uuid[],
    voters text[],
    members uuid[],
    choices text[],
    devices text[],
    cookies text[],
    networks text[],
    bare boolean[],
    network_battles int
)
returns table (
    outcome text,
    judged text,
    battles int,
    left_model text,
    left_slug text,
    left_provider text,
    left_video uuid,
    left_cost text,
    left_ms int,
    right_model text,
    right_slug text,
    right_provider text,
    right_video uuid,
    right_cost text,
    right_ms int
)
language plpgsql
security definer
set search_path = public, pg_temp
-- A plan that was made while the tables were empty would read them in full later.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
begin
    -- Two requests at once take turns here.
    perform
    from battle_pairs
    where id = any (pairs)
    order by id
    for no key update;
    insert into battle_voters (voter_key, user_id, created_at)
    select asked.voter, asked.member, dailies_now()
    from unnest(pairs, voters, members) asked (pair, voter, member)
    join battle_pairs on battle_pairs.id = asked.pair and battle_pairs.voter_key = asked.voter
    where not exists (select from battle_voters where voter_key = asked.voter)
    order by asked.voter
    on conflict (voter_key) do nothing;
    return query
    with asked as materialized (
        select asked.*, shown.id as shown_id, shown.left_id, shown.right_id, shown.judged_at, shown.expires_at,
            people.pseudonym
        from unnest(pairs, voters, members, choices, devices, cookies, networks, bare) with ordinality
            asked (pair, voter, member, choice, device, cookie, network, is_bare, place)
        left join battle_pairs shown on shown.id = asked.pair and shown.voter_key = asked.voter
        left join battle_voters people on people.voter_key = asked.voter
    ),
    videos as materialized (
        select *
        from public_battle_videos()
        where generation_id = any (array(select left_id from asked union all select right_id from asked))
    ),
    judgeable as materialized (
        select asked.*, left_side.model_id as left_model_id, right_side.model_id as right_model_id,
            left_side.comparison_id, left_side.has_source,
            case
                when asked.shown_id is null then 'battle_not_found'
                when asked.judged_at is not null then 'battle_judged'
                when asked.expires_at <= dailies_now() then 'battle_expired'
                when left_side.group_id is distinct from right_side.group_id or left_side.group_id is null
                    then 'battle_gone'
                when left_side.is_retired or right_side.is_retired then 'battle_retired'
                else 'done'
            end as standing
        from asked
        left join videos left_side on left_side.generation_id = asked.left_id
        left join videos right_side on right_side.generation_id = asked.right_id
    ),
    visitors as materialized (
        select shown_id, place, network, least(left_id, right_id) as low_id, greatest(left_id, right_id) as high_id
        from judgeable
        where standing = 'done' and member is null and network is not null
    ),
    visits as (
        insert into battle_networks as kept (network, low_id, high_id, day, battles)
        select network, low_id, high_id, (dailies_now() at time zone 'utc')::date, count(*)
        from visitors
        group by network, low_id, high_id
        order by network, low_id, high_id
        on conflict (network, low_id, high_id) do update
        set battles = kept.battles + excluded.battles
        returning network, low_id, high_id, battles
    ),
    crowded as materialized (
        select shown_id
        from (
            select visitors.shown_id,
                visits.battles - count(*) over same + row_number() over (same order by visitors.place) as number
            from visitors
            join visits using (network, low_id, high_id)
            window same as (partition by visitors.network, visitors.low_id, visitors.high_id)
        ) numbered
        where number > network_battles
    ),
    -- Before the battles: of two statements with one cookie the second one waits here for the first.
    claimed as (
        insert into battle_cookies (cookie_hash, low_id, high_id, pseudonym)
        select cookie, least(left_id, right_id), greatest(left_id, right_id), pseudonym
        from judgeable
        where standing = 'done' and cookie is not null and shown_id not in (select shown_id from crowded)
        order by cookie
        on conflict do nothing
        returning cookie_hash
    ),
    checked as materialized (
        select judgeable.*,
            case
                when standing <> 'done' then standing
                when shown_id in (select shown_id from crowded) then 'network_full'
                when cookie is not null and cookie not in (select cookie_hash from claimed) then 'battle_judged'
                else 'done'
            end as verdict
        from judgeable
    ),
    made as (
        insert into battles (
            pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, comparison_id, has_source, outcome, cast_at
        )
        select shown_id, pseudonym, left_model_id, right_model_id, left_id, right_id, comparison_id, has_source, choice,
            dailies_now()
        from checked
        where verdict = 'done'
        order by pseudonym
        -- The same two videos were shown twice before one of the pairs was judged.
        on conflict do nothing
        returning id, pair_id
    ),
    used as (
        update battle_pairs
        set judged_at = dailies_now()
        from made
        where battle_pairs.id = made.pair_id
    ),
    evidence as (
        insert into battle_evidence (battle_id, device_key, network, flags)
        select made.id, checked.device, checked.network, case when checked.is_bare then '{missing_headers}'::text[] end
        from made
        join checked on checked.shown_id = made.pair_id
        where checked.device is not null
    )
    select
        case when checked.verdict = 'done' and made.id is null then 'battle_judged' else checked.verdict end,
        case when made.id is null then earlier.outcome else checked.choice end,
        (select count(*)::int from battles where pseudonym = checked.pseudonym)
            + case when made.id is null then 0 else 1 end,
        left_side.model_name, left_models.slug, left_side.provider, left_side.id, left_side.cost_usd::text,
        (extract(epoch from left_side.provider_done_at - left_side.acknowledged_at) * 1000)::int,
        right_side.model_name, right_models.slug, right_side.provider, right_side.id, right_side.cost_usd::text,
        (extract(epoch from right_side.provider_done_at - right_side.acknowledged_at) * 1000)::int
    from checked
    left join made on made.pair_id = checked.shown_id
    left join battles earlier on earlier.pair_id = checked.shown_id
    left join generations left_side on left_side.id = checked.left_id
    left join models left_models on left_models.id = left_side.model_id
    left join generations right_side on right_side.id = checked.right_id
    left join models right_models on right_models.id = right_side.model_id
    order by checked.place;
end
$$;

-- The battles of a member, for the member's export.
create or replace function battles_of_member(member uuid)
returns jsonb
language sql
stable
set search_path = public, pg_temp
as $$
    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'leftModel', left_models.slug, 'rightModel', right_models.slug, 'leftVideo', battles.left_id,
                'rightVideo', battles.right_id, 'outcome', battles.outcome, 'isVoided', battles.void_id is not null,
                'deviceKey', evidence.device_key,
                'cookieKey',
                (
                    select min(cookie_hash)
                    from battle_cookies
                    where battle_cookies.pseudonym = battles.pseudonym
                        and low_id = least(battles.left_id, battles.right_id)
                        and high_id = greatest(battles.left_id, battles.right_id)
                ),
                'networkOfTheDay', evidence.network, 'flags', evidence.flags,
                'castAt', rfc3339(battles.cast_at)
            )
            order by battles.id
        ),
        '[]'
    )
    from battle_voters voters
    join battles on battles.pseudonym = voters.pseudonym
    left join battle_evidence evidence on evidence.battle_id = battles.id
    join models left_models on left_models.id = battles.left_model_id
    join models right_models on right_models.id = battles.right_model_id
    where voters.user_id = member;
$$;

revoke all on function
    cast_battles(uuid[], text[], uuid[], text[], text[], text[], text[], boolean[], int),
    battles_of_member(uuid)
    from public;
grant execute on function cast_battles(uuid[], text[], uuid[], text[], text[], text[], text[], boolean[], int)
    to dailies_web, dailies_jobs;
