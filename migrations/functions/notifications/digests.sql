-- When the next digest is due: at 07:00 UTC, each day or each Monday.
create or replace function next_digest(frequency text, after timestamptz)
returns timestamptz
language sql
immutable
set search_path = public, pg_temp
as $$
    select case frequency
        when 'daily' then date_trunc('day', after - interval '7 hours', 'UTC') + interval '1 day 7 hours'
        when 'weekly' then date_trunc('week', after - interval '7 hours', 'UTC') + interval '7 days 7 hours'
    end;
$$;

-- What a member wants mailed, with the member's address; one row.
create or replace function find_digest(member uuid)
returns table (address text, frequency text, comparisons boolean, winners boolean)
language sql
stable
security definer
set search_path = public, pg_temp
as $$
    select users.email, coalesce(choices.frequency, 'off'), coalesce(choices.comparisons, true),
        coalesce(choices.winners, true)
    from users
    left join digest_choices choices on choices.user_id = users.id
    where users.id = member;
$$;

-- Saves what a member wants mailed; null leaves a choice as it is. A digest that is turned on says what happens from then
-- on. Outcomes: saved; no_address, when nothing can be mailed to the member.
create or replace function save_digest(
    member uuid,
    new_frequency text,
    new_comparisons boolean,
    new_winners boolean
)
returns text
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := dailies_now();
begin
    if new_frequency <> 'off' and not exists (select from users where id = member and email is not null) then
        return 'no_address';
    end if;
    insert into digest_choices as kept (user_id, frequency, comparisons, winners, covered_until, due_at)
    values (
        member, coalesce(new_frequency, 'off'), coalesce(new_comparisons, true), coalesce(new_winners, true), moment,
        next_digest(coalesce(new_frequency, 'off'), moment)
    )
    on conflict (user_id) do update
    set frequency = coalesce(new_frequency, kept.frequency),
        comparisons = coalesce(new_comparisons, kept.comparisons),
        winners = coalesce(new_winners, kept.winners),
        covered_until = case when kept.frequency = 'off' then moment else kept.covered_until end,
        pending_until = case when kept.frequency = 'off' then null else kept.pending_until end,
        due_at = case
            when new_frequency is null or new_frequency = kept.frequency then kept.due_at
            else next_digest(new_frequency, moment)
        end;
    return 'saved';
end
$$;

-- Ends the mails of digests to a member, as the link in each of them does; false for an unknown member.
create or replace function end_digests(member uuid)
returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
begin
    update digest_choices
    set frequency = 'off',
        due_at = null,
        pending_until = null
    where user_id = member;
    return exists (select from users where id = member and left_at is null);
end
$$;

-- Claims a digest that is due, for five minutes. A digest that was tried before says the same again. What is less than a
-- minute old is for the next one: its transaction may not have ended.
create or replace function claim_digest()
returns table (
    member uuid,
    address text,
    username text,
    frequency text,
    comparisons boolean,
    winners boolean,
    since timestamptz,
    until timestamptz
)
language plpgsql
set search_path = public, pg_temp
as $$
begin
    return query
    update digest_choices choices
    set pending_until = coalesce(
            choices.pending_until, greatest(choices.covered_until, dailies_now() - interval '1 minute')
        ),
        claimed_until = dailies_now() + interval '5 minutes'
    from users
    where users.id = choices.user_id and choices.user_id = (
        select due.user_id
        from digest_choices due
        where due.due_at <= dailies_now() and (due.claimed_until is null or due.claimed_until < dailies_now())
        order by due.due_at, due.user_id
        limit 1
        for update skip locked
    )
    returning choices.user_id, case when users.banned_at is null then users.email end, users.username,
        choices.frequency, choices.comparisons, choices.winners, choices.covered_until, choices.pending_until;
end
$$;

-- Notes that a digest was sent, or had nothing to say.
create or replace function finish_digest(wanted uuid)
returns void
language sql
set search_path = public, pg_temp
as $$
    update digest_choices
    set covered_until = pending_until,
        pending_until = null,
        claimed_until = null,
        due_at = next_digest(frequency, dailies_now())
    where user_id = wanted and pending_until is not null;
$$;

-- Gives a claimed digest back, to be sent at the next try.
create or replace function release_digest(wanted uuid)
returns void
language sql
set search_path = public, pg_temp
as $$
    update digest_choices
    set claimed_until = null
    where user_id = wanted;
$$;

-- Takes of creators whom a member follows that were cut into a film in a time.
create or replace function followed_winners(member uuid, since timestamptz, until timestamptz, row_limit int)
returns table (clip_id uuid, title text, username text, slot_position int, season text)
language sql
stable
set search_path = public, pg_temp
as $$
    select clips.id, clips.title, makers.username, slots.position, seasons.label
    from story_slots slots
    join seasons on seasons.id = slots.season_id
    join tournament_clips clips on clips.id = slots.winner_clip_id and clips.status = 'locked'
    join users makers on makers.id = clips.user_id
    join follows on follows.followed_id = makers.id and follows.follower_id = member
    where slots.status = 'locked' and slots.locked_at > since and slots.locked_at <= until
    order by slots.locked_at
    limit row_limit;
$$;

-- Notifications of the kinds that a member wants mailed, from a time, which the member has not read on the site.
create or replace function mailed_notifications(member uuid, since timestamptz, until timestamptz, row_limit int)
returns table (id bigint, kind text, facts jsonb, created_at timestamptz, actor_name text)
language sql
stable
set search_path = public, pg_temp
as $$
    select rows.id, rows.kind, rows.facts, rows.created_at, actors.username
    from (
        select own.id, own.kind, own.facts, own.created_at, own.actor_user_id
        from notifications own
        where own.user_id = member and own.read_at is null and own.created_at > since and own.created_at <= until
        union all
        select news.id, news.kind, news.facts, news.created_at, null
        from notifications news
        left join notification_marks marks on marks.user_id = member
        where news.user_id is null and news.created_at > since and news.created_at <= until
            and news.id > coalesce(marks.read_until, 0) and not coalesce(news.id = any (marks.read_ids), false)
    ) rows
    join notification_choices choices
        on choices.user_id = member and choices.kind = rows.kind and choices.email
    left join users actors on actors.id = rows.actor_user_id and actors.left_at is null
    order by rows.id desc
    limit row_limit;
$$;

-- Notifies the followers of a finished season's winners, some at a time, from the follower after `after`. Returns the last
-- one; null when all are notified.
create or replace function notify_followers_of_season(of_season uuid, after uuid, batch int)
returns uuid
language plpgsql
set search_path = public, pg_temp
as $$
declare
    follower record;
    last uuid;
    season constant text := (select label from seasons where id = of_season and status = 'finished');
begin
    if season is null then
        return null;
    end if;
    for follower in
        select follows.follower_id as id, min(makers.username) as name, count(distinct makers.id)::int as makers
        from story_slots slots
        join tournament_clips clips on clips.id = slots.winner_clip_id and clips.status = 'locked'
        join users makers on makers.id = clips.user_id
        join follows on follows.followed_id = makers.id
        where slots.season_id = of_season and (after is null or follows.follower_id > after)
        group by follows.follower_id
        order by follows.follower_id
        limit batch
    loop
        perform notify_member(
            follower.id, 'system', 'finished ' || of_season,
            jsonb_build_object(
                'title', season || ' is finished',
                'text', case
                    when follower.makers > 1
                    then format('%s creators you follow made it into the film.', follower.makers)
                    else 'A creator you follow made it into the film.'
                end,
                'path', '/watch'
            )
        );
        last := follower.id;
    end loop;
    return last;
end
$$;

revoke all on function
    next_digest(text, timestamptz),
    find_digest(uuid),
    save_digest(uuid, text, boolean, boolean),
    end_digests(uuid),
    claim_digest(),
    finish_digest(uuid),
    release_digest(uuid),
    followed_winners(uuid, timestamptz, timestamptz, int),
    mailed_notifications(uuid, timestamptz, timestamptz, int),
    notify_followers_of_season(uuid, uuid, int)
from public;
grant execute on function
    find_digest(uuid),
    save_digest(uuid, text, boolean, boolean),
    end_digests(uuid)
to dailies_web, dailies_jobs;
grant execute on function
    next_digest(text, timestamptz),
    claim_digest(),
    finish_digest(uuid),
    release_digest(uuid),
    followed_winners(uuid, timestamptz, timestamptz, int),
    mailed_notifications(uuid, timestamptz, timestamptz, int),
    notify_followers_of_season(uuid, uuid, int)
to dailies_jobs;
