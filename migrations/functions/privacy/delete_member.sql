-- Removes a member's votes and views from the rounds that are not decided, and the votes and views of others for clips
-- that leave with the member. The caller holds lock_film(); clips are locked in the order of their ids, as votes do.
create or replace function withdraw_from_open_rounds(member uuid, leaving uuid[])
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    member_key constant text := 'user_' || member;
begin
    perform
    from tournament_clips
    where id = any (leaving) or id in (
        select votes.clip_id
        from votes
        join story_slots slots on slots.season_id = votes.season_id and slots.position = votes.slot_position
        where slots.status <> 'locked' and votes.voter_key = member_key and votes.voided_at is null
        union
        select unnest(shown.clip_ids)
        from clip_views shown
        join story_slots slots on slots.season_id = shown.season_id and slots.position = shown.slot_position
        where slots.status <> 'locked' and shown.voter_key = member_key
    )
    order by id
    for update;

    with deleted as (
        delete from votes
        using story_slots slots
        where slots.status <> 'locked' and votes.season_id = slots.season_id and votes.slot_position = slots.position
            and votes.voter_key = member_key and votes.voided_at is null
        returning votes.season_id, votes.slot_position, votes.clip_id, votes.casts, votes.weight
    )
    update tournament_clips clips
    set vote_count = clips.vote_count - deleted.casts,
        weighted_score = clips.weighted_score - deleted.weight
    from deleted
    where clips.id = deleted.clip_id
        and (clips.season_id, clips.slot_position) = (deleted.season_id, deleted.slot_position);

    with deleted as (
        delete from clip_views shown
        using story_slots slots
        where slots.status <> 'locked' and shown.season_id = slots.season_id and shown.slot_position = slots.position
            and shown.voter_key = member_key
        returning shown.season_id, shown.slot_position, shown.clip_ids
    ), views as (
        select deleted.season_id, deleted.slot_position, viewed.clip_id, count(*)::int as count
        from deleted
        cross join unnest(deleted.clip_ids) viewed (clip_id)
        group by deleted.season_id, deleted.slot_position, viewed.clip_id
    )
    update tournament_clips clips
    set view_count = clips.view_count - views.count
    from views
    where clips.id = views.clip_id
        and (clips.season_id, clips.slot_position) = (views.season_id, views.slot_position);

    delete from votes
    using story_slots slots
    where slots.status <> 'locked' and votes.season_id = slots.season_id and votes.slot_position = slots.position
        and votes.clip_id = any (leaving);

    -- Views are stored by voter and not by clip, so this reads the whole open round. A clip that never competed
    -- was never shown.
    if exists (select from tournament_clips where id = any (leaving) and activated_at is not null) then
        delete from clip_views shown
        using story_slots slots
        where slots.status <> 'locked' and shown.season_id = slots.season_id and shown.slot_position = slots.position
            and shown.clip_ids <@ leaving;
        update clip_views shown
        set clip_ids = array(
                select viewed.clip_id
                from unnest(shown.clip_ids) with ordinality viewed (clip_id, place)
                where viewed.clip_id <> all (leaving)
                order by viewed.place
            )
        from story_slots slots
        where slots.status <> 'locked' and shown.season_id = slots.season_id and shown.slot_position = slots.position
            and shown.clip_ids && leaving;
    end if;
end
$$;

-- Replaces a member by the pseudonym in what stays: foreign keys without `cascade`, and columns that say who did
-- something. A column that may be null becomes null. A table whose rows are the person's own refers to `users` with `on
-- delete cascade` and needs nothing here; a table that knows the person by `voter_key` loses its rows.
create or replace function pseudonymize_references(member uuid, pseudonym uuid)
returns void
language plpgsql
set search_path = public, pg_temp
as $$
declare
    reference record;
begin
    for reference in
        select tables.oid::regclass as place, columns.attname, columns.attnotnull
        from pg_class tables
        join pg_attribute columns
            on columns.attrelid = tables.oid and columns.attnum > 0 and columns.atttypid = 'uuid'::regtype
        left join pg_constraint constraints
            on constraints.conrelid = tables.oid and constraints.contype = 'f'
            and constraints.confrelid = 'users'::regclass and constraints.conkey[1] = columns.attnum
        where tables.relkind in ('r', 'p') and not tables.relispartition and not columns.attisdropped
            and tables.relnamespace = 'public'::regnamespace
            and tables.oid <> all (array['votes'::regclass, 'audit_log'::regclass]::oid[])
            and (
                constraints.confdeltype in ('a', 'r')
                or constraints.oid is null and columns.attname ~ '(_by|^user_id|^member_id|^actor_id)$'
            )
    loop
        execute format('update %s set %I = $2 where %I = $1', reference.place, reference.attname, reference.attname)
        using member, case when reference.attnotnull then pseudonym end;
    end loop;
    for reference in
        select tables.oid::regclass as place
        from pg_class tables
        join pg_attribute columns on columns.attrelid = tables.oid and columns.attname = 'voter_key'
        where tables.relkind in ('r', 'p') and not tables.relispartition and not columns.attisdropped
            and tables.relnamespace = 'public'::regnamespace and tables.oid <> 'votes'::regclass
    loop
        execute format('delete from %s where voter_key = $1', reference.place) using 'user_' || member;
    end loop;
end
$$;

-- Deletes an account with all personal data. Clips in a film stay as those of a former member, votes that were counted
-- stay under a pseudonym that does not lead back to the member, and a job that is enqueued here deletes the files.
-- Outcomes: deleted, last_admin, unknown.
create or replace function delete_member(
    member uuid,
    remove_from_film boolean,
    out outcome text,
    out clips_kept int,
    out clips_removed int
)
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    moment constant timestamptz := dailies_now();
    pseudonym constant uuid := gen_random_uuid();
    person users;
    names text[];
    addresses text[];
    kept uuid[];
    ended uuid[];
    gone uuid[];
    sent_uploads uuid[];
    made_videos uuid[];
begin
    -- Of two admins who leave at once, and of one who leaves while another loses the rights, the second sees the first.
    perform from users where id = member or role = 'admin' order by id for no key update;
    select * into person from users where id = member;
    if person.id is null or person.left_at is not null then
        outcome := 'unknown';
        return;
    end if;
    if person.role = 'admin' and not exists (
        select from users where role = 'admin' and banned_at is null and id <> member
    ) then
        outcome := 'last_admin';
        return;
    end if;
    names := array(
        select distinct name
        from (
            select person.username as name
            union all
            select person.email
            union all
            select username from username_history where user_id = member
            union all
            select email from identities where user_id = member
        ) known
        where name is not null
    );
    addresses := array(select lower(name) from unnest(names) name where position('@' in name) > 0);

    -- Before the film is locked: votes take these two locks in this order, and decided rounds change no more.
    delete from rate_windows where position(member::text in key) > 0;
    perform settle_ranks();
    perform pseudonymize_votes(member, pseudonym);
    perform lock_film();
    perform pseudonymize_votes(member, pseudonym);
    perform pseudonymize_voids(member, pseudonym);

    select coalesce(array_agg(id) filter (where is_kept), '{}'),
        coalesce(array_agg(id) filter (where not is_kept and has_result), '{}'),
        coalesce(array_agg(id) filter (where not is_kept and not has_result), '{}')
    into kept, ended, gone
    from (
        select id, status = 'locked' as is_kept,
            exists (select from slot_results where clip_id = tournament_clips.id)
                -- Taken down, and a title card fills its place.
                or exists (select from story_slots where winner_clip_id = tournament_clips.id) as has_result
        from tournament_clips
        where user_id = member
    ) own;
    sent_uploads := array(select id from uploads where user_id = member);
    made_videos := array(
        select id
        from generations
        where user_id = member and not exists (
            select from comparison_videos where generation_id = generations.id
            union all
            select from comparison_reruns where generation_id = generations.id
        )
        union all
        select id
        from source_images
        where user_id = member and not exists (
            select from comparisons where source_image_id = source_images.id
        )
    );
    clips_kept := cardinality(kept);
    clips_removed := cardinality(ended) + cardinality(gone);

    perform withdraw_from_open_rounds(member, ended || gone);
    perform redact_audit_log(member, names, array(select unnest(kept || ended || gone)::text), gone::text[], pseudonym);
    perform redact_jobs(
        array(
            select member::text
            union all
            select unnest(addresses)
            union all
            select unnest(ended || gone)::text
        ),
        member, names, pseudonym
    );

    insert into users (id, created_at, updated_at, left_at)
    values (pseudonym, moment, moment, moment);
    -- Comparisons are the site's own.
    update source_images
    set user_id = pseudonym
    where user_id = member and id in (select source_image_id from comparisons);
    update generations
    set user_id = pseudonym
    where user_id = member
        and id in (
            select generation_id
            from comparison_videos
            union all
            select generation_id
            from comparison_reruns
        );
    delete from tournament_clips where id = any (gone);
    -- They contain reasons, and no clip of the member is decided again.
    delete from clip_decisions where clip_id = any (kept || ended);
    -- Of a clip that lost a round only its place in the result is kept.
    update tournament_clips
    set status = 'eliminated',
        title = 'Removed take',
        description = '',
        upload_id = null,
        rejection_reason = null,
        processing = 'ready',
        processing_error = null,
        original_key = null,
        video_key = null,
        poster_key = null,
        blurhash = null,
        perceptual_hash = null,
        captions = null,
        vote_count = 0,
        weighted_score = 0,
        view_count = 0
    where id = any (ended);
    if remove_from_film then
        insert into film_removals (clip_id, asked_at)
        select unnest(kept), moment;
    end if;
    -- That somebody is followed by the member is no news any more, and an invitation that did not count never will.
    delete from notifications where kind = 'follower' and actor_user_id = member;
    delete from referrals where referred_id = member and counted_at is null;
    -- Rows that name the member by an address and not by the id.
    perform forget_reports(member, kept, ended);
    -- What others were notified of holds the member's words.
    delete from notifications where actor_user_id = member;
    perform forget_comments(member);
    delete from contact_messages where user_id = member or lower(email) = any (addresses);
    delete from sign_in_links where lower(address) = any (addresses);
    delete from email_identity_links where lower(address) = any (addresses);
    perform pseudonymize_references(member, pseudonym);
    delete from users where id = member;
    begin
        delete from users where id = pseudonym;
    exception
        when foreign_key_violation then
            null; -- Something of the member stays, and refers to this row.
    end;

    if cardinality(ended || gone || sent_uploads || made_videos) > 0 then
        perform enqueue_job(
            'remove_media',
            jsonb_build_object('clips', to_jsonb(ended || gone || made_videos), 'uploads', to_jsonb(sent_uploads))
        );
    end if;
    perform write_audit(pseudonym, 'user.leave', 'user', pseudonym::text);
    perform settle_ranks();
    perform announce_change('sessions', 'user:' || member);
    perform announce_change('clips', 'left');
    outcome := 'deleted';
end
$$;

revoke all on function
    withdraw_from_open_rounds(uuid, uuid[]),
    pseudonymize_references(uuid, uuid),
    delete_member(uuid, boolean)
    from public;
grant execute on function delete_member(uuid, boolean) to dailies_web, dailies_jobs;
