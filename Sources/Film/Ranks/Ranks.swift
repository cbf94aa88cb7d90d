public import FoundationEssentials
internal import Games
public import Postgres

/// The boards of clips, voters and creators.
///
/// They are added up by ``RankFold``. A page costs the same at any depth: it is read from an index, and places come from the
/// numbers of entries with equal votes, of which there are few.
public struct Ranks: Sendable {
    let database: Database
    let address: MediaAddress

    /// The boards in `database`, whose clips' files browsers load from `address`.
    public init(database: Database, address: @escaping MediaAddress) {
        self.database = database
        self.address = address
    }

    /// A page of the clips.
    public func clips(_ period: RankPeriod, page: PageRequest) throws -> RankPage<BoardClip> {
        let slice = try Slice(.clips, period, page)
        return try read(slice) { connection in
            try slice.rows(
                on: connection, columns: ClipCard.columns,
                joins: """
                    join tournament_clips clips on clips.id = entries.subject_id
                    join users on users.id = clips.user_id
                    """)
        } entry: { row in
            BoardClip(
                place: try RankPlace(row: row, period: period), clip: try ClipCard(row: row, address: address))
        }
    }

    /// A page of the voters, or of the creators.
    public func members(_ board: RankBoard, _ period: RankPeriod, page: PageRequest) throws -> RankPage<BoardMember> {
        let slice = try Slice(board, period, page)
        return try read(slice) { connection in
            try slice.rows(
                on: connection, columns: "users.username, users.avatar_seed, levels.xp, levels.streak",
                joins: """
                    join users on users.id = entries.subject_id
                    join get_member_levels(array(select subject_id from entries)) levels
                        on levels.user_id = entries.subject_id
                    """)
        } entry: { row in
            BoardMember(
                place: try RankPlace(row: row, period: period), username: try row.value("username"),
                avatarURL: "/api/avatar/" + (try row.value("avatar_seed")),
                level: Level(total: try row.value("xp")).number, streak: try row.value("streak"))
        }
    }

    /// The places of a member.
    public func own(_ member: UUID, _ period: RankPeriod) throws -> OwnRanks {
        try database.transaction(isolation: .repeatableRead) { connection in
            let clip = try Span(.clips, period).place(
                of: "select id from tournament_clips where user_id = \(member)", columns: ", \(sql: ClipCard.columns)",
                joins: """
                    join tournament_clips clips on clips.id = scores.subject_id
                    join users on users.id = clips.user_id
                    """,
                on: connection)
            func place(_ board: RankBoard) throws -> RankPlace? {
                try Span(board, period).place(of: "select \(member)::uuid", on: connection)
                    .map { try RankPlace(row: $0, period: period) }
            }
            return OwnRanks(
                voter: try place(.voters), creator: try place(.creators),
                clip: try clip.map { row in
                    BoardClip(
                        place: try RankPlace(row: row, period: period), clip: try ClipCard(row: row, address: address))
                })
        }
    }

    /// Until when votes are added up; nil before the first time.
    public func updatedAt() throws -> Date? {
        try database.first("select folded_at from rank_state")
    }

    private func read<Entry>(
        _ slice: Slice, rows: (Connection) throws -> [Row], entry: (Row) throws -> Entry
    ) throws -> RankPage<Entry> {
        try database.transaction(isolation: .repeatableRead) { connection in
            RankPage(
                terms: try slice.span.terms(on: connection),
                page: try slice.order.page(of: try rows(connection), slice.request, entry))
        }
    }
}

/// A board over a period, in the words of a statement.
private struct Span {
    let board: RankBoard
    let period: RankPeriod

    init(_ board: RankBoard, _ period: RankPeriod) {
        self.board = board
        self.period = period
    }

    /// The day that the boards call today. A subquery is evaluated once, so it is as good as a constant.
    private static let today: SQL = "(select day from rank_state)"

    /// The condition on `table` that its rows are of this board and period.
    func covers(_ table: SQL) -> SQL {
        let ends: SQL = period == .all ? "'infinity'::date" : Self.today
        return named(table, ends)
    }

    /// The condition that they are of the period before; none are for all time.
    func precedes(_ table: SQL) -> SQL {
        switch period {
        case .day: named(table, "\(sql: Self.today) - 1")
        case .week: named(table, "\(sql: Self.today) - 7")
        case .all: "false"
        }
    }

    private func named(_ table: SQL, _ ends: SQL) -> SQL {
        """
        \(sql: table).board = \(board.rawValue) and \(sql: table).span = \(period.rawValue)
            and \(sql: table).ends = \(sql: ends)
        """
    }

    /// The numbers of entries with equal votes, each with the place of those entries.
    func places(_ condition: SQL) -> SQL {
        """
        select counts.votes, (1 + sum(counts.entries) over (order by counts.votes desc) - counts.entries)::int as rank
        from rank_counts counts
        where \(sql: condition)
        """
    }

    /// The best of these subjects with its place; nil when the board has none of them.
    func place(of subjects: SQL, columns: SQL = "", joins: SQL = "", on connection: Connection) throws -> Row? {
        try connection.first(
            """
            select scores.votes,
                (
                    select 1 + coalesce(sum(counts.entries), 0)::int
                    from rank_counts counts
                    where \(sql: covers("counts")) and counts.votes > scores.votes
                ) as rank,
                case when earlier.votes > 0 then (
                    select 1 + coalesce(sum(counts.entries), 0)::int
                    from rank_counts counts
                    where \(sql: precedes("counts")) and counts.votes > earlier.votes
                ) end as previous_rank
                \(sql: columns)
            from rank_scores scores
            left join rank_scores earlier
                on earlier.subject_id = scores.subject_id and \(sql: precedes("earlier"))
                and earlier.listed and earlier.votes > 0
            \(sql: joins)
            where \(sql: covers("scores")) and scores.listed and scores.votes > 0
                and scores.subject_id in (\(sql: subjects))
            order by scores.votes desc, scores.subject_id desc
            limit 1
            """)
    }

    func terms(on connection: Connection) throws -> RankTerms {
        let row: Row? = try connection.first(
            """
            select state.day::timestamp at time zone 'utc' as last_day, state.folded_at,
                (select coalesce(sum(counts.entries), 0)::int from rank_counts counts where \(sql: covers("counts"))) as total
            from rank_state state
            """)
        guard let row else {
            return RankTerms(period: period, firstDay: nil, lastDay: nil, total: 0, updatedAt: nil)
        }
        let last: Date = try row.value("last_day")
        return RankTerms(
            period: period,
            firstDay: period == .all ? nil : last.addingTimeInterval(period == .day ? 0 : -6 * 86_400),
            lastDay: period == .all ? nil : last, total: try row.value("total"),
            updatedAt: try row.value("folded_at"))
    }
}

/// A page of a board, in the words of a statement.
private struct Slice {
    let span: Span
    let request: PageRequest
    let order: Keyset
    private let place: Keyset.Place

    init(_ board: RankBoard, _ period: RankPeriod, _ request: PageRequest) throws(InvalidCursor) {
        span = Span(board, period)
        self.request = request
        order = Keyset(
            "ranks \(board.rawValue) \(period.rawValue)", .number("scores.votes"), .uuid("scores.subject_id"),
            isDescending: true)
        place = try order.place(after: request)
    }

    /// The rows of the page, and one more when there is a next page.
    func rows(on connection: Connection, columns: SQL, joins: SQL) throws -> [Row] {
        try connection.query(
            """
            with entries as materialized (
                select scores.subject_id, scores.votes, \(sql: order.columns)
                from rank_scores scores
                where \(sql: span.covers("scores")) and scores.listed and scores.votes > 0 and \(sql: place.condition)
                \(sql: place.orderAndLimit)
            ), places as (
                \(sql: span.places(span.covers("counts")))
            ), earlier_places as (
                \(sql: span.places(span.precedes("counts")))
            )
            select entries.*, places.rank, earlier_places.rank as previous_rank, \(sql: columns)
            from entries
            \(sql: joins)
            join places on places.votes = entries.votes
            left join rank_scores earlier
                on earlier.subject_id = entries.subject_id and \(sql: span.precedes("earlier"))
                and earlier.listed and earlier.votes > 0
            left join earlier_places on earlier_places.votes = earlier.votes
            order by entries.votes desc, entries.subject_id desc
            """)
    }
}
