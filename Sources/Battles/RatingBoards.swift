public import FoundationEssentials
public import Postgres
internal import Ratings

/// Which battles a board is made of.
public enum BoardKind: String, CaseIterable, Sendable, SQLValue {
    /// All battles.
    case all
    /// Videos that were made from words alone.
    case text
    /// Videos that start from a picture.
    case picture

    /// Which rows of `battles` count.
    fileprivate var condition: SQL {
        switch self {
        case .all: "true"
        case .text: "not battles.has_source"
        case .picture: "battles.has_source"
        }
    }
}

/// A board of ratings with what it was computed from.
public struct RatedBoard: Sendable, Equatable, Codable {
    /// Models that can be compared with each other.
    public struct Group: Sendable, Equatable, Codable {
        /// How many battles were fought in it.
        public let battles: Int
        /// Whether some models won every battle against all others, so that their ratings have no end in the data.
        public let isSeparated: Bool
        /// The models by slug, so that the order says nothing about their ratings.
        public let models: [Model]
    }

    /// A model's place.
    public struct Model: Sendable, Equatable, Codable {
        /// The model's slug.
        public let slug: String
        /// The model's name.
        public let name: String
        /// Who makes the model.
        public let maker: String
        /// Points: 400 more are a chance of 10 to 1.
        public let rating: Double
        /// The standard error.
        public let error: Double
        /// Half the width of the interval.
        public let interval: Double
        /// How many battles it fought.
        public let battles: Int
        /// Battles that the model won.
        public let wins: Int
        /// Battles that it lost.
        public let losses: Int
        /// Ties.
        public let ties: Int
        /// Battles in which both were bad.
        public let bothBad: Int
        /// From 0; nil below the floor of battles, like the ranks.
        public let tier: Int?
        /// The best rank that it can have, from 1.
        public let bestRank: Int?
        /// The worst rank that it can have.
        public let worstRank: Int?
    }

    /// How many battles were counted.
    public let battles: Int
    /// The last one by its number.
    public let lastBattle: Int64
    /// The chance that everything that the board says about the order of models is true.
    public let confidence: Double
    /// How many battles a model needs before it has a tier.
    public let minimumBattles: Int
    /// Battles with a winner, and how many of them the left side won.
    public let decided: Int
    /// How many battles the left side won.
    public let leftWins: Int
    /// The interval of the left side's share; nil without a decided battle.
    public let leftLow: Double?
    /// The upper end of that interval.
    public let leftHigh: Double?
    /// Those with the most battles first.
    public let groups: [Group]
}

/// A battle as everyone may read it.
public struct PublicBattle: Sendable, RowDecodable {
    /// The number of the battle.
    public let id: Int64
    /// A random name for the one who judged, the same for all battles of a person.
    public let voter: UUID
    /// The model on the left, by slug.
    public let left: String
    /// The model on the right, by slug.
    public let right: String
    /// Whether the videos start from a picture.
    public let startsFromPicture: Bool
    /// How it was judged.
    public let outcome: BattleOutcome
    /// When it was judged.
    public let castAt: Date

    /// Reads a row of the list.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        voter = try row.value("pseudonym")
        left = try row.value("left_slug")
        right = try row.value("right_slug")
        startsFromPicture = try row.value("has_source")
        outcome = try row.value("outcome")
        castAt = try row.value("cast_at")
    }
}

/// A board with the time of its computation.
public struct StoredBoard: Sendable {
    /// The board.
    public let board: RatedBoard
    /// When it was computed.
    public let computedAt: Date
}

/// The boards of ratings.
public struct RatingBoards: Sendable {
    private let database: Database
    private static let rules = RatingRules()

    /// The boards of a database.
    public init(database: Database) {
        self.database = database
    }

    /// The board as it was computed last; nil before the first time.
    public func find(_ kind: BoardKind) throws -> StoredBoard? {
        let row: Row? = try database.first(
            "select document, computed_at from rating_boards where name = \(kind.rawValue)")
        guard let row else { return nil }
        return StoredBoard(
            board: try row.value("document", as: JSONText.self).decode(), computedAt: try row.value("computed_at"))
    }

    /// The board of what one person judged; nil below `Battles.ownBoard` battles. Models need no number of battles for it.
    public func own(_ voter: String) throws -> RatedBoard? {
        let person: UUID? = try database.one("select battle_pseudonym(\(voter))", as: UUID?.self)
        guard let person else { return nil }
        let board = try compute("battles.pseudonym = \(person)", upTo: .max, RatingRules(minimumBattles: 1))
        return board.battles >= Battles.ownBoard ? board : nil
    }

    /// Battles from the newest, with the pseudonyms of those who judged.
    public func battles(_ request: PageRequest) throws -> Page<PublicBattle> {
        let order = Keyset("battles", .number("battles.id"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.query(
            """
            select battles.id, battles.pseudonym, left_models.slug as left_slug, right_models.slug as right_slug,
                battles.has_source, battles.outcome, battles.cast_at, \(sql: order.columns)
            from battles
            join models left_models on left_models.id = battles.left_model_id
            join models right_models on right_models.id = battles.right_model_id
            where \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: rows, request) { row in try PublicBattle(row: row) }
    }

    /// Computes each board whose battles have changed. Returns how many have.
    public func refresh() throws -> Int {
        var changed = 0
        for kind in BoardKind.allCases {
            let board = try compute(kind.condition, upTo: .max)
            if try find(kind)?.board == board { continue }
            changed += 1
            // Of two computations at once, the one that has seen more battles stays.
            try database.execute(
                """
                insert into rating_boards (name, last_battle, document, computed_at)
                values (\(kind.rawValue), \(board.lastBattle), \(try JSONText(encoding: board)), dailies_now())
                on conflict (name) do update
                set last_battle = excluded.last_battle,
                    document = excluded.document,
                    computed_at = excluded.computed_at
                where rating_boards.last_battle <= excluded.last_battle
                """)
        }
        return changed
    }

    /// The names of the boards that differ from their battles.
    public func verify() throws -> [String] {
        try BoardKind.allCases.filter { kind in
            guard let stored = try find(kind)?.board else { return false }
            return try compute(kind.condition, upTo: stored.lastBattle).withoutNames != stored.withoutNames
        }.map(\.rawValue)
    }

    private struct Counts: RowDecodable {
        let left: String
        let right: String
        let leftWins: Int
        let rightWins: Int
        let ties: Int
        let bothBad: Int
        let last: Int64

        init(row: Row) throws(DatabaseError) {
            left = try row.value("left_slug")
            right = try row.value("right_slug")
            leftWins = try row.value("left_wins")
            rightWins = try row.value("right_wins")
            ties = try row.value("ties")
            bothBad = try row.value("both_bad")
            last = try row.value("last")
        }
    }

    private struct Name: RowDecodable {
        let slug: String
        let name: String
        let maker: String

        init(row: Row) throws(DatabaseError) {
            slug = try row.value("slug")
            name = try row.value("name")
            maker = try row.value("maker")
        }
    }

    private func compute(_ condition: SQL, upTo last: Int64, _ rules: RatingRules = RatingBoards.rules) throws
        -> RatedBoard
    {
        let counts: [Counts] = try database.query(
            """
            select left_models.slug as left_slug, right_models.slug as right_slug, counted.left_wins, counted.right_wins,
                counted.ties, counted.both_bad, counted.last
            from (
                select left_model_id, right_model_id, count(*) filter (where outcome = 'left')::int as left_wins,
                    count(*) filter (where outcome = 'right')::int as right_wins,
                    count(*) filter (where outcome = 'tie')::int as ties,
                    count(*) filter (where outcome = 'bothBad')::int as both_bad, max(id) as last
                from battles
                where battles.id <= \(last) and \(sql: condition)
                group by left_model_id, right_model_id
            ) counted
            join models left_models on left_models.id = counted.left_model_id
            join models right_models on right_models.id = counted.right_model_id
            """)
        let names: [Name] = try database.query("select slug, name, maker from models order by slug")
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1.slug, $0) })
        let pairs = counts.compactMap { count in
            numbers[count.left].flatMap { left in
                numbers[count.right].map { right in
                    BattleCounts(
                        left: left, right: right, leftWins: count.leftWins, rightWins: count.rightWins,
                        ties: count.ties, bothBad: count.bothBad)
                }
            }
        }
        // Sums in another order differ in their last digits.
        .sorted { ($0.left, $0.right) < ($1.left, $1.right) }
        let board = try RatingBoard(models: names.count, pairs, rules: rules)
        return RatedBoard(
            battles: board.battles, lastBattle: counts.map(\.last).max() ?? 0, confidence: rules.confidence,
            minimumBattles: rules.minimumBattles, decided: board.sides.decided, leftWins: board.sides.leftWins,
            leftLow: board.sides.interval?.lowerBound, leftHigh: board.sides.interval?.upperBound,
            groups: board.groups.map { group in
                RatedBoard.Group(
                    battles: group.battles, isSeparated: group.isSeparated,
                    models: group.models.map {
                        RatedBoard.Model(names[$0.model].slug, names[$0.model].name, names[$0.model].maker, $0)
                    })
            })
    }
}

extension RatedBoard {
    /// What does not change when a model gets another name.
    fileprivate var withoutNames: RatedBoard {
        RatedBoard(
            battles: battles, lastBattle: lastBattle, confidence: confidence, minimumBattles: minimumBattles,
            decided: decided, leftWins: leftWins, leftLow: leftLow, leftHigh: leftHigh,
            groups: groups.map { group in
                Group(battles: group.battles, isSeparated: group.isSeparated, models: group.models.map(\.withoutName))
            })
    }
}

extension RatedBoard.Model {
    fileprivate var withoutName: RatedBoard.Model {
        RatedBoard.Model(
            slug: slug, name: "", maker: "", rating: rating, error: error, interval: interval, battles: battles,
            wins: wins, losses: losses, ties: ties, bothBad: bothBad, tier: tier, bestRank: bestRank,
            worstRank: worstRank)
    }

    fileprivate init(_ slug: String, _ name: String, _ maker: String, _ rated: RatedModel) {
        self.init(
            slug: slug, name: name, maker: maker, rating: rated.rating, error: rated.error, interval: rated.interval,
            battles: rated.record.battles, wins: rated.record.wins, losses: rated.record.losses,
            ties: rated.record.ties, bothBad: rated.record.bothBad, tier: rated.standing?.tier,
            bestRank: rated.standing?.ranks.lowerBound, worstRank: rated.standing?.ranks.upperBound)
    }
}
