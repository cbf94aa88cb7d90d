-- Undoes votes, one after the other: the last cast of each. Its weight leaves the clip, its day gets the cast back, and
-- a super or mega is free again. Answers as cast_votes; a null code means that the vote is undone, now or by
-- the same request when it came before (repeats.sql).
drop function if exists undo_votes(text[], uuid[], text[], int);
create or replace function undo_votes(
    voter_keys text[],
    clip_ids uuid[],
    networks text[],
    daily_votes int,
    requests text[] default null
)
returns setof vote_answer
language plpgsql
security definer
set search_path = public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    moment constant timestamptz := dailies_now();
    today constant date := (moment at time zone 'utc')::date;
    rates record;
    open_round record;
    clip tournament_clips;
    mine votes;
    request bytea;
    undone text;
    refusal text;
    left_over record;
begin
    rates := consume_vote_rates(
        voter_keys, networks, exists (select from feature_flags where key = 'voting_enabled' and enabled));
    if 0 = any (rates.turns) and requests is not null then
        rates.turns := (
            select array_agg(
                case
                    when here.turn = 0 and has_undone_in_request(here.voter_key, today, decode(nullif(here.request, ''), 'hex'))
                    then 1
                    else here.turn
                end
                order by here.ordinal
            )
            from unnest(rates.turns, voter_keys, requests) with ordinality here (turn, voter_key, request, ordinal)
        );
    end if;
    if 1 > any (rates.turns) then
        return query select * from refused_turns(rates.turns, rates.waits, rates.remaining);
    end if;
    if 0 < any (rates.turns) then
        open_round := lock_votes(voter_keys, clip_ids, today);
    end if;
    for place in 1..coalesce(cardinality(voter_keys), 0) loop
        continue when rates.turns[place] < 1;
        request := decode(nullif(requests[place], ''), 'hex');
        select * into clip from tournament_clips where id = clip_ids[place];
        select * into mine
        from votes
        where season_id = clip.season_id and slot_position = clip.slot_position
            and voter_key = voter_keys[place] and clip_id = clip.id and voided_at is null;
        if has_undone_in_request(voter_keys[place], today, request) then
            select * into left_over
            from voter_standing(clip.season_id, clip.slot_position, voter_keys[place], daily_votes);
            return query
            select place, null::text, null::int, rates.remaining[place], clip.weighted_score, clip.vote_count,
                left_over.total_today, left_over.standard_left, left_over.super_left, left_over.mega_left;
            continue;
        end if;
        refusal := case
            when exists (
                select from users
                where id = case
                        when starts_with(voter_keys[place], 'user_') then substr(voter_keys[place], 6)::uuid
                    end
                    and banned_at is not null
            ) then 'banned'
            when mine.clip_id is null then 'vote_not_found'
            when clip.status <> 'active'
                or (clip.season_id, clip.slot_position)
                    is distinct from (open_round.season_id, open_round.slot_position)
            then 'round_over'
        end;
        if refusal is not null then
            return query
            select place, refusal, null::int, rates.remaining[place], null::int, null::int, null::int, null::int,
                null::int, null::int;
            continue;
        end if;

        undone := right(mine.kinds, 1);
        if mine.casts > 1 then
            update votes
            set casts = casts - 1,
                weight = weight - vote_weight(undone),
                kinds = left(kinds, -1),
                updated_at = moment
            where season_id = clip.season_id and slot_position = clip.slot_position
                and voter_key = voter_keys[place] and clip_id = clip.id and voided_at is null;
        else
            delete from votes
            where season_id = clip.season_id and slot_position = clip.slot_position
                and voter_key = voter_keys[place] and clip_id = clip.id and voided_at is null;
        end if;
        update tournament_clips
        set vote_count = vote_count - 1,
            weighted_score = weighted_score - vote_weight(undone)
        where id = clip.id
        returning * into clip;
        if mine.user_id is null then
            update vote_network_clips
            set weight = greatest(0, weight - vote_weight(undone))
            where round_started = open_round.started_at and network = mine.network and clip_id = clip.id;
        end if;
        update voter_days
        set casts = greatest(0, casts - 1)
        where voter_key = voter_keys[place] and day = (mine.updated_at at time zone 'utc')::date;
        if request is not null then
            insert into voter_days as kept (voter_key, day, undone)
            values (voter_keys[place], today, request)
            on conflict (voter_key, day) do update
            set undone = add_request(kept.undone, excluded.undone);
        end if;
        select * into left_over
        from voter_standing(clip.season_id, clip.slot_position, voter_keys[place], daily_votes);
        return query
        select place, null::text, null::int, rates.remaining[place], clip.weighted_score, clip.vote_count,
            left_over.total_today, left_over.standard_left, left_over.super_left, left_over.mega_left;
    end loop;
end
$$;

revoke all on function undo_votes(text[], uuid[], text[], int, text[]) from public;
grant execute on function undo_votes(text[], uuid[], text[], int, text[]) to dailies_web, dailies_jobs;
