public import FoundationEssentials
internal import Postgres

/// How a round ended, for good.
public struct RoundResult: Encodable, Sendable {
    /// The season.
    public let season: RoundSeason
    /// The slot.
    public let slot: Int
    /// How the slot stands; there are results once it is locked.
    public let status: SlotStatus
    /// When the round opened.
    @OrNull public internal(set) var openedAt: Date?
    /// When it was closed.
    @OrNull public internal(set) var closedAt: Date?
    /// When it ends, while it is open.
    @OrNull public internal(set) var votingEndsAt: Date?
    /// Every clip that competed, the winner first.
    public let results: [RankedClip]
}

/// The season of a round.
public struct RoundSeason: Encodable, Sendable {
    /// Its id.
    public let id: UUID
    /// Its number.
    public let number: Int
    /// Its name.
    public let label: String
    /// How many clips make its film.
    public let totalSlots: Int
}

/// A clip's place in a round.
public struct RankedClip: Encodable, Sendable {
    /// Its place, from 1.
    public let rank: Int
    /// Whether it was locked into the film.
    public let won: Bool
    /// How many votes it had.
    public let voteCount: Int
    /// The weight of those votes.
    public let weightedScore: Int
    /// How many voters had seen it.
    public let viewCount: Int
    /// The clip.
    public let clip: ClipCard
}

extension Stories {
    /// The result of a slot's round. The season is named by its id or its number.
    public func round(season: String, slot: Int) throws -> RoundResult {
        let named: SQL =
            if let id = UUID(uuidString: season) {
                "seasons.id = \(id)"
            } else if let number = Int32(season) {
                "seasons.number = \(number)"
            } else {
                throw FilmRefusal.seasonNotFound
            }
        let head: Row? = try database.first(
            """
            select seasons.id, seasons.number, seasons.label, seasons.total_slots, slots.status,
                slots.voting_started_at, slots.voting_ends_at, slots.locked_at
            from seasons
            join story_slots slots on slots.season_id = seasons.id and slots.position = \(slot)
            where \(sql: named)
            """)
        guard let head else { throw FilmRefusal.slotNotFound }
        let id: UUID = try head.value("id")
        let status: SlotStatus = try head.value("status")
        let results: [Row] = try database.query(
            """
            select results.rank, results.won, results.vote_count, results.weighted_score, results.view_count,
                \(sql: ClipCard.columns)
            from slot_results results
            join tournament_clips clips on clips.id = results.clip_id
            join users on users.id = clips.user_id
            where results.season_id = \(id) and results.slot_position = \(slot) and results.superseded_at is null
            order by results.rank
            """)
        return RoundResult(
            season: RoundSeason(
                id: id, number: try head.value("number"), label: try head.value("label"),
                totalSlots: try head.value("total_slots")),
            slot: slot, status: status, openedAt: try head.value("voting_started_at"),
            closedAt: try head.value("locked_at"),
            votingEndsAt: status == .voting ? try head.value("voting_ends_at") : nil,
            results: try results.map { row in
                RankedClip(
                    rank: try row.value("rank"), won: try row.value("won"), voteCount: try row.value("vote_count"),
                    weightedScore: try row.value("weighted_score"), viewCount: try row.value("view_count"),
                    clip: try ClipCard(row: row, address: address))
            })
    }
}
