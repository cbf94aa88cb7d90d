internal import FoundationEssentials
internal import Postgres

/// The demo season's past: rounds that were voted on and closed by the same functions as any other.
extension DemoSeason {
    static let audience = 140

    /// Activates the season, lets `locked` rounds go by, and leaves a fresh one open; all in one transaction.
    func open(_ season: UUID, clips: [UUID], locked: Int, roundSeconds: Int) throws {
        try database.transaction { connection in
            try connection.execute("select from activate_season(null, \(season))")
            try connection.execute("select from approve_clips(null, \(clips))")
            for slot in 1...max(1, locked) where locked > 0 {
                try vote(in: season, slot: slot, for: clips[slot - 1], on: connection)
                try connection.execute("select from advance_now(null)")
            }
            // Rounds of a day, so that the members who voted have days behind them.
            try backdate(season, locked: locked, roundSeconds: max(roundSeconds, 86_400), on: connection)
            // These votes were not cast, so the boards do not know them.
            try connection.execute("select forget_ranks()")
        }
    }

    /// An invented audience votes, and so do the creators, most of them in most rounds; everybody likes one clip better than
    /// the rest. Chance comes from the names alone, so that every installation has the same past.
    private func vote(in season: UUID, slot: Int, for favourite: UUID, on connection: Connection) throws {
        try connection.execute(
            """
            insert into clip_views (season_id, slot_position, voter_key, clip_ids, viewed_at)
            select clips.season_id, clips.slot_position, audience.voter_key, array_agg(clips.id), dailies_now()
            from tournament_clips clips
            cross join (
                select 'device_' || md5('demo ' || number) as voter_key, 'device_' || md5('demo ' || number) as name
                from generate_series(1, \(Int32(Self.audience))) number
                union all
                select distinct 'user_' || users.id, users.username
                from users
                join tournament_clips own on own.user_id = users.id and own.season_id = \(season)
                where users.role = 'member'
                    and abs(hashtext('round' || users.username || \(Int32(slot))::text)) % 100 < 80
            ) audience
            where clips.season_id = \(season) and clips.slot_position = \(Int32(slot)) and clips.status = 'active'
                and abs(hashtext('view' || audience.name || clips.title || \(Int32(slot))::text)) % 100 < 82
            group by clips.season_id, clips.slot_position, audience.voter_key
            """)
        try connection.execute(
            """
            insert into votes (
                season_id, slot_position, clip_id, voter_key, device_key, user_id, weight, created_at, updated_at
            )
            select views.season_id, views.slot_position, clips.id, views.voter_key,
                case when users.id is null then views.voter_key else 'device_' || md5('demo ' || users.username) end,
                users.id, 1, dailies_now(), dailies_now()
            from clip_views views
            join tournament_clips clips on clips.id = any (views.clip_ids)
            left join users on views.voter_key = 'user_' || users.id
            where views.season_id = \(season) and views.slot_position = \(Int32(slot))
                and clips.user_id is distinct from users.id
                and abs(hashtext('vote' || coalesce(users.username, views.voter_key) || clips.title || \(Int32(slot))::text)) % 100
                    < case
                        when clips.id = \(favourite) then 74
                        else 24 + abs(hashtext(clips.title || \(Int32(slot))::text)) % 34
                    end
            """)
        try connection.execute(
            """
            update tournament_clips clips
            set vote_count = counted.votes,
                weighted_score = counted.votes,
                view_count = counted.views
            from (
                select viewed.clip_id,
                    count(*)::int as views,
                    (
                        select count(*)::int
                        from votes
                        where votes.season_id = \(season) and votes.slot_position = \(Int32(slot))
                            and votes.clip_id = viewed.clip_id
                    ) as votes
                from clip_views shown
                cross join unnest(shown.clip_ids) viewed (clip_id)
                where shown.season_id = \(season) and shown.slot_position = \(Int32(slot))
                group by viewed.clip_id
            ) counted
            where clips.id = counted.clip_id
            """)
    }

    /// Dates the locked rounds back, so that each has its full length and the last ends now.
    private func backdate(_ season: UUID, locked: Int, roundSeconds: Int, on connection: Connection) throws {
        try connection.execute(
            """
            update slot_results
            set opened_at = dailies_now() - make_interval(secs => (\(locked) + 1 - slot_position) * \(roundSeconds)),
                closed_at = dailies_now() - make_interval(secs => (\(locked) - slot_position) * \(roundSeconds))
            where season_id = \(season)
            """)
        try connection.execute(
            """
            update story_slots
            set voting_started_at =
                    dailies_now() - make_interval(secs => (\(locked) + 1 - position) * \(roundSeconds)),
                voting_ends_at = dailies_now() - make_interval(secs => (\(locked) - position) * \(roundSeconds)),
                locked_at = dailies_now() - make_interval(secs => (\(locked) - position) * \(roundSeconds))
            where season_id = \(season) and status = 'locked'
            """)
        try connection.execute(
            """
            update votes
            set created_at = dailies_now()
                    - make_interval(secs => (\(locked) + 1 - slot_position - random() * 0.9) * \(roundSeconds)),
                updated_at = dailies_now() - make_interval(secs => (\(locked) - slot_position) * \(roundSeconds))
            where season_id = \(season)
            """)
        try connection.execute(
            """
            update seasons
            set activated_at = dailies_now() - make_interval(secs => \(locked) * \(roundSeconds))
            where id = \(season)
            """)
    }
}
