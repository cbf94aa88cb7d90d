public import FoundationEssentials
internal import Postgres
public import Refusals

extension VoteOversight {
    /// A page of the votes of a round, and on the first page what they add up to.
    public func page(_ filter: VoteFilter, for actor: UUID?) throws(FilmError) -> VotePage {
        try FilmError.wrapping {
            try database.transaction(isolation: .repeatableRead) { connection in
                let head: Row? = try connection.first(
                    """
                    select seasons.id, seasons.number, seasons.label, seasons.total_slots, slots.position, slots.status,
                        slots.review_ends_at
                    from seasons
                    join story_slots slots on slots.season_id = seasons.id
                    where \(sql: Self.condition(filter))
                    order by seasons.status = 'active' desc, seasons.number desc,
                        slots.status in ('voting', 'waiting_for_clips', 'under_review') desc,
                        slots.status = 'locked' desc,
                        case when slots.status = 'locked' then -slots.position else slots.position end
                    limit 1
                    """)
                guard let head else {
                    throw filter.season == nil && filter.slot == nil ? FilmRefusal.noSeason : FilmRefusal.slotNotFound
                }
                let season: UUID = try head.value("id")
                let slot: Int = try head.value("position")
                let isFirst = filter.page.cursor == nil
                let votes = try votes(filter, season, slot, actor, connection)
                let status: SlotStatus = try head.value("status")
                let isOpen = status == .voting || status == .underReview
                let standing: [VoteStanding] =
                    isOpen
                    ? try connection.query("select * from live_standing(\(actor), \(season), \(slot)::int)") : []
                return VotePage(
                    season: RoundSeason(
                        id: season, number: try head.value("number"), label: try head.value("label"),
                        totalSlots: try head.value("total_slots")),
                    slot: slot, status: status, reviewEndsAt: try head.value("review_ends_at"), votes: votes,
                    standing: isFirst ? standing : [],
                    flaggedDecide: standing.contains { $0.rank == 1 && $0.cleanRank != 1 },
                    groups: isFirst
                        ? try connection.query("select * from vote_groups(\(actor), \(season), \(slot)::int)") : [],
                    voids: isFirst
                        ? try connection.query("select * from voids_of_season(\(actor), \(season))") : [])
            }
        }
    }

    private static func condition(_ filter: VoteFilter) -> SQL {
        let season: SQL =
            filter.season.map { id -> SQL in "seasons.id = \(id)" } ?? "seasons.status in ('active', 'finished')"
        let slot: SQL = filter.slot.map { position -> SQL in "slots.position = \(position)" } ?? "true"
        return "\(sql: season) and \(sql: slot)"
    }

    private func votes(
        _ filter: VoteFilter, _ season: UUID, _ slot: Int, _ actor: UUID?, _ connection: Connection
    ) throws -> Page<VoteEvidence> {
        let order = Keyset(
            "votes", .moment("created_at"), .text("voter_key"), .uuid("clip_id"), isDescending: true)
        let place = try order.place(after: filter.page)
        let rows: [Row] = try connection.query(
            """
            select *, \(sql: order.columns)
            from votes_of_round(
                \(actor), \(season), \(slot)::int, \(try JSONText(encoding: filter.choice)), \(filter.voided),
                \(sql: place.value(0)), \(sql: place.value(1)), \(sql: place.value(2)), \(place.rowLimit)::int
            )
            """)
        return try order.page(of: rows, filter.page) { row in try VoteEvidence(row: row) }
    }
}
