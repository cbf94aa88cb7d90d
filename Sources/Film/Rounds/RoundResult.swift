public import FoundationEssentials
internal import Postgres
public import Refusals

/// How a round ended, for good.
public struct RoundResult: Sendable {
    /// The season.
    public let season: RoundSeason
    /// The slot.
    public let slot: Int
    /// The slot's status; there are results once it is locked.
    public let status: SlotStatus
    /// When the round opened.
    public let openedAt: Date?
    /// When it was closed.
    public let closedAt: Date?
    /// When it ends, while it is open.
    public let votingEndsAt: Date?
    /// When an undecided review ends, while there is one.
    public let reviewEndsAt: Date?
    /// Every clip that competed, the one that the votes chose first.
    public let results: [RankedClip]
    /// The clip in the film; nil while there is none, and when it was taken down and none could take its place.
    public let winner: ClipCard?
    /// What was done to the round beside voting.
    public let interventions: [Intervention]
    /// The export that the count can be checked by; nil until it is written.
    public let export: RoundExport?
}

/// Something that was done to a round beside voting.
public struct Intervention: Sendable {
    /// What: `review_opened`, `review_accepted`, `review_voided`, `review_expired`, `votes_voided`, `votes_restored`,
    /// `votes_reset`, `winner_assigned`, `clip_taken_down`, `slot_unlocked`, `round_cancelled`, `round_advanced`,
    /// `round_rescheduled` or `season_reset`.
    public let kind: String
    /// Whether an admin did it; else a rule of the site.
    public let byAdmin: Bool
    /// Why.
    public let reason: String
    /// How many votes it concerned.
    public let votes: Int?
    /// When.
    public let at: Date

    init(row: Row) throws(DatabaseError) {
        kind = try row.value("kind")
        byAdmin = try row.value("by_admin")
        reason = try row.value("reason")
        votes = try row.value("votes")
        at = try row.value("happened_at")
    }
}

/// What is to be known of a round's export.
public struct RoundExport: Sendable {
    /// The hash of the newest export of the round, in hexadecimal.
    public let hash: String
    /// Its place in the season's chain.
    public let number: Int
    /// How many corrections follow it.
    public let corrections: Int
}

/// The season of a round.
public struct RoundSeason: Sendable {
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
public struct RankedClip: Sendable {
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
    /// The condition on `seasons` for an id or a number.
    static func condition(season: String) throws(FilmRefusal) -> SQL {
        if let id = UUID(uuidString: season) { return "seasons.id = \(id)" }
        guard let number = Int32(season) else { throw .seasonNotFound }
        return "seasons.number = \(number)"
    }

    /// The result of a slot's round. The season is named by its id or its number.
    public func round(season: String, slot: Int) throws(FilmError) -> RoundResult {
        try FilmError.wrapping {
            let named = try Self.condition(season: season)
            let head: Row? = try database.first(
                """
                select seasons.id, seasons.number, seasons.label, seasons.total_slots, slots.status,
                    slots.voting_started_at, slots.voting_ends_at, slots.locked_at, slots.review_ends_at
                from seasons
                join story_slots slots on slots.season_id = seasons.id and slots.position = \(slot)
                where \(sql: named)
                """)
            guard let head else { throw FilmRefusal.slotNotFound }
            let id: UUID = try head.value("id")
            let status: SlotStatus = try head.value("status")
            let winner: ClipCard? = try winner(id, slot)
            let results: [Row] = try database.query(
                """
                select results.rank, clips.status, results.vote_count, results.weighted_score, results.view_count,
                    \(sql: ClipCard.columns)
                from slot_results results
                join tournament_clips clips on clips.id = results.clip_id
                join users on users.id = clips.user_id
                where results.season_id = \(id) and results.slot_position = \(slot) and results.superseded_at is null
                order by results.rank
                """)
            let places = try results.map { row in
                let card = try ClipCard(row: row, address: address)
                let isRemoved = try row.value("status") as ClipStatus == .rejected
                return RankedClip(
                    rank: try row.value("rank"), won: winner?.id == card.id && !isRemoved,
                    voteCount: try row.value("vote_count"), weightedScore: try row.value("weighted_score"),
                    viewCount: try row.value("view_count"), clip: isRemoved ? card.withoutContent : card)
            }
            return RoundResult(
                season: RoundSeason(
                    id: id, number: try head.value("number"), label: try head.value("label"),
                    totalSlots: try head.value("total_slots")),
                slot: slot, status: status, openedAt: try head.value("voting_started_at"),
                closedAt: try head.value("locked_at"),
                votingEndsAt: status == .voting ? try head.value("voting_ends_at") : nil,
                reviewEndsAt: try head.value("review_ends_at"),
                results: places, winner: winner,
                interventions: try interventions(id, slot), export: try export(id, slot))
        }
    }

    private func winner(_ season: UUID, _ slot: Int) throws -> ClipCard? {
        let row: Row? = try database.first(
            """
            select \(sql: ClipCard.columns)
            from story_slots slots
            join tournament_clips clips on clips.id = slots.winner_clip_id and clips.status = 'locked'
            join users on users.id = clips.user_id
            where slots.season_id = \(season) and slots.position = \(slot)
            """)
        return try row.map { row in try ClipCard(row: row, address: address) }
    }

    private func interventions(_ season: UUID, _ slot: Int) throws -> [Intervention] {
        let rows: [Row] = try database.query(
            """
            select kind, by_admin, reason, votes, happened_at
            from round_interventions
            where season_id = \(season) and slot_position = \(slot)
            order by id
            """)
        return try rows.map { row in try Intervention(row: row) }
    }

    private func export(_ season: UUID, _ slot: Int) throws -> RoundExport? {
        let row: Row? = try database.first(
            """
            select number, hash,
                (
                    select count(*)::int
                    from round_tallies later
                    where later.season_id = tallies.season_id and later.slot_position = tallies.slot_position
                        and later.kind = 'correction' and later.number > tallies.number
                ) as corrections
            from round_tallies tallies
            where season_id = \(season) and slot_position = \(slot) and kind = 'round'
            order by number desc
            limit 1
            """)
        return try row.map { row in
            RoundExport(
                hash: try row.value("hash"), number: try row.value("number"),
                corrections: try row.value("corrections"))
        }
    }
}
