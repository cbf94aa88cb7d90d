-- What voters see of their own votes in an exported round. Who has the key of a voter sees the votes of that voter.
create or replace function vote_receipts(of_season uuid, of_slot int, keys text[])
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

revoke all on function vote_receipts(uuid, int, text[]) from public;
grant execute on function vote_receipts(uuid, int, text[]) to dailies_web, dailies_jobs;
