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
    /// Every clip that competed, the winner first.
    public let results: [RankedClip]
    /// What was done to the round beside voting.
    public let interventions: [Intervention]
    /// The export that the count can be checked by; nil until it is written.
    public let export: RoundExport?
}

/// Something that was done to a round beside voting.
public struct Intervention: Sendable {
    /// What: `review_opened`, `review_accepted`, `review_voided`, `review_expired`, `votes_voided`, `votes_restored`…
    public let kind: String
    /// Whether an admin did it; else a rule of the site.
    public let byAdmin: Bool
    /// Why.
    public let reason: String
    /// How many votes it concerned.
    public let votes: Int?
    /// When.
    public let at: Date
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
                reviewEndsAt: try head.value("review_ends_at"),
                results: try results.map { row in
                    RankedClip(
                        rank: try row.value("rank"), won: try row.value("won"), voteCount: try row.value("vote_count"),
                        weightedScore: try row.value("weighted_score"), viewCount: try row.value("view_count"),
                        clip: try ClipCard(row: row, address: address))
                },
                interventions: try interventions(id, slot), export: try export(id, slot))
        }
    }

    private func interventions(_ season: UUID, _ slot: Int) throws -> [Intervention] {
        let rows: [Row] = try database.query(
            """
            select kind, by_admin, reason, votes, happened_at
            from round_interventions
            where season_id = \(season) and slot_position = \(slot)
            order by id
            """)
        return try rows.map { row in
            Intervention(
                kind: try row.value("kind"), byAdmin: try row.value("by_admin"), reason: try row.value("reason"),
                votes: try row.value("votes"), at: try row.value("happened_at"))
        }
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
