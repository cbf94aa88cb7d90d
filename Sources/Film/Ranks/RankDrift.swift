public import FoundationEssentials
public import Postgres

/// Something on the boards that the votes do not say.
public struct RankDrift: Equatable, Sendable, RowDecodable {
    /// `votes`: a score is not the sum of the votes. `listed`: an entry is shown and must not be, or the reverse. `entries`: the
    /// number of entries with equal votes is wrong.
    public let fault: String
    /// The board.
    public let board: String
    /// `day`, `week` or `all`.
    public let span: String
    /// The last day of the span, as text; `infinity` for all time.
    public let ends: String
    /// The clip or the member; nil for numbers of entries.
    public let subjectID: UUID?
    /// What the board has.
    public let found: Int
    /// What it must have.
    public let expected: Int

    /// Reads a row of `rank_drift()`.
    public init(row: Row) throws(DatabaseError) {
        fault = try row.value("fault")
        board = try row.value("board")
        span = try row.value("span")
        ends = try row.value("ends")
        subjectID = try row.value("subject_id")
        found = try row.value("found")
        expected = try row.value("expected")
    }

    private static let columns: SQL = "fault, board, span, ends::text, subject_id, found, expected"
    /// It reads every vote.
    private static let timeout: Duration = .seconds(600)

    /// Everything on the boards that differs from the votes; nothing on a sound site.
    public static func find(in database: Database) throws -> [RankDrift] {
        try run("select \(sql: columns) from rank_drift()", in: database)
    }

    /// Counts the boards anew if they differ, and returns how they differed.
    public static func repair(in database: Database) throws -> [RankDrift] {
        try run("select \(sql: columns) from repair_ranks()", in: database)
    }

    private static func run(_ statement: SQL, in database: Database) throws -> [RankDrift] {
        try database.transaction(timeout: timeout) { try $0.query(statement) }
    }
}
