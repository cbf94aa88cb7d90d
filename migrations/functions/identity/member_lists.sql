-- What admins see of members. Addresses and the reasons of bans are private, so the web role reads them only through
-- these functions.

create or replace function administered_members(
    actor uuid,
    name_prefix text,
    wanted_role text,
    wanted_banned boolean,
    wanted_appeal boolean,
    sorted_by text,
    after_key text,
    after_id uuid,
    page_size int
)
returns table (
    id uuid,
    username text,
    email text,
    role text,
    avatar_seed text,
    banned_at timestamptz,
    ban_reason text,
    appealed_at timestamptz,
    created_at timestamptz,
    last_seen_at timestamptz,
    clip_count int,
    sort_key text
)
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
declare
    prefix constant text := replace(replace(replace(lower(name_prefix), '\', '\\'), '%', '\%'), '_', '\_') || '%';
    -- Each order follows an index; the cursor holds the same value as text.
    sorted constant text := case sorted_by
        when 'name' then 'coalesce(users.username, ''~'') collate "C"'
        else 'users.created_at'
    end;
    cursor_value constant text := case sorted_by
        when 'name' then '$6'
        else 'timestamptz ''epoch'' + $6::bigint * interval ''1 microsecond'''
    end;
    cursor_text constant text := case sorted_by
        when 'name' then sorted
        else '(extract(epoch from users.created_at) * 1000000)::bigint::text'
    end;
    direction constant text := case sorted_by when 'newest' then 'desc' else 'asc' end;
begin
    perform require_admin(actor);
    return query execute format(
        $query$
            select users.id, users.username, users.email, users.role, users.avatar_seed, users.banned_at,
                users.ban_reason, bans.appealed_at, users.created_at,
                (select max(sessions.last_seen_at) from sessions where sessions.user_id = users.id),
                (select count(*)::int from tournament_clips clips where clips.user_id = users.id),
                %5$s
            from users
            left join statements_of_reasons bans
                on bans.user_id = users.id and bans.action = 'ban' and bans.ended_at is null
            where ($1 is null or users.username like $1 or lower(users.email) like $1)
                and ($2 is null or users.role = $2)
                and ($3 is null or (users.banned_at is not null) = $3)
                and ($4 is null or (bans.appealed_at is not null and bans.appeal_outcome is null) = $4)
                and ($5 is null or (%1$s, users.id) %2$s (%3$s, $5))
            order by %1$s %4$s, users.id %4$s
            limit $7
        $query$,
        sorted, case direction when 'desc' then '<' else '>' end, cursor_value, direction, cursor_text
    )
    using prefix, wanted_role, wanted_banned, wanted_appeal, after_id, after_key, page_size;
end
$$;

-- How many votes of a member count, and how many of these are flagged. Slot by slot, each by the index of the voter's
-- key, so that the cost does not depend on how many others have voted.
create or replace function member_vote_counts(member uuid, out votes_cast int, out votes_flagged int)
language sql
stable
set search_path = public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
    select coalesce(sum(votes.casts), 0)::int,
        coalesce(sum(votes.casts) filter (where cardinality(votes.flags) > 0), 0)::int
    from story_slots slots
    join votes
        on votes.season_id = slots.season_id
        and votes.slot_position = slots.position
        and votes.voter_key = 'user_' || member
        and votes.voided_at is null
    where slots.status <> 'upcoming';
$$;

-- One member as admins see it; no row when there is none.
create or replace function administered_member(actor uuid, member uuid)
returns table (
    id uuid,
    username text,
    email text,
    role text,
    avatar_seed text,
    banned_at timestamptz,
    ban_reason text,
    appeal text,
    appealed_at timestamptz,
    created_at timestamptz,
    last_seen_at timestamptz,
    session_count int,
    clip_counts jsonb,
    vote_count int,
    flagged_vote_count int,
    former_names text[]
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
    select users.id, users.username, users.email, users.role, users.avatar_seed, users.banned_at, users.ban_reason,
        bans.appeal, bans.appealed_at, users.created_at,
        (select max(last_seen_at) from sessions where user_id = member),
        (select count(*)::int from sessions where user_id = member and expires_at > dailies_now()),
        (
            select coalesce(jsonb_object_agg(status, clips), '{}')
            from (select status, count(*) as clips from tournament_clips where user_id = member group by status) counted
        ),
        counts.votes_cast, counts.votes_flagged,
        array(
            select former.username
            from username_history former
            where former.user_id = member
            order by former.given_up_at desc
            limit 20
        )
    from users
    left join statements_of_reasons bans
        on bans.user_id = users.id and bans.action = 'ban' and bans.ended_at is null
    cross join lateral member_vote_counts(member) counts
    where users.id = member;
end
$$;

revoke all on function
    administered_members(uuid, text, text, boolean, boolean, text, text, uuid, int),
    member_vote_counts(uuid),
    administered_member(uuid, uuid)
    from public;
grant execute on function
    administered_members(uuid, text, text, boolean, boolean, text, text, uuid, int),
    administered_member(uuid, uuid)
    to dailies_web, dailies_jobs;
