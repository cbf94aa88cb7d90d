-- Votes for the videos of public comparisons.

-- Casts votes and takes votes back, a batch at a time; no two items have the same video and voter. A vote counts once for
-- its voter's key and once for the browser's cookie, and the visitors of one network give a video `network_votes` at most.
-- Outcomes, in the order of the items: done, repeated, not_voted, video_not_found, network_full; with the votes that the
-- video has afterwards.
drop function if exists change_video_votes(uuid[], text[], text[], text[], uuid[], text[], boolean[]);
create or replace function change_video_votes(
    video_ids uuid[],
    voter_keys text[],
    device_keys text[],
    cookies text[],
    members uuid[],
    networks text[],
    undoes boolean[],
    network_votes int
)
returns table (outcome text, votes int)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    shown uuid[];
    changed bigint[];
    full_places bigint[];
begin
    perform
    from comparison_videos
    where generation_id = any (video_ids)
    order by generation_id
    for no key update;
    shown := array(
        select generations.id
        from generations
        where generations.id = any (video_ids) and generations.status = 'completed'
            and is_in_public_comparison(generations.id)
    );
    -- The video's row is locked, so no other statement adds to what is counted here.
    select array_agg(place) into full_places
    from (
        select asked.place,
            row_number() over (partition by asked.video_id, asked.network order by asked.place) + (
                select count(*)
                from (
                    select
                    from video_votes
                    where video_votes.video_id = asked.video_id and video_votes.network = asked.network
                        and video_votes.user_id is null
                    limit network_votes
                ) kept
            ) > network_votes as is_full
        from unnest(video_ids, voter_keys, cookies, members, networks, undoes) with ordinality
            asked (video_id, voter_key, cookie, member, network, undo, place)
        where not asked.undo and asked.member is null and not exists (
            select
            from video_votes
            where video_votes.video_id = asked.video_id
                and (video_votes.voter_key = asked.voter_key or video_votes.cookie_hash = asked.cookie)
        )
    ) visitors
    where is_full;
    with asked as (
        select *
        from unnest(video_ids, voter_keys, device_keys, cookies, members, networks, undoes) with ordinality
            given (video_id, voter_key, device_key, cookie, member, network, undo, place)
    ),
    taken as (
        delete from video_votes
        using asked
        where asked.undo and video_votes.video_id = asked.video_id
            and (video_votes.voter_key = asked.voter_key or video_votes.cookie_hash = asked.cookie)
        returning asked.place
    ),
    given as (
        insert into video_votes (video_id, voter_key, device_key, cookie_hash, user_id, network, created_at)
        select video_id, voter_key, device_key, cookie, member, network, dailies_now()
        from asked
        where not undo and video_id = any (shown) and (place = any (full_places)) is not true
        order by place
        on conflict do nothing
        returning video_id, voter_key
    )
    select array_agg(place) into changed
    from (
        select place
        from taken
        union all
        select asked.place
        from given
        join asked on asked.video_id = given.video_id and asked.voter_key = given.voter_key and not asked.undo
    ) done;
    return query
    select
        case
            when asked.place = any (changed) then 'done'
            when asked.undo then 'not_voted'
            when asked.place = any (full_places) and asked.video_id = any (shown) then 'network_full'
            when asked.video_id = any (shown) then 'repeated'
            else 'video_not_found'
        end,
        coalesce(videos.vote_count, 0)
    from unnest(video_ids, undoes) with ordinality asked (video_id, undo, place)
    left join comparison_videos videos on videos.generation_id = asked.video_id
    order by asked.place;
end
$$;

-- The videos of a comparison for which a voter has voted.
create or replace function own_video_votes(wanted uuid, voter text, cookie text)
returns setof uuid
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select video_votes.video_id
    from comparison_videos videos
    join video_votes on video_votes.video_id = videos.generation_id
    where videos.comparison_id = wanted and (video_votes.voter_key = voter or video_votes.cookie_hash = cookie);
$$;

revoke all on function
    change_video_votes(uuid[], text[], text[], text[], uuid[], text[], boolean[], int),
    own_video_votes(uuid, text, text)
    from public;
grant execute on function
    change_video_votes(uuid[], text[], text[], text[], uuid[], text[], boolean[], int),
    own_video_votes(uuid, text, text)
    to dailies_web, dailies_jobs;
