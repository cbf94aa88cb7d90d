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
                let standing = isOpen ? try standing(season, slot, actor, connection) : []
                return VotePage(
                    season: RoundSeason(
                        id: season, number: try head.value("number"), label: try head.value("label"),
                        totalSlots: try head.value("total_slots")),
                    slot: slot, status: status, reviewEndsAt: try head.value("review_ends_at"), votes: votes,
                    standing: isFirst ? standing : [],
                    flaggedDecide: standing.contains { $0.rank == 1 && $0.cleanRank != 1 },
                    groups: isFirst ? try groups(season, slot, actor, connection) : [],
                    voids: isFirst ? try voids(season, actor, connection) : [])
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
        return try order.page(of: rows, filter.page) { row in
            VoteEvidence(
                clipID: try row.value("clip_id"), title: try row.value("title"), voterKey: try row.value("voter_key"),
                username: try row.value("username"), casts: try row.value("casts"), weight: try row.value("weight"),
                kinds: try row.value("kinds"), flags: try row.value("flags"), network: try row.value("network"),
                networkVoters: try row.value("network_voters"), deviceVoters: try row.value("device_voters"),
                createdAt: try row.value("created_at"), updatedAt: try row.value("updated_at"),
                voidedAt: try row.value("voided_at"), voidID: try row.value("void_id"))
        }
    }

    private func standing(
        _ season: UUID, _ slot: Int, _ actor: UUID?, _ connection: Connection
    ) throws -> [VoteStanding] {
        let rows: [Row] = try connection.query("select * from live_standing(\(actor), \(season), \(slot)::int)")
        return try rows.map { row in
            VoteStanding(
                clipID: try row.value("clip_id"), title: try row.value("title"),
                voteCount: try row.value("vote_count"), weightedScore: try row.value("weighted_score"),
                rank: try row.value("rank"), cleanCount: try row.value("clean_count"),
                cleanScore: try row.value("clean_score"), cleanRank: try row.value("clean_rank"))
        }
    }

    private func groups(
        _ season: UUID, _ slot: Int, _ actor: UUID?, _ connection: Connection
    ) throws -> [VoteGroup] {
        let rows: [Row] = try connection.query("select * from vote_groups(\(actor), \(season), \(slot)::int)")
        return try rows.map { row in
            VoteGroup(
                kind: try row.value("kind"), name: try row.value("name"), votes: try row.value("votes"),
                flagged: try row.value("flagged"), voided: try row.value("voided"), voters: try row.value("voters"),
                weight: try row.value("weight"))
        }
    }

    private func voids(_ season: UUID, _ actor: UUID?, _ connection: Connection) throws -> [VoidRecord] {
        let rows: [Row] = try connection.query("select * from voids_of_season(\(actor), \(season))")
        return try rows.map { row in
            VoidRecord(
                id: try row.value("id"), origin: try row.value("origin"), member: try row.value("member"),
                username: try row.value("username"), reason: try row.value("reason"),
                slot: try row.value("slot_position"), votes: try row.value("votes"),
                weight: try row.value("weight"), voidedAt: try row.value("voided_at"),
                undoneAt: try row.value("undone_at"), restored: try row.value("restored"))
        }
    }
}
