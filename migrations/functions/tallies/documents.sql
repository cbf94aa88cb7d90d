-- The one way to write a value as JSON (RFC 8785, for values without fractions): members by name, nothing between the
-- tokens. A program that parses an export and writes it in this way gets the bytes that are hashed.
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

-- A text as exports contain it: without control characters, which JSON writers encode differently.
create or replace function plain_text(value text)
returns text
language sql
immutable
as $$
    select regexp_replace(value, '[\x01-\x1f\x7f]+', ' ', 'g');
$$;

-- The votes of a closed round as rows of its export: minute, voter, number of the clip, casts, weight, whether voided.
-- `clips` is the export's list of clips. The order of the rows reveals nothing beyond their content.
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
    -- Not the votes of an earlier round of this slot, which had no result.
    where votes.season_id = of_season and votes.slot_position = of_slot
        and (votes.voided_at is null or votes.void_id is not null);
$$;

-- Interventions as exports contain them.
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

-- The first members of every document of a chain.
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

revoke all on function
    canonical_json(jsonb),
    plain_text(text),
    tally_rows(uuid, int, jsonb),
    tally_interventions(uuid, int, bigint),
    tally_head(story_slots, text, int, text)
    from public;
