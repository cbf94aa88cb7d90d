public import FoundationEssentials
public import Money
public import Postgres
public import Refusals
public import Storage

/// How a person judged a pair.
public enum BattleOutcome: String, CaseIterable, Sendable, SQLValue, RowDecodable {
    /// The left video is better.
    case left
    /// The right video is better.
    case right
    /// Neither is better.
    case tie
    /// Both are bad, which counts as a tie and is reported apart.
    case bothBad
}

/// Two videos of one prompt, without their names.
public struct BattlePair: Sendable, RowDecodable {
    /// One of the two videos.
    public struct Side: Sendable {
        /// By which its file is loaded, for this pair alone.
        public let token: UUID
        /// Pixels.
        public let width: Int
        /// Pixels.
        public let height: Int
    }

    /// The pair's token, without which it cannot be judged.
    public let id: UUID
    /// What both were made from.
    public let prompt: String
    /// Whether they start from the same picture.
    public let hasSource: Bool
    /// The left one.
    public let left: Side
    /// The right one.
    public let right: Side
    /// Until when the pair can be judged and its videos can be loaded.
    public let expiresAt: Date
    /// How many pairs the person has judged.
    public let battles: Int

    /// Reads a row of `show_battle`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        prompt = try row.value("prompt")
        hasSource = try row.value("has_source")
        left = Side(
            token: try row.value("left_token"), width: try row.value("left_width"),
            height: try row.value("left_height"))
        right = Side(
            token: try row.value("right_token"), width: try row.value("right_width"),
            height: try row.value("right_height"))
        expiresAt = try row.value("expires_at")
        battles = try row.value("battles")
    }
}

/// Which videos a pair was, once it is judged.
public struct BattleResult: Sendable, Equatable {
    /// One of the two videos.
    public struct Side: Sendable, Equatable {
        /// The model's name.
        public let model: String
        /// The model's slug.
        public let slug: String
        /// Where it ran.
        public let provider: String
        /// The video.
        public let video: UUID
        /// What it cost; nil where that is not known.
        public let cost: Money?
        /// From the provider's acknowledgement to its saying done, in milliseconds; nil for this site's own renderer.
        public let generationMs: Int?

        fileprivate init(_ side: String, row: Row) throws(DatabaseError) {
            model = try row.value(side + "_model")
            slug = try row.value(side + "_slug")
            provider = try row.value(side + "_provider")
            video = try row.value(side + "_video")
            cost = try row.value(side + "_cost", as: String?.self).flatMap { Money($0) }
            generationMs = try row.value(side + "_ms")
        }
    }

    /// How it was judged.
    public let outcome: BattleOutcome
    /// How many pairs the person has judged.
    public let battles: Int
    /// The left one.
    public let left: Side
    /// The right one.
    public let right: Side

    fileprivate init(row: Row) throws(DatabaseError) {
        outcome = try row.value("judged")
        battles = try row.value("battles")
        left = try Side("left", row: row)
        right = try Side("right", row: row)
    }
}

/// Blind battles of two videos.
public struct Battles: Sendable {
    /// After how many battles a person has a board.
    public static let ownBoard = 30
    /// How long a pair can be judged. The next pair is loaded while the one before it is looked at.
    private static let lifetime = "30 minutes"

    private let database: Database

    /// The battles of a database.
    public init(database: Database) {
        self.database = database
    }

    /// Shows a person a pair that the person has not judged, other than the one that the person is looking at; nil when there
    /// is none.
    public func show(to voter: String, after open: UUID? = nil) throws(DatabaseError) -> BattlePair? {
        try database.first("select * from show_battle(\(voter), \(Self.lifetime)::interval, \(open))")
    }

    /// Judges a pair. It counts once, from the person to whom it was shown.
    public func judge(
        _ pair: UUID, _ outcome: BattleOutcome, by voter: String, member: UUID?
    ) throws(BattleError) -> BattleResult {
        try BattleError.wrapping {
            let row: Row = try database.one(
                "select * from cast_battle(\(pair), \(voter), \(member), \(outcome.rawValue))")
            switch try row.value("outcome", as: String.self) {
            case "done": return try BattleResult(row: row)
            case "battle_judged": throw BattleRefusal.judged
            case "battle_expired": throw BattleRefusal.expired
            case "battle_gone": throw BattleRefusal.gone
            default: throw BattleRefusal.notFound
            }
        }
    }

    /// The file that a token leads to; nil when the token is unknown or its pair has expired.
    public func file(_ token: UUID) throws(DatabaseError) -> StorageKey? {
        let key: String? = try database.one("select battle_file(\(token))", as: String?.self)
        return key.flatMap { StorageKey($0) }
    }
}
