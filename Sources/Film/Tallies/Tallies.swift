public import FoundationEssentials
internal import Logging
public import Postgres
public import Queue
public import Refusals

/// A document of a season's chain as it is stored.
public struct TallyRecord: Sendable, RowDecodable {
    /// Its place in the chain.
    public let number: Int
    /// Its slot.
    public let slot: Int
    /// The document, in the bytes that are hashed.
    public let document: String
    /// Their SHA-256 in hexadecimal.
    public let hash: String

    /// Reads a row of `round_tallies`.
    public init(row: Row) throws(DatabaseError) {
        number = try row.value("number")
        slot = try row.value("slot_position")
        document = try row.value("document")
        hash = try row.value("hash")
    }
}

/// One's own votes in a closed round, as its export lists them.
public struct Receipt: Sendable {
    /// The pseudonym that the export lists the votes under.
    public let voter: String
    /// The votes.
    public let votes: [ReceiptVote]
}

/// One of one's own votes.
public struct ReceiptVote: Sendable {
    /// The clip.
    public let clipID: UUID
    /// Its title.
    public let title: String
    /// How often it was cast.
    public let casts: Int
    /// What it weighs.
    public let weight: Int
    /// Whether it was taken out of the count.
    public let voided: Bool
    /// When it was cast, to the minute.
    public let castAt: Date
}

/// The exports of closed rounds, by which anybody can check the count.
public struct Tallies: Sendable {
    private let database: Database

    /// Exports kept in `database`.
    public init(database: Database) {
        self.database = database
    }

    /// Exports what has closed and corrects what was changed since. Returns how many documents were written.
    @discardableResult
    public func write() throws -> Int {
        // A round of a hundred thousand votes takes seconds, and no request waits for it.
        try database.transaction(timeout: .seconds(600)) { try $0.one("select write_tallies()") }
    }

    /// The documents of a season's slots, or of one slot, in the order of the chain. The season is named by its id or
    /// its number.
    public func records(season: String, slot: Int? = nil) throws(FilmError) -> [TallyRecord] {
        try FilmError.wrapping {
            let named = try Stories.condition(season: season)
            let known: Bool = try database.one("select exists (select from seasons where \(sql: named))")
            guard known else { throw FilmRefusal.seasonNotFound }
            return try database.query(
                """
                select tallies.number, tallies.slot_position, tallies.document, tallies.hash
                from round_tallies tallies
                join seasons on seasons.id = tallies.season_id
                where \(sql: named) and (\(slot)::int is null or tallies.slot_position = \(slot)::int)
                order by tallies.number
                """)
        }
    }

    /// What voters see of their own votes in a round; each holds some of these keys.
    public func receipts(season: String, slot: Int, voterKeys: [String]) throws(FilmError) -> [Receipt] {
        try FilmError.wrapping {
            let named = try Stories.condition(season: season)
            let id: UUID? = try database.first("select id from seasons where \(sql: named)")
            guard let id else { throw FilmRefusal.seasonNotFound }
            let rows: [Row] = try database.query("select * from vote_receipts(\(id), \(slot)::int, \(voterKeys))")
            var receipts: [Receipt] = []
            for row in rows {
                let voter: String = try row.value("pseudonym")
                let vote = ReceiptVote(
                    clipID: try row.value("clip_id"), title: try row.value("title"), casts: try row.value("casts"),
                    weight: try row.value("weight"), voided: try row.value("is_void"), castAt: try row.value("cast_at"))
                let before = receipts.last?.voter == voter ? receipts.removeLast().votes : []
                receipts.append(Receipt(voter: voter, votes: before + [vote]))
            }
            return receipts
        }
    }

    /// Teaches a process the job that exports rounds. Closing a round adds it to the queue. It also recurs,
    /// to make up for missed runs.
    public static func register(in registry: inout JobRegistry) {
        registry.register(WriteTallies.self) { _, context in
            let written = try Tallies(database: context.database).write()
            if written > 0 { context.log.info("rounds exported", ["documents": .int(written)]) }
            return .done()
        }
        registry.recur(WriteTallies.kind, .every(.seconds(300)), WriteTallies())
    }
}

/// `enqueue_tallies()` contains the name and the key too.
struct WriteTallies: JobPayload {
    static let kind = "write_tallies"
    static let options = JobOptions(timeout: .seconds(900), isLong: true)
}
