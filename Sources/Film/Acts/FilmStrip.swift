public import FoundationEssentials
internal import Postgres
public import Refusals

/// A season's whole film as an admin sees it, slot by slot.
public struct FilmStrip: Sendable {
    /// The season.
    public let season: Season
    /// The picture that an admin has chosen; nil while the film's own is used.
    public let coverURL: String?
    /// Every slot in order.
    public let slots: [StripSlot]
}

/// A slot of the strip.
public struct StripSlot: Sendable {
    /// Its place in the film.
    public let position: Int
    /// Its status.
    public let status: SlotStatus
    /// When its round opened.
    public let votingStartedAt: Date?
    /// When its round ends, or ended.
    public let votingEndsAt: Date?
    /// How often the round was extended.
    public let extensions: Int
    /// When an undecided review ends.
    public let reviewEndsAt: Date?
    /// When its winner was locked in.
    public let lockedAt: Date?
    /// Its winner; nil while there is none, and when it was taken down and none could take its place.
    public let winner: StoryWinner?
    /// How many clips compete in it.
    public let clips: Int
    /// How many votes they have.
    public let votes: Int
    /// What was done to its round beside voting.
    public let interventions: [Intervention]
}

/// A clip that an admin can make the winner of a slot.
public struct WinnerCandidate: Sendable {
    /// The clip.
    public let clip: ClipCard
    /// Its status.
    public let status: ClipStatus
    /// The slot in which it competes or competed last.
    public let slot: Int?
    /// Its place in the slot's result; nil when it did not compete there or there is none yet.
    public let rank: Int?
    /// Its votes in the slot; nil when it did not compete there.
    public let voteCount: Int?
    /// Their weight.
    public let weightedScore: Int?
}

extension Stories {
    /// The strip of a season for an admin.
    public func strip(season id: UUID, for admin: UUID?) throws(FilmError) -> FilmStrip {
        try FilmError.wrapping {
            try database.acting(for: admin).transaction { connection in
                guard
                    let season: Season = try connection.first(
                        "select \(sql: Season.columns) where seasons.id = \(id)")
                else { throw FilmRefusal.seasonNotFound }
                let done = try interventions(of: id, on: connection)
                let rows: [Row] = try connection.query(
                    """
                    select slots.position, slots.status as slot_status, slots.voting_started_at, slots.voting_ends_at,
                        slots.extensions, slots.review_ends_at, slots.locked_at, clips.vote_count,
                        clips.weighted_score, coalesce(comment_counts.visible, 0) as comment_count,
                        coalesce(competing.clips, 0) as clip_total,
                        coalesce(competing.votes, 0) as vote_total, \(sql: ClipCard.columns)
                    from story_slots slots
                    left join tournament_clips clips on clips.id = slots.winner_clip_id and clips.status = 'locked'
                    left join users on users.id = clips.user_id
                    left join comment_counts on comment_counts.subject_id = clips.id
                    left join (
                        select slot_position, count(*)::int as clips, sum(vote_count)::int as votes
                        from tournament_clips
                        where season_id = \(id) and status = 'active'
                        group by slot_position
                    ) competing on competing.slot_position = slots.position
                    where slots.season_id = \(id)
                    order by slots.position
                    """)
                return FilmStrip(
                    season: season, coverURL: season.settings.coverKey.map(address),
                    slots: try rows.map { row in try slot(row, interventions: done) })
            }
        }
    }

    private func slot(_ row: Row, interventions: [Int: [Intervention]]) throws -> StripSlot {
        let position: Int = try row.value("position")
        let winner: StoryWinner? =
            try row.value("id") as UUID? == nil
            ? nil
            : StoryWinner(
                clip: try ClipCard(row: row, address: address), voteCount: try row.value("vote_count"),
                weightedScore: try row.value("weighted_score"), commentCount: try row.value("comment_count"))
        return StripSlot(
            position: position, status: try row.value("slot_status"),
            votingStartedAt: try row.value("voting_started_at"), votingEndsAt: try row.value("voting_ends_at"),
            extensions: try row.value("extensions"), reviewEndsAt: try row.value("review_ends_at"),
            lockedAt: try row.value("locked_at"), winner: winner, clips: try row.value("clip_total"),
            votes: try row.value("vote_total"), interventions: interventions[position] ?? [])
    }

    private func interventions(of season: UUID, on connection: Connection) throws -> [Int: [Intervention]] {
        let rows: [Row] = try connection.query(
            """
            select slot_position, kind, by_admin, reason, votes, happened_at
            from round_interventions
            where season_id = \(season)
            order by id
            """)
        var found: [Int: [Intervention]] = [:]
        for row in rows { found[try row.value("slot_position"), default: []].append(try Intervention(row: row)) }
        return found
    }

    /// The clips that an admin can make the winner of a slot: those of its round first, by their rank. With a text, those
    /// whose title or creator contains it, of the whole season. At most 60.
    public func candidates(
        season: UUID, slot: Int, search: String?, for admin: UUID?
    ) throws(FilmError) -> [WinnerCandidate] {
        try FilmError.wrapping {
            var condition: SQL = "(results.clip_id is not null or clips.slot_position = \(slot)::int)"
            if let search, !search.isEmpty {
                let pattern = LikePattern.containing(search)
                condition = "(clips.title ilike \(pattern) or users.username ilike \(pattern))"
            }
            let rows: [Row] = try database.acting(for: admin).query(
                """
                select \(sql: ClipCard.columns), clips.status, clips.slot_position, results.rank,
                    coalesce(results.vote_count, competing.vote_count) as slot_votes,
                    coalesce(results.weighted_score, competing.weighted_score) as slot_score
                from tournament_clips clips
                join users on users.id = clips.user_id
                left join slot_results results
                    on results.clip_id = clips.id and results.season_id = clips.season_id
                    and results.slot_position = \(slot)::int and results.superseded_at is null
                left join tournament_clips competing
                    on competing.id = clips.id and competing.slot_position = \(slot)::int
                    and competing.status = 'active'
                where clips.season_id = \(season) and clips.status in ('active', 'eliminated')
                    and clips.video_key is not null and users.banned_at is null and \(sql: condition)
                order by results.rank nulls last, slot_score desc nulls last, slot_votes desc nulls last,
                    clips.created_at, clips.id
                limit 60
                """)
            return try rows.map { row in
                WinnerCandidate(
                    clip: try ClipCard(row: row, address: address), status: try row.value("status"),
                    slot: try row.value("slot_position"), rank: try row.value("rank"),
                    voteCount: try row.value("slot_votes"), weightedScore: try row.value("slot_score"))
            }
        }
    }
}
