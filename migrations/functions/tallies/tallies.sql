-- Appends a document to a season's chain.
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

-- Exports a closed round. Each voter gets a pseudonym under a key that is drawn here and stored nowhere.
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
    last_vote timestamptz;
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

    -- A round ends no earlier than its last vote, even when the machine's clock was set back in between.
    select max(created_at)
    into last_vote
    from votes
    where season_id = slot.season_id and slot_position = slot.position and (voided_at is null or void_id is not null);

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
        'closedAt', rfc3339(greatest(max(results.closed_at), last_vote)),
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

-- Appends what was done to a round after its export: the interventions, the votes that differ from the export, and the
-- new totals. The result itself stays.
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
-- that are due; of one season, or of all without one. Returns how many documents were written.
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

-- Enqueues the job that writes what is due. A job that runs already may have read before this change.
create or replace function enqueue_tallies()
returns void
language sql
as $$
    select enqueue_job('write_tallies', job_unique_key => 'write_tallies', job_on_conflict => 'replace');
$$;

revoke all on function
    append_tally(story_slots, text, text, int, text),
    write_round(story_slots, int, text),
    write_correction(story_slots, int, text),
    write_tallies(uuid),
    enqueue_tallies()
    from public;
grant execute on function write_tallies(uuid) to dailies_jobs;
