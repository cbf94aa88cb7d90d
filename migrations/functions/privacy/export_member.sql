-- A row for the person it is about: names as the API writes them, without columns that only prove an identity.
create or replace function export_row(kept jsonb)
returns jsonb
language sql
immutable
as $$
    select coalesce(
        jsonb_object_agg(
            (
                select string_agg(case ordinality when 1 then part else initcap(part) end, '' order by ordinality)
                from string_to_table(here.key, '_') with ordinality parts (part, ordinality)
            ),
            here.value
        ),
        '{}'
    )
    from jsonb_each(kept) here
    where here.key !~ '(^|_)(token|secret|password|hash|user_id|verifier|nonce)($|_)';
$$;

-- The rows of every table that refers to a member by `on delete cascade` and has no section of its own: such rows are
-- the person's own, so a table that is added later is exported without a change here.
create or replace function export_other_tables(member uuid)
returns jsonb
language plpgsql
stable
set search_path = public, pg_temp
as $$
declare
    shown constant text[] := array[
        'sessions', 'api_keys', 'uploads', 'member_preferences', 'username_history', 'moderation_cases',
        'statements_of_reasons', 'follows', 'user_blocks'
    ];
    reference record;
    rows jsonb;
    collected jsonb := '{}';
begin
    for reference in
        select tables.relname, constraints.conrelid::regclass as place, columns.attname
        from pg_constraint constraints
        join pg_attribute columns
            on columns.attrelid = constraints.conrelid and columns.attnum = constraints.conkey[1]
        join pg_class tables on tables.oid = constraints.conrelid
        where constraints.contype = 'f' and constraints.confrelid = 'users'::regclass
            and constraints.confdeltype = 'c' and not tables.relispartition
            and tables.relname <> all (shown)
        order by tables.relname
    loop
        execute format(
            'select jsonb_agg(export_row(to_jsonb(here))) from %s here where here.%I = $1',
            reference.place, reference.attname
        )
        into rows
        using member;
        if rows is not null then
            collected := collected || export_row(jsonb_build_object(reference.relname, rows));
        end if;
    end loop;
    return collected;
end
$$;

-- A member's votes, season by season, so that each is looked up by its key.
create or replace function votes_of_member(member uuid)
returns setof votes
language plpgsql
stable
set search_path = public, pg_temp
set enable_seqscan = off
as $$
begin
    return query
    select votes.*
    from story_slots slots
    join votes on votes.season_id = slots.season_id and votes.slot_position = slots.position
        and votes.voter_key = 'user_' || member and votes.voided_at is null;
    return query
    select * from votes where voter_key = 'user_' || member and voided_at is not null;
end
$$;

-- What a member was shown, looked up in the same way.
create or replace function views_of_member(member uuid)
returns setof clip_views
language sql
stable
set search_path = public, pg_temp
set enable_seqscan = off
as $$
    select shown.*
    from story_slots slots
    join clip_views shown on shown.season_id = slots.season_id and shown.slot_position = slots.position
        and shown.voter_key = 'user_' || member;
$$;

-- All data about a member, as one document; null when there is no such member.
create or replace function export_member(member uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = public, pg_temp
as $$
begin
    return (
        select jsonb_build_object(
            'exportedAt', rfc3339(dailies_now()),
            'profile', jsonb_build_object(
                'id', users.id, 'username', users.username, 'email', users.email, 'role', users.role,
                'avatarUrl', '/api/avatar/' || users.avatar_seed, 'bannedAt', rfc3339(users.banned_at),
                'banReason', users.ban_reason, 'ageConfirmedAt', rfc3339(users.age_confirmed_at),
                'usernameChangedAt', rfc3339(users.username_changed_at),
                'ownClipsSeenAt', rfc3339(users.clips_seen_at), 'createdAt', rfc3339(users.created_at),
                'updatedAt', rfc3339(users.updated_at), 'followerCount', users.follower_count
            ),
            'preferences', (
                select jsonb_build_object('sound', sound, 'motion', motion, 'updatedAt', rfc3339(updated_at))
                from member_preferences
                where user_id = member
            ),
            'formerUsernames', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object('username', username, 'givenUpAt', rfc3339(given_up_at)) order by given_up_at
                    ),
                    '[]'
                )
                from username_history
                where user_id = member
            ),
            'sessions', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'createdAt', rfc3339(created_at), 'authenticatedAt', rfc3339(authenticated_at),
                            'lastSeenAt', rfc3339(last_seen_at), 'expiresAt', rfc3339(expires_at),
                            'userAgent', user_agent
                        )
                        order by created_at
                    ),
                    '[]'
                )
                from sessions
                where user_id = member
            ),
            'apiKeys', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'id', id, 'name', name, 'scopes', scopes, 'createdAt', rfc3339(created_at),
                            'lastUsedAt', rfc3339(last_used_at), 'expiresAt', rfc3339(expires_at),
                            'revokedAt', rfc3339(revoked_at), 'tier', tier, 'limits', limits,
                            'days', key_usage(id, '-infinity')
                        )
                        order by created_at
                    ),
                    '[]'
                )
                from api_keys
                where user_id = member
            ),
            'uploads', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'id', id, 'fileName', file_name, 'contentType', content_type, 'sizeBytes', size_bytes,
                            'createdAt', rfc3339(created_at), 'expiresAt', rfc3339(expires_at),
                            'registeredAt', rfc3339(registered_at), 'checkStartedAt', rfc3339(check_started_at),
                            'checkNote', check_note, 'purpose', purpose, 'originModel', origin_model,
                            'originAt', rfc3339(origin_at)
                        )
                        order by created_at
                    ),
                    '[]'
                )
                from uploads
                where user_id = member
            ),
            'clips', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'id', clips.id, 'seasonId', clips.season_id, 'slot', clips.slot_position,
                            'title', clips.title, 'description', clips.description, 'genre', clips.genre,
                            'aiGenerated', clips.ai_generated, 'status', clips.status,
                            'rejectionReason', clips.rejection_reason, 'processing', clips.processing,
                            'processingError', clips.processing_error, 'originalFile', clips.original_key,
                            'videoFile', clips.video_key, 'posterFile', clips.poster_key,
                            'durationSeconds', clips.duration_ms / 1000.0, 'captions', clips.captions, 'voteCount', clips.vote_count,
                            'weightedScore', clips.weighted_score, 'viewCount', clips.view_count,
                            'rightsConfirmedAt', rfc3339(clips.rights_confirmed_at),
                            'consentConfirmedAt', rfc3339(clips.consent_confirmed_at),
                            'licenceAcceptedAt', rfc3339(clips.licence_accepted_at),
                            'termsVersion', clips.terms_version,
                            'width', clips.width, 'height', clips.height, 'rounds', clips.rounds,
                            'createdAt', rfc3339(clips.created_at), 'decidedAt', rfc3339(clips.decided_at),
                            'activatedAt', rfc3339(clips.activated_at),
                            'withdrawnAt', rfc3339(clips.creator_withdrew_at),
                            'suspendedAt', rfc3339(clips.withdrawn_at),
                            'results', (
                                select coalesce(
                                    jsonb_agg(
                                        jsonb_build_object(
                                            'seasonId', season_id, 'slot', slot_position, 'rank', rank, 'won', won,
                                            'voteCount', vote_count, 'weightedScore', weighted_score,
                                            'closedAt', rfc3339(closed_at)
                                        )
                                        order by closed_at
                                    ),
                                    '[]'
                                )
                                from slot_results
                                where clip_id = clips.id
                            )
                        )
                        order by clips.created_at
                    ),
                    '[]'
                )
                from tournament_clips clips
                where clips.user_id = member
            ),
            'battles', battles_of_member(member),
            'votes', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'seasonId', season_id, 'slot', slot_position, 'clipId', clip_id, 'casts', casts,
                            'weight', weight, 'kinds', kinds, 'flags', flags, 'deviceKey', device_key,
                            'cookieKey', encode(voter_cookie, 'hex'), 'networkOfTheDay', encode(network, 'hex'),
                            'voidedAt', rfc3339(voided_at), 'createdAt', rfc3339(created_at),
                            'updatedAt', rfc3339(updated_at)
                        )
                        order by created_at
                    ),
                    '[]'
                )
                from votes_of_member(member)
            ),
            'voteDays', (
                select coalesce(
                    jsonb_agg(jsonb_build_object('day', day, 'casts', casts, 'attempts', attempts) order by day),
                    '[]'
                )
                from voter_days
                where voter_key = 'user_' || member
            ),
            'views', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'seasonId', shown.season_id, 'slot', shown.slot_position, 'clipId', viewed.clip_id,
                            'viewedAt', rfc3339(shown.viewed_at)
                        )
                        order by shown.viewed_at, viewed.place
                    ),
                    '[]'
                )
                from views_of_member(member) shown
                cross join unnest(shown.clip_ids) with ordinality viewed (clip_id, place)
            ),
            'captchaPassUntil', (
                select rfc3339(expires_at) from captcha_passes where voter_key = 'user_' || member
            ),
            'audit', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'happenedAt', rfc3339(happened_at), 'byYou', actor_id is not distinct from member,
                            'action', action, 'subjectKind', subject_kind, 'subjectId', subject_id, 'reason', reason,
                            'before', before, 'after', after
                        )
                        order by id
                    ),
                    '[]'
                )
                from audit_log
                where actor_id = member or subject_id = member::text
                    or subject_kind = 'clip' and subject_id in (
                        select id::text from tournament_clips where user_id = member
                    )
            ),
            'decisions', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'id', id, 'action', action, 'clipId', clip_id, 'clipTitle', clip_title,
                            'commentId', comment_id, 'commentText', comment_text, 'rule', rule,
                            'reason', reason, 'isAutomated', is_automated, 'decidedAt', rfc3339(decided_at),
                            'endedAt', rfc3339(ended_at), 'appeal', appeal, 'appealedAt', rfc3339(appealed_at),
                            'appealOutcome', appeal_outcome, 'appealAnswer', appeal_answer,
                            'appealDecidedAt', rfc3339(appeal_decided_at)
                        )
                        order by decided_at
                    ),
                    '[]'
                )
                from statements_of_reasons
                where user_id = member
            ),
            'reports', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'createdAt', rfc3339(reports.created_at), 'clipId', cases.clip_id,
                            'commentId', cases.comment_id, 'memberId', cases.member_id, 'reason', reports.reason, 'description', reports.details,
                            'state', reports.state, 'answeredAt', rfc3339(reports.answered_at), 'answer', reports.answer
                        )
                        order by reports.id
                    ),
                    '[]'
                )
                from reports
                join moderation_cases cases on cases.id = reports.case_id
                where reports.reporter_id = member
            ),
            'comments', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'id', id, 'clipId', clip_id, 'comparisonId', comparison_id, 'parentId', parent_id,
                            'text', text, 'state', state, 'likes', like_count, 'createdAt', rfc3339(created_at),
                            'deletedAt', rfc3339(deleted_at)
                        )
                        order by created_at, id
                    ),
                    '[]'
                )
                from comments
                where user_id = member
            ),
            -- Only whom the member has blocked: who has blocked the member is for those who did.
            'blockedMembers', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object('userId', blocked_id, 'blockedAt', rfc3339(created_at)) order by created_at
                    ),
                    '[]'
                )
                from user_blocks
                where user_id = member
            ),
            'messages', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'createdAt', rfc3339(created_at), 'name', name, 'email', email, 'subject', subject,
                            'message', message
                        )
                        order by id
                    ),
                    '[]'
                )
                from contact_messages
                where user_id = member
            ),
            'following', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object('username', people.username, 'since', rfc3339(follows.created_at))
                        order by follows.created_at, people.id
                    ),
                    '[]'
                )
                from follows
                join users people on people.id = follows.followed_id
                where follows.follower_id = member
            ),
            'followers', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object('username', people.username, 'since', rfc3339(follows.created_at))
                        order by follows.created_at, people.id
                    ),
                    '[]'
                )
                from follows
                join users people on people.id = follows.follower_id
                where follows.followed_id = member
            ),
            'invitations', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'invitedByYou', referrals.referrer_id is not distinct from member,
                            'username', people.username, 'joinedAt', rfc3339(referrals.joined_at),
                            -- When the newcomer votes is the newcomer's own.
                            'firstVotedOn', case when referrals.referred_id = member then referrals.first_voted_on end,
                            'countedAt', rfc3339(referrals.counted_at)
                        )
                        order by referrals.id
                    ),
                    '[]'
                )
                from referrals
                left join users people
                    on people.id = case when referrals.referrer_id = member then referrals.referred_id
                        else referrals.referrer_id end
                where member in (referrals.referrer_id, referrals.referred_id)
            ),
            'other', export_other_tables(member)
        )
        from users
        where users.id = member
    );
end
$$;

revoke all on function
    export_row(jsonb),
    export_other_tables(uuid),
    votes_of_member(uuid),
    views_of_member(uuid),
    export_member(uuid)
    from public;
grant execute on function export_member(uuid) to dailies_web, dailies_jobs;
