public import FoundationEssentials
public import Postgres

/// What a visitor looks for among the clips that everybody may see.
public struct ClipSearch: Sendable {
    /// The orders in which clips are listed.
    public enum Order: String, Codable, CaseIterable, Sendable {
        /// By when they entered the race, the latest first.
        case newest
        /// The same, the earliest first.
        case oldest
        /// By their votes in closed rounds, the most first. The open round orders nothing: its counts may be hidden.
        case votes
    }

    /// The statuses that a clip which everybody may see can have.
    public static let statuses: [ClipStatus] = [.active, .locked, .eliminated]

    /// Words that are all in the title, the creator's name or the description; the last may be the beginning of one. Not
    /// together with `creator`.
    public var text = ""
    /// Only clips of this genre.
    public var genre: String?
    /// Only clips with this status.
    public var status: ClipStatus?
    /// Only clips of this member.
    public var creator: UUID?
    /// The order.
    public var order = Order.newest
    /// The page.
    public var page = PageRequest(limit: 24)

    /// Every clip, the newest first.
    public init() {}
}

/// A clip in a list that everybody may see.
public struct ListedClip: Sendable {
    /// What everybody may see of it.
    public let card: ClipCard
    /// The clip's status.
    public let status: ClipStatus
    /// The status as pages name it.
    public let label: ClipLabel
    /// The season it competes in.
    public let season: RoundSeason?
    /// Its slot.
    public let slot: Int?
    /// Its votes in its round; nil while the season does not show them.
    public let voteCount: Int?
    /// Its votes in the rounds that are closed.
    public let closedVotes: Int
    /// When it entered the race.
    public let listedAt: Date
}

/// How many clips of a genre everybody may see.
public struct GenreCount: Sendable {
    /// One of `ClipGenre.all`.
    public let genre: String
    /// All of them.
    public let clips: Int
    /// Those that compete.
    public let competing: Int
    /// Those that are in a film.
    public let won: Int
}

extension Clips {
    /// A page of the clips that `search` finds.
    public func find(_ search: ClipSearch) throws -> Page<ListedClip> {
        let order = search.order.keyset
        let place = try order.place(after: search.page)
        var filters: [SQL] = []
        if let genre = search.genre { filters.append("listings.genre = \(genre)") }
        if let status = search.status { filters.append("listings.status = \(status)") }
        let rows: [Row]
        if let creator = search.creator {
            rows = try made(by: creator, filters, order, place)
        } else if search.text.isEmpty {
            let conditions = (filters + [place.condition]).joined(separator: " and ")
            rows = try listed(
                "(select * from clip_listings listings where \(sql: conditions) \(sql: place.orderAndLimit))", order,
                place)
        } else {
            let query: String? = try database.one("select listing_query(\(search.text))::text")
            guard let query else { return Page(items: []) }
            rows = try matching("listings.words @@ \(query)::tsquery", filters, order, place)
        }
        return try order.page(of: rows, search.page, listedClip)
    }

    /// How many clips everybody may see, by genre.
    public func genres() throws -> [GenreCount] {
        let rows: [Row] = try database.query("select genre, status, clips from clip_genre_counts")
        var counts: [String: [ClipStatus: Int]] = [:]
        for row in rows {
            counts[try row.value("genre"), default: [:]][try row.value("status")] = try row.value("clips")
        }
        return ClipGenre.all.map { genre in
            let byStatus = counts[genre] ?? [:]
            return GenreCount(
                genre: genre, clips: byStatus.values.reduce(0, +), competing: byStatus[.active] ?? 0,
                won: byStatus[.locked] ?? 0)
        }
    }

    /// From so many matches on, a page of the newest is found sooner in the order of the list than by the index of words:
    /// of a million clips, one in 250 matches.
    private static let commonMatches = 4_000.0
    /// How far that search goes before it is given up: words that are common alone may be rare together.
    private static let mostWalked = 20_000

    /// The clips that match a search by words. A rare word is looked up and what has it is sorted; of a common one the list
    /// is read in its order until the page is full. The planner alone would choose between the same two, but it takes words
    /// for independent, and would read the whole list for two that never meet.
    private func matching(
        _ match: SQL, _ filters: [SQL], _ order: Keyset, _ place: Keyset.Place
    ) throws -> [Row] {
        let matches = (filters + [match]).joined(separator: " and ")
        if try estimate("select from clip_listings listings where \(sql: matches)") > Self.commonMatches {
            let before = (filters + [place.condition]).joined(separator: " and ")
            let rows = try listed(
                """
                (
                    select *
                    from (
                        select *
                        from clip_listings listings
                        where \(sql: before)
                        \(sql: place.order) limit \(Self.mostWalked)
                    ) listings
                    where \(sql: match)
                    \(sql: place.orderAndLimit)
                )
                """, order, place)
            if rows.count == place.rowLimit { return rows }
        }
        return try listed(
            """
            (
                with found as materialized (
                    select *
                    from clip_listings listings
                    where \(sql: matches)
                )
                select *
                from found listings
                where \(sql: place.condition)
                \(sql: place.orderAndLimit)
            )
            """, order, place)
    }

    /// The clips of a member: so few that they are all looked up and sorted.
    private func made(by creator: UUID, _ filters: [SQL], _ order: Keyset, _ place: Keyset.Place) throws -> [Row] {
        let conditions = (filters + [place.condition]).joined(separator: " and ")
        return try listed(
            """
            (
                with own as materialized (
                    select listings.*
                    from tournament_clips
                    join clip_listings listings on listings.clip_id = tournament_clips.id
                    where tournament_clips.user_id = \(creator)
                )
                select *
                from own listings
                where \(sql: conditions)
                \(sql: place.orderAndLimit)
            )
            """, order, place)
    }

    /// How many rows the planner expects of a statement.
    private func estimate(_ statement: SQL) throws -> Double {
        let plan: JSONText = try database.one("explain (format json) \(sql: statement)")
        return try plan.decode([Explanation].self).first?.plan.rows ?? 0
    }

    private struct Explanation: Decodable {
        struct Plan: Decodable {
            let rows: Double

            enum CodingKeys: String, CodingKey { case rows = "Plan Rows" }
        }

        let plan: Plan

        enum CodingKeys: String, CodingKey { case plan = "Plan" }
    }

    /// What is shown of some listings.
    private func listed(_ listings: SQL, _ order: Keyset, _ place: Keyset.Place) throws -> [Row] {
        try database.query(
            """
            select \(sql: ClipCard.columns), clips.status, clips.slot_position, clips.vote_count,
                clips.decided_at is not null as decided, listings.listed_at, listings.votes as closed_votes,
                seasons.id as season_id, seasons.number as season_number, seasons.label as season_label,
                seasons.total_slots, seasons.show_counts, slots.status as slot_status, \(sql: order.columns)
            from \(sql: listings) listings
            join tournament_clips clips on clips.id = listings.clip_id
            join users on users.id = clips.user_id
            left join seasons on seasons.id = clips.season_id
            left join story_slots slots on slots.season_id = clips.season_id and slots.position = clips.slot_position
            \(sql: place.orderAndLimit)
            """)
    }

    private func listedClip(_ row: Row) throws -> ListedClip {
        let status: ClipStatus = try row.value("status")
        let season: RoundSeason? = try (row.value("season_id") as UUID?).map { id in
            RoundSeason(
                id: id, number: try row.value("season_number"), label: try row.value("season_label"),
                totalSlots: try row.value("total_slots"))
        }
        let showCounts: CountVisibility? = try row.value("show_counts")
        let showsCounts = status != .active || showCounts == .always
        return ListedClip(
            card: try ClipCard(row: row, address: address(of: status)), status: status,
            label: ClipLabel(
                status: status, slotStatus: try row.value("slot_status"), decided: try row.value("decided"),
                withdrawn: false),
            season: season, slot: try row.value("slot_position"),
            voteCount: showsCounts ? try row.value("vote_count") : nil, closedVotes: try row.value("closed_votes"),
            listedAt: try row.value("listed_at"))
    }
}

extension ClipSearch.Order {
    fileprivate var keyset: Keyset {
        switch self {
        case .newest:
            Keyset("clips by age", .moment("listings.listed_at"), .uuid("listings.clip_id"), isDescending: true)
        case .oldest:
            Keyset(
                "clips from the first", .moment("listings.listed_at"), .uuid("listings.clip_id"), isDescending: false)
        case .votes: Keyset("clips by votes", .number("listings.votes"), .uuid("listings.clip_id"), isDescending: true)
        }
    }
}
