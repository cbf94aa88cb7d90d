-- The pseudonym of each voter in a closed round. The key that made them is gone; this lets voters find their own.
create table round_voters (
    season_id uuid not null references seasons on delete cascade,
    slot_position int not null,
    voter_key text collate "C" not null,
    pseudonym text collate "C" not null,
    constraint round_voters_pkey primary key (season_id, slot_position, voter_key),
    constraint round_voters_pseudonym_form check (pseudonym ~ '^[0-9a-f]{24}$')
);

-- The exports of closed rounds, each chained to the one before by its hash. `document` holds the exact bytes that are
-- hashed.
create table round_tallies (
    season_id uuid not null references seasons on delete cascade,
    number int not null,
    slot_position int not null,
    kind text not null,
    locked_at timestamptz not null,
    last_intervention bigint not null,
    document text not null,
    previous_hash text,
    hash text not null,
    written_at timestamptz not null,
    constraint round_tallies_pkey primary key (season_id, number),
    constraint round_tallies_kind_known check (kind in ('round', 'correction')),
    constraint round_tallies_chained check ((number = 1) = (previous_hash is null) and number > 0),
    constraint round_tallies_hash_of_document check (hash = encode(sha256(convert_to(document, 'UTF8')), 'hex'))
);
create index round_tallies_slot on round_tallies (season_id, slot_position, number);
-- A closing is exported once.
create unique index round_tallies_once on round_tallies (season_id, slot_position, locked_at) where kind = 'round';

create function refuse_tally_update()
returns trigger
language plpgsql
as $$
begin
    raise exception 'an export never changes' using errcode = 'insufficient_privilege';
end
$$;
create trigger round_tallies_never_change
    before update on round_tallies
    for each row execute function refuse_tally_update();
revoke all on function refuse_tally_update() from public;

grant select on round_tallies to dailies_web, dailies_jobs;
grant select on round_voters to dailies_jobs;
