-- Judges a pair that was shown to this person, once. Outcomes: done, battle_not_found, battle_judged, battle_expired,
-- battle_gone. After `done` and `battle_judged` the row says which videos they were.
create or replace function cast_battle(pair uuid, voter text, member uuid, wanted text)
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
as $$
#variable_conflict use_column
declare
    shown battle_pairs;
    person uuid;
    verdict text := 'done';
begin
    -- Two requests at once take turns here.
    select * into shown from battle_pairs where id = pair and voter_key = voter for update;
    if shown.id is null then
        -- The row goes with a video that is deleted.
        return query select 'battle_not_found', null::text, null::int, null::text, null::text, null::text, null::uuid,
            null::text, null::int, null::text, null::text, null::text, null::uuid, null::text, null::int;
        return;
    end if;
    insert into battle_voters (voter_key, user_id, created_at)
    values (voter, member, dailies_now())
    on conflict (voter_key) do nothing;
    person := battle_pseudonym(voter);
    if shown.judged_at is not null then
        verdict := 'battle_judged';
    elsif shown.expires_at <= dailies_now() then
        verdict := 'battle_expired';
    elsif exists (select from generations where id in (shown.left_id, shown.right_id) and published_at is null) then
        verdict := 'battle_gone';
    else
        insert into battles (
            pair_id, pseudonym, left_model_id, right_model_id, left_id, right_id, has_source, outcome, cast_at
        )
        select shown.id, person, left_side.model_id, right_side.model_id, left_side.id, right_side.id,
            left_side.source_image_id is not null, wanted, dailies_now()
        from generations left_side, generations right_side
        where left_side.id = shown.left_id and right_side.id = shown.right_id
        -- The same two videos were shown twice before one of the pairs was judged.
        on conflict (pseudonym, least(left_id, right_id), greatest(left_id, right_id)) do nothing;
        if found then
            update battle_pairs set judged_at = dailies_now() where id = shown.id;
        else
            verdict := 'battle_judged';
        end if;
    end if;
    return query
    select verdict,
        (
            select kept.outcome
            from battles kept
            where kept.pair_id = shown.id
        ),
        (select count(*)::int from battles where pseudonym = person),
        left_side.model_name, left_models.slug, left_side.provider, left_side.id, left_side.cost_usd::text,
        (extract(epoch from left_side.provider_done_at - left_side.acknowledged_at) * 1000)::int,
        right_side.model_name, right_models.slug, right_side.provider, right_side.id, right_side.cost_usd::text,
        (extract(epoch from right_side.provider_done_at - right_side.acknowledged_at) * 1000)::int
    from generations left_side
    join models left_models on left_models.id = left_side.model_id
    cross join generations right_side
    join models right_models on right_models.id = right_side.model_id
    where left_side.id = shown.left_id and right_side.id = shown.right_id;
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
                'rightVideo', battles.right_id, 'outcome', battles.outcome, 'castAt', rfc3339(battles.cast_at)
            )
            order by battles.id
        ),
        '[]'
    )
    from battle_voters voters
    join battles on battles.pseudonym = voters.pseudonym
    join models left_models on left_models.id = battles.left_model_id
    join models right_models on right_models.id = battles.right_model_id
    where voters.user_id = member;
$$;

revoke all on function cast_battle(uuid, text, uuid, text), battles_of_member(uuid) from public;
grant execute on function cast_battle(uuid, text, uuid, text) to dailies_web;
