public import FoundationEssentials
public import Postgres

/// The open round: its clips by their score.
public struct LiveBoard: Sendable {
    /// What a visitor can do with the film.
    public let state: FilmState
    /// The season of the round; nil without an open slot.
    public let season: RoundSeason?
    /// The open slot.
    public let slot: Int?
    /// When voting ends, while it is open.
    public let votingEndsAt: Date?
    /// Whether the season shows its counts during a round; false without a round.
    public let showsCounts: Bool
    /// The clips in the order in which they would win; empty when the season shows its counts only later.
    public let clips: [LiveClip]
    /// When the boards of the day, of the week and of all time were added up.
    public let boardsUpdatedAt: Date?
}

/// A clip of the open round.
public struct LiveClip: Sendable {
    /// Its place, if the round ended now.
    public let rank: Int
    /// Its votes.
    public let voteCount: Int
    /// Their weight.
    public let weightedScore: Int
    /// The clip.
    public let clip: ClipCard
}

extension Ranks {
    /// The open round with its first `limit` clips.
    public func live(limit: Int) throws -> LiveBoard {
        try database.transaction(isolation: .repeatableRead) { connection in
            let boardsUpdatedAt: Date? = try connection.first("select folded_at from rank_state")
            let row: Row? = try connection.first(
                """
                select seasons.id, seasons.number, seasons.label, seasons.total_slots, seasons.status = 'active' as is_active,
                    seasons.show_counts = 'always' as shows_counts, slots.position, slots.status, slots.voting_ends_at
                from seasons
                left join story_slots slots
                    on slots.season_id = seasons.id and slots.status in ('voting', 'waiting_for_clips', 'under_review')
                where seasons.status in ('active', 'finished')
                order by seasons.status, seasons.number desc
                limit 1
                """)
            guard let row, try row.value("is_active"), let slot: Int = try row.value("position") else {
                return LiveBoard(
                    state: row == nil ? .noSeason : .seasonComplete, season: nil, slot: nil, votingEndsAt: nil,
                    showsCounts: false, clips: [], boardsUpdatedAt: boardsUpdatedAt)
            }
            let season: UUID = try row.value("id")
            let showsCounts: Bool = try row.value("shows_counts")
            let status: SlotStatus = try row.value("status")
            return LiveBoard(
                state: FilmState(rawValue: status.rawValue) ?? .noSeason,
                season: RoundSeason(
                    id: season, number: try row.value("number"), label: try row.value("label"),
                    totalSlots: try row.value("total_slots")),
                slot: slot, votingEndsAt: status == .voting ? try row.value("voting_ends_at") : nil,
                showsCounts: showsCounts,
                clips: showsCounts ? try clips(of: season, slot, limit, on: connection) : [],
                boardsUpdatedAt: boardsUpdatedAt)
        }
    }

    private func clips(
        of season: UUID, _ slot: Int, _ limit: Int, on connection: Connection
    ) throws -> [LiveClip] {
        let rows: [Row] = try connection.query(
            """
            select clips.vote_count, clips.weighted_score, \(sql: ClipCard.columns)
            from tournament_clips clips
            join users on users.id = clips.user_id
            where clips.season_id = \(season) and clips.slot_position = \(slot) and clips.status = 'active'
            order by clips.weighted_score desc, clips.vote_count desc, clips.created_at, clips.id
            limit \(limit)
            """)
        return try rows.enumerated().map { place, row in
            LiveClip(
                rank: place + 1, voteCount: try row.value("vote_count"), weightedScore: try row.value("weighted_score"),
                clip: try ClipCard(row: row, address: address))
        }
    }
}

extension Ranks {
    /// Whether the season that runs shows the counts of a round only later, so that the boards leave the open round out.
    public func hidesOpenRound() throws(DatabaseError) -> Bool {
        try database.one("select exists (select from seasons where status = 'active' and show_counts <> 'always')")
    }
}
