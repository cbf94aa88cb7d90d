public import FoundationEssentials
public import Postgres
internal import Ratings

/// A board with the time of its computation.
public struct StoredBoard: Sendable {
    /// The board.
    public let board: RatedBoard
    /// When it was computed.
    public let computedAt: Date
}

/// A tag with a board.
public struct RatedTag: Sendable, Equatable, RowDecodable {
    /// The tag's slug.
    public let slug: String
    /// The tag's name.
    public let name: String
    /// How many battles its board counts.
    public let battles: Int

    init(slug: String, name: String, battles: Int) {
        self.slug = slug
        self.name = name
        self.battles = battles
    }

    /// Reads a row of the list.
    public init(row: Row) throws(DatabaseError) {
        slug = try row.value("slug")
        name = try row.value("name")
        battles = try row.value("battles")
    }
}

/// The boards of ratings.
public struct RatingBoards: Sendable {
    /// A tag needs as many battles before it has a board.
    public static let tagBattles = 60
    /// How many battles one answer of the export has at most.
    public static let exported = 50_000
    static let rules = RatingRules()

    private let database: Database

    /// The boards of a database.
    public init(database: Database) {
        self.database = database
    }

    /// The board as it was computed last; nil before the first time.
    public func find(_ kind: BoardKind) throws -> StoredBoard? {
        try database.withConnection { try Self.find(kind, on: $0) }
    }

    private static func find(_ kind: BoardKind, on connection: Connection) throws -> StoredBoard? {
        let row: Row? = try connection.first(
            "select document, computed_at from rating_boards where name = \(kind.name)")
        guard let row else { return nil }
        return StoredBoard(
            board: try row.value("document", as: JSONText.self).decode(), computedAt: try row.value("computed_at"))
    }

    /// The tags that have a board, those with the most battles first.
    public func tags() throws(DatabaseError) -> [RatedTag] {
        try database.query(
            """
            select tags.slug, tags.name, (boards.document ->> 'battles')::int as battles
            from rating_boards boards
            join tags on boards.name = 'tag:' || tags.slug
            order by battles desc, tags.name, tags.slug
            """)
    }

    /// The board of what one person judged; nil below `Battles.ownBoard` battles. Models need no number of battles for it.
    public func own(_ voter: String) throws -> RatedBoard? {
        let person: UUID? = try database.one("select battle_pseudonym(\(voter))", as: UUID?.self)
        guard let person else { return nil }
        let board = try database.withConnection { connection in
            try Self.compute(
                "battles.pseudonym = \(person)", upTo: .max, RatingRules(minimumBattles: 1), on: connection)
        }
        return board.battles >= Battles.ownBoard ? board : nil
    }

    /// Battles from the newest, with the pseudonyms of those who judged.
    public func battles(_ request: PageRequest) throws -> Page<PublicBattle> {
        let order = Keyset("battles", .number("battles.id"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.query(
            """
            select \(sql: PublicBattle.columns), \(sql: order.columns)
            from battles
            join models left_models on left_models.id = battles.left_model_id
            join models right_models on right_models.id = battles.right_model_id
            where \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: rows, request) { row in try PublicBattle(row: row) }
    }

    /// Battles from the oldest, after one by its number.
    public func export(after last: Int64, limit: Int = RatingBoards.exported) throws(DatabaseError) -> [PublicBattle] {
        try database.query(
            """
            select \(sql: PublicBattle.columns)
            from battles
            join models left_models on left_models.id = battles.left_model_id
            join models right_models on right_models.id = battles.right_model_id
            where battles.id > \(last)
            order by battles.id
            limit \(Int32(limit))
            """)
    }

    /// Computes each board whose battles have changed, and by what the next pairs are drawn. Returns how many boards have.
    ///
    /// Each board is one transaction. A computation that ends half-way leaves whole boards, and the next one does the rest.
    public func refresh() throws -> Int {
        var changed = 0
        for kind in try kinds() where try refresh(kind) { changed += 1 }
        try refreshWeights()
        return changed
    }

    /// The boards that there should be. Those of tags that no longer have enough battles go.
    private func kinds() throws(DatabaseError) -> [BoardKind] {
        let tags: [String] = try database.query(
            """
            select tags.slug
            from battles
            join comparison_tags on comparison_tags.comparison_id = battles.comparison_id
            join tags on tags.id = comparison_tags.tag_id
            where battles.void_id is null
            group by tags.slug
            having count(*) >= \(Int32(Self.tagBattles))
            order by tags.slug
            """)
        let kinds = BoardKind.fixed + tags.map(BoardKind.tag)
        try database.execute("delete from rating_boards where name <> all (\(kinds.map(\.name)))")
        return kinds
    }

    /// Two computations at once take turns, so that the later one sees all that the earlier one has.
    private func refresh(_ kind: BoardKind) throws -> Bool {
        try database.transaction { connection in
            try connection.execute(
                "select pg_advisory_xact_lock(hashtextextended(\("rating board " + kind.name), 0))")
            let board = try Self.compute(kind.condition, upTo: .max, on: connection)
            if try Self.find(kind, on: connection)?.board == board { return false }
            try connection.execute(
                """
                insert into rating_boards (name, last_battle, document, computed_at)
                values (\(kind.name), \(board.lastBattle), \(try JSONText(encoding: board)), dailies_now())
                on conflict (name) do update
                set last_battle = excluded.last_battle,
                    document = excluded.document,
                    computed_at = excluded.computed_at
                """)
            return true
        }
    }

    /// Computes what battles of each two models would tell, among models with videos for battles.
    private func refreshWeights() throws {
        try database.transaction { connection in
            try connection.execute("select pg_advisory_xact_lock(hashtextextended('battle weights', 0))")
            let models: [UUID] = try connection.query("select distinct model_id from battle_videos order by model_id")
            let numbers = Dictionary(uniqueKeysWithValues: models.enumerated().map { ($1, $0) })
            let rows: [Row] = try connection.query(
                """
                select least(left_model_id, right_model_id) as low, greatest(left_model_id, right_model_id) as high,
                    count(*) filter (
                        where outcome = case when left_model_id < right_model_id then 'left' else 'right' end
                    )::int as low_wins,
                    count(*) filter (
                        where outcome = case when left_model_id < right_model_id then 'right' else 'left' end
                    )::int as high_wins,
                    count(*) filter (where outcome in ('tie', 'bothBad'))::int as ties
                from battles
                where void_id is null
                group by 1, 2
                order by 1, 2
                """)
            let counts = try rows.compactMap { row -> BattleCounts? in
                guard let low = numbers[try row.value("low")], let high = numbers[try row.value("high")] else {
                    return nil
                }
                return BattleCounts(
                    left: low, right: high, leftWins: try row.value("low_wins"), rightWins: try row.value("high_wins"),
                    ties: try row.value("ties"))
            }
            let weights = try Matchmaking.weights(models: models.count, counts)
            try connection.execute("delete from battle_weights")
            try connection.execute(
                """
                insert into battle_weights (low_model_id, high_model_id, weight)
                select least(one, other), greatest(one, other), weight
                from unnest(
                    \(weights.map { models[$0.low] }), \(weights.map { models[$0.high] }), \(weights.map(\.weight))
                ) given (one, other, weight)
                """)
        }
    }

    /// The names of the boards that differ from their battles.
    public func verify() throws -> [String] {
        let names: [String] = try database.query("select name from rating_boards order by name")
        return try names.compactMap(BoardKind.init).filter { kind in
            try database.withConnection { connection in
                guard let stored = try Self.find(kind, on: connection)?.board else { return false }
                return try !Self.compute(kind.condition, upTo: stored.lastBattle, on: connection).agrees(with: stored)
            }
        }.map(\.name)
    }

    private static func compute(
        _ condition: SQL, upTo last: Int64, _ rules: RatingRules = RatingBoards.rules, on connection: Connection
    ) throws -> RatedBoard {
        let rows: [Row] = try connection.query(
            """
            select left_models.slug as left_slug, right_models.slug as right_slug, counted.left_wins, counted.right_wins,
                counted.ties, counted.both_bad, counted.last
            from (
                select left_model_id, right_model_id,
                    count(*) filter (where outcome = 'left' and void_id is null)::int as left_wins,
                    count(*) filter (where outcome = 'right' and void_id is null)::int as right_wins,
                    count(*) filter (where outcome = 'tie' and void_id is null)::int as ties,
                    count(*) filter (where outcome = 'bothBad' and void_id is null)::int as both_bad, max(id) as last
                from battles
                where battles.id <= \(last) and \(sql: condition)
                group by left_model_id, right_model_id
            ) counted
            join models left_models on left_models.id = counted.left_model_id
            join models right_models on right_models.id = counted.right_model_id
            """)
        var lastBattle: Int64 = 0
        let counts = try rows.compactMap { row -> RatedBoard.Counts? in
            lastBattle = max(lastBattle, try row.value("last"))
            let count = RatedBoard.Counts(
                left: try row.value("left_slug"), right: try row.value("right_slug"),
                leftWins: try row.value("left_wins"), rightWins: try row.value("right_wins"),
                ties: try row.value("ties"), bothBad: try row.value("both_bad"))
            return count.sum > 0 ? count : nil
        }
        let names: [Row] = try connection.query("select slug, name, maker from models")
        var facts: [String: (name: String, maker: String)] = [:]
        for row in names { facts[try row.value("slug")] = (try row.value("name"), try row.value("maker")) }
        return try RatedBoard(counts, lastBattle: lastBattle, rules: rules, facts: facts)
    }
}
