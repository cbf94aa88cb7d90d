-- The one way to write a value as JSON (RFC 8785, for values that hold no fractions): members by name, nothing between
-- the tokens. Whoever parses an export and writes it so again has the bytes whose hash stands beside it.
create or replace function canonical_json(value jsonb)
returns text
language sql
immutable
as $$
    select case jsonb_typeof(value)
        when 'object' then
            '{' || coalesce(
                (
                    select string_agg(to_json(name)::text || ':' || canonical_json(member), ',' order by name collate "C")
                    from jsonb_each(value) each (name, member)
                ),
                ''
            ) || '}'
        when 'array' then
            '[' || coalesce(
                (
                    select string_agg(canonical_json(element), ',' order by place)
                    from jsonb_array_elements(value) with ordinality elements (element, place)
                ),
                ''
            ) || ']'
        else value::text
    end;
$$;

-- A text as it stands in an export: no control characters, for which writers of JSON differ.
create or replace function plain_text(value text)
returns text
language sql
immutable
as $$
    select regexp_replace(value, '[\x01-\x1f\x7f]+', ' ', 'g');
$$;

-- The votes of a closed round as rows of its export: minute, voter, number of the clip, casts, weight, whether voided.
-- `clips` is the export's list of clips. Their order tells nothing that they do not say themselves.
create or replace function tally_rows(of_season uuid, of_slot int, clips jsonb)
returns table (line text, clip int, casts int, weight int, is_void boolean)
language sql
stable
as $$
    select '["' || to_char(votes.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI"Z"') || '","'
            || voters.pseudonym || '",' || listed.n || ',' || votes.casts || ',' || votes.weight || ','
            || case when votes.voided_at is null then 'false' else 'true' end || ']',
        listed.n, votes.casts, votes.weight, votes.voided_at is not null
    from votes
    join round_voters voters
        on voters.season_id = votes.season_id
        and voters.slot_position = votes.slot_position
        and voters.voter_key = votes.voter_key
    join jsonb_to_recordset(clips) as listed (id uuid, n int) on listed.id = votes.clip_id
    -- Votes of an earlier round of this slot, which had no result.
    where votes.season_id = of_season and votes.slot_position = of_slot
        and (votes.voided_at is null or votes.void_id is not null);
$$;

-- Interventions as they stand in an export.
create or replace function tally_interventions(of_season uuid, of_slot int, after bigint)
returns jsonb
language sql
stable
as $$
    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'at', rfc3339(happened_at), 'by', case when by_admin then 'admin' else 'rule' end, 'kind', kind,
                'reason', plain_text(reason), 'votes', votes
            )
            order by id
        ),
        '[]'
    )
    from round_interventions
    where season_id = of_season and slot_position = of_slot and id > after;
$$;

-- Puts a document at the end of a season's chain.
create or replace function append_tally(slot story_slots, kind text, document text, number int, previous text)
returns void
language sql
as $$
    insert into round_tallies (
        season_id, number, slot_position, kind, locked_at, last_intervention, document, previous_hash, hash, written_at
    )
    values (
        slot.season_id, number, slot.position, kind, slot.locked_at,
        (
            select coalesce(max(id), 0)
            from round_interventions
            where season_id = slot.season_id and slot_position = slot.position
        ),
        document, previous, encode(sha256(convert_to(document, 'UTF8')), 'hex'), dailies_now()
    );
$$;

-- What every document of a chain begins with.
create or replace function tally_head(slot story_slots, kind text, place int, previous text)
returns jsonb
language sql
stable
as $$
    select jsonb_build_object(
        'format', 'dailies-tally-1',
        'kind', kind,
        'number', place,
        'previousHash', previous,
        'season', jsonb_build_object(
            'id', seasons.id, 'label', plain_text(seasons.label), 'number', seasons.number,
            'totalSlots', seasons.total_slots
        ),
        'slot', slot.position
    )
    from seasons
    where seasons.id = slot.season_id;
$$;

-- Exports a closed round. Each voter gets a pseudonym under a key that is drawn here and kept nowhere.
create or replace function write_round(slot story_slots, number int, previous text)
returns void
language plpgsql
as $$
declare
    -- HMAC-SHA-256 with a key of 32 bytes. Its key is padded to 64 bytes and joined with 0x36 within, 0x5c without.
    secret bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    inner_key bytea := '';
    outer_key bytea := '';
    clips jsonb;
    head jsonb;
    rows text;
begin
    for place in 0..63 loop
        inner_key := inner_key
            || decode(lpad(to_hex(case when place < 32 then get_byte(secret, place) else 0 end # 54), 2, '0'), 'hex');
        outer_key := outer_key
            || decode(lpad(to_hex(case when place < 32 then get_byte(secret, place) else 0 end # 92), 2, '0'), 'hex');
    end loop;
    delete from round_voters where season_id = slot.season_id and slot_position = slot.position;
    insert into round_voters (season_id, slot_position, voter_key, pseudonym)
    select slot.season_id, slot.position, voters.voter_key,
        left(
            encode(sha256(outer_key || sha256(inner_key || convert_to(voters.voter_key, 'UTF8'))), 'hex'), 24
        )
    from (
        select distinct voter_key
        from votes
        where season_id = slot.season_id and slot_position = slot.position
            and (voided_at is null or void_id is not null)
    ) voters
    order by 4;

    select jsonb_agg(
        jsonb_build_object(
            'competed', listed.competed, 'id', listed.id, 'n', listed.n,
            'uploadedAt', to_char(listed.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        )
        order by listed.n
    )
    into clips
    from (
        select clips.id, clips.created_at, results.clip_id is not null as competed,
            row_number() over (order by clips.created_at, clips.id) as n
        from tournament_clips clips
        left join slot_results results
            on results.clip_id = clips.id
            and results.season_id = slot.season_id
            and results.slot_position = slot.position
            and results.superseded_at is null
        where results.clip_id is not null
            or clips.id in (
                select distinct clip_id
                from votes
                where season_id = slot.season_id and slot_position = slot.position
                    and (voided_at is null or void_id is not null)
            )
    ) listed;

    select tally_head(slot, 'round', number, previous) || jsonb_build_object(
        'clips', clips,
        'closedAt', rfc3339(max(results.closed_at)),
        'interventions', tally_interventions(slot.season_id, slot.position, 0),
        'lockedAt', rfc3339(slot.locked_at),
        'openedAt', rfc3339(min(results.opened_at)),
        'results', jsonb_agg(
            jsonb_build_object(
                'clip', listed.n, 'rank', results.rank, 'score', results.weighted_score, 'votes', results.vote_count
            )
            order by results.rank
        ),
        'rules', jsonb_build_object('order', jsonb_build_array('score', 'votes', 'uploadedAt', 'id'))
    )
    into head
    from slot_results results
    join jsonb_to_recordset(clips) as listed (id uuid, n int) on listed.id = results.clip_id
    where results.season_id = slot.season_id and results.slot_position = slot.position
        and results.superseded_at is null;

    select string_agg(line, ',' order by line collate "C")
    into rows
    from tally_rows(slot.season_id, slot.position, clips);
    perform append_tally(
        slot, 'round',
        left(canonical_json(head), -1) || ',"votes":[' || coalesce(rows, '') || '],"winner":"' || slot.winner_clip_id
            || '"}',
        number, previous
    );
end
$$;

-- Appends what was done to a round after its export: the interventions, the votes whose standing has changed against
-- the export, and what they all add up to now. The result itself stays.
create or replace function write_correction(slot story_slots, number int, previous text)
returns void
language plpgsql
as $$
declare
    corrected round_tallies;
    clips jsonb;
    changes text;
    recount jsonb;
    seen bigint;
begin
    select *
    into strict corrected
    from round_tallies
    where season_id = slot.season_id and slot_position = slot.position and kind = 'round'
    order by round_tallies.number desc
    limit 1;
    select max(last_intervention)
    into seen
    from round_tallies
    where season_id = slot.season_id and slot_position = slot.position;
    clips := corrected.document::jsonb -> 'clips';

    with now_so as materialized (
        select * from tally_rows(slot.season_id, slot.position, clips)
    ), changed as (
        select line from now_so
        except all
        select replace(element::text, ', ', ',')
        from jsonb_array_elements(corrected.document::jsonb -> 'votes') elements (element)
    )
    select (select string_agg(line, ',' order by line collate "C") from changed),
        (
            select jsonb_agg(
                jsonb_build_object('clip', listed.n, 'score', counted.score, 'votes', counted.votes)
                order by listed.n
            )
            from jsonb_to_recordset(clips) as listed (n int, competed boolean)
            cross join lateral (
                select coalesce(sum(now_so.weight), 0)::int as score, coalesce(sum(now_so.casts), 0)::int as votes
                from now_so
                where now_so.clip = listed.n and not now_so.is_void
            ) counted
            where listed.competed
        )
    into changes, recount;

    perform append_tally(
        slot, 'correction',
        '{"changes":[' || coalesce(changes, '') || '],' || substr(
            canonical_json(
                tally_head(slot, 'correction', number, previous) || jsonb_build_object(
                    'corrects', corrected.hash,
                    'interventions', tally_interventions(slot.season_id, slot.position, seen),
                    'recount', recount,
                    'winner', slot.winner_clip_id
                )
            ),
            2
        ),
        number, previous
    );
end
$$;

-- Exports every closed round that is not exported yet, in the order in which they closed, and appends the corrections
-- that are due. Of one season or, without one, of all. Returns how many documents were written.
create or replace function write_tallies(of_season uuid default null)
returns int
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    slot story_slots;
    number int;
    previous text;
    written int := 0;
    is_exported boolean;
begin
    -- A chain has one writer at a time.
    perform pg_advisory_xact_lock(hashtextextended('dailies.tallies', 0));
    for slot in
        select story_slots.*
        from story_slots
        where story_slots.status = 'locked' and (of_season is null or story_slots.season_id = of_season)
            and coalesce(
                (
                    select max(interventions.id)
                    from round_interventions interventions
                    where interventions.season_id = story_slots.season_id
                        and interventions.slot_position = story_slots.position
                ),
                0
            ) > coalesce(
                (
                    select max(last_intervention)
                    from round_tallies tallies
                    where tallies.season_id = story_slots.season_id
                        and tallies.slot_position = story_slots.position
                        and tallies.locked_at = story_slots.locked_at
                ),
                -1
            )
            and exists (
                select from slot_results results
                where results.season_id = story_slots.season_id
                    and results.slot_position = story_slots.position
                    and results.superseded_at is null
            )
        order by story_slots.season_id, story_slots.locked_at, story_slots.position
    loop
        select tallies.number, tallies.hash
        into number, previous
        from round_tallies tallies
        where tallies.season_id = slot.season_id
        order by tallies.number desc
        limit 1;
        number := coalesce(number, 0) + 1;
        is_exported := exists (
            select from round_tallies tallies
            where tallies.season_id = slot.season_id and tallies.slot_position = slot.position
                and tallies.kind = 'round' and tallies.locked_at = slot.locked_at
        );
        if is_exported then
            perform write_correction(slot, number, previous);
        else
            perform write_round(slot, number, previous);
        end if;
        written := written + 1;
    end loop;
    if written > 0 then
        perform announce_change('film', 'tally_written');
    end if;
    return written;
end
$$;

-- Puts the job into the queue that writes what is due. One that runs already may have looked before this change.
create or replace function ask_for_tallies()
returns void
language sql
as $$
    select enqueue_job('write_tallies', job_unique_key => 'write_tallies', job_on_conflict => 'replace');
$$;

-- What voters see of their own votes in an exported round: whoever holds the key of one sees that one.
create or replace function receipt_of(of_season uuid, of_slot int, keys text[])
returns table (
    pseudonym text, clip_id uuid, title text, casts int, weight int, is_void boolean, cast_at timestamptz
)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select voters.pseudonym, votes.clip_id, clips.title, votes.casts, votes.weight, votes.voided_at is not null,
        date_trunc('minute', votes.created_at)
    from round_voters voters
    join votes
        on votes.season_id = voters.season_id
        and votes.slot_position = voters.slot_position
        and votes.voter_key = voters.voter_key
    join tournament_clips clips on clips.id = votes.clip_id
    where voters.season_id = of_season and voters.slot_position = of_slot and voters.voter_key = any (keys)
        and (votes.voided_at is null or votes.void_id is not null)
    order by voters.pseudonym, votes.created_at, votes.clip_id
    limit 1000;
$$;

revoke all on function tally_rows(uuid, int, jsonb), append_tally(story_slots, text, text, int, text) from public;
revoke all on function write_round(story_slots, int, text), write_correction(story_slots, int, text) from public;
revoke all on function write_tallies(uuid), ask_for_tallies(), receipt_of(uuid, int, text[]) from public;
grant execute on function write_tallies(uuid) to dailies_jobs;
grant execute on function receipt_of(uuid, int, text[]) to dailies_web, dailies_jobs;
