public import FoundationEssentials
public import Money
internal import Platform
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

/// Who judges a pair.
public struct BattleVoter: Sendable {
    /// Under which judgements count once.
    public let key: String
    /// The member, unless a visitor judges.
    public let member: UUID?
    /// The device's key; nil keeps no evidence.
    public let device: String?
    /// The hash of the browser's cookie, for which judgements count once too.
    public let cookie: String?
    /// The hash of the network of the day.
    public let network: String?
    /// Whether a browser would have sent more headers.
    public let lacksHeaders: Bool

    /// A voter.
    public init(
        key: String, member: UUID? = nil, device: String? = nil, cookie: String? = nil, network: String? = nil,
        lacksHeaders: Bool = false
    ) {
        self.key = key
        self.member = member
        self.device = device
        self.cookie = cookie
        self.network = network
        self.lacksHeaders = lacksHeaders
    }
}

/// Blind battles of two videos. Judgements that arrive at once are counted by one statement, so that they share its commit.
public final class Battles: Sendable {
    /// After how many battles a person has a board.
    public static let ownBoard = 30
    /// How long a pair can be judged. The next pair is loaded while the one before it is looked at.
    private static let lifetime = "30 minutes"

    private struct Judgement: Sendable {
        let pair: UUID
        let outcome: BattleOutcome
        let voter: BattleVoter
    }

    /// What came of a judgement: the outcome of `cast_battles`, and the names if it is `done`.
    private struct Verdict: Sendable {
        let outcome: String
        let result: BattleResult?

        init(row: Row) throws(DatabaseError) {
            outcome = try row.value("outcome")
            result = outcome == "done" ? try BattleResult(row: row) : nil
        }
    }

    private typealias Ticket = GroupQueue<Judgement, Verdict>.Ticket

    /// While one statement waits for the disk, another one counts.
    private static let lanes = 2

    /// How often the visitors of a network judge a pair on a day at most, unless a setting says otherwise.
    public static let networkBattles = 100

    private let database: Database
    /// A voter's judgements are all in one of them, and so take turns.
    private let queues = (0..<lanes).map { _ in GroupQueue<Judgement, Verdict>(groupLimit: 256, capacity: 4_096) }

    /// The battles of a database, in which the visitors of a network judge a pair `networkBattles` times a day at most.
    public init(database: Database, networkBattles: Int = Battles.networkBattles) {
        self.database = database
        // No thread is started: the one that has waited longest does the work of all.
        for queue in queues { queue.start { [database] in Self.count($0, in: database, networkBattles) } }
    }

    /// Shows a person a pair that neither the person nor the browser with this cookie has judged, other than the one that the
    /// person is looking at; nil when there is none.
    public func show(
        to voter: String, cookie: String? = nil, after open: UUID? = nil
    ) throws(DatabaseError) -> BattlePair? {
        try database.first("select * from show_battle(\(voter), \(cookie), \(Self.lifetime)::interval, \(open))")
    }

    /// Judges a pair. It counts once, from the person to whom it was shown.
    public func judge(
        _ pair: UUID, _ outcome: BattleOutcome, by voter: BattleVoter
    ) throws(BattleError) -> BattleResult {
        try BattleError.wrapping {
            let queue = queues[Int(voter.key.hashValue.magnitude % UInt(queues.count))]
            let verdict = try queue.submit(Judgement(pair: pair, outcome: outcome, voter: voter))
            if let result = verdict.result { return result }
            switch verdict.outcome {
            case "battle_judged": throw BattleRefusal.judged
            case "battle_expired": throw BattleRefusal.expired
            case "battle_gone": throw BattleRefusal.gone
            case "battle_retired": throw BattleRefusal.retired
            case "network_full": throw BattleRefusal.networkFull
            default: throw BattleRefusal.notFound
            }
        }
    }

    /// A statement has each pair, voter and cookie once; what comes a second time comes with the next one.
    private static func count(_ tickets: [Ticket], in database: Database, _ networkBattles: Int) {
        var left = tickets
        while !left.isEmpty {
            var seen: Set<String> = []
            var now: [Ticket] = []
            var later: [Ticket] = []
            for ticket in left {
                let voter = ticket.item.voter
                let keys = [ticket.item.pair.uuidString, voter.key] + (voter.cookie.map { [$0] } ?? [])
                if keys.contains(where: seen.contains) { later.append(ticket) } else { now.append(ticket) }
                seen.formUnion(keys)
            }
            apply(now, in: database, networkBattles)
            left = later
        }
    }

    private static func apply(_ tickets: [Ticket], in database: Database, _ networkBattles: Int) {
        GroupQueue.answer(tickets.map { ($0, $0.item) }) { items in
            let rows: [Row] = try database.query(
                """
                select *
                from cast_battles(
                    \(items.map(\.pair)), \(items.map(\.voter.key)), \(items.map(\.voter.member)),
                    \(items.map(\.outcome.rawValue)), \(items.map(\.voter.device)), \(items.map(\.voter.cookie)),
                    \(items.map(\.voter.network)), \(items.map(\.voter.lacksHeaders)), \(Int32(networkBattles))
                )
                """)
            return try rows.map { try Verdict(row: $0) }
        }
    }

    /// The file that a token leads to; nil when the token is unknown or its pair has expired.
    public func file(_ token: UUID) throws(DatabaseError) -> StorageKey? {
        let key: String? = try database.one("select battle_file(\(token))", as: String?.self)
        return key.flatMap { StorageKey($0) }
    }
}
