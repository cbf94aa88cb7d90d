public import FoundationEssentials
public import Postgres

/// Something about a member's days, streaks, XP or badges that the votes, clips and rewards do not say.
public struct GameDrift: Equatable, Sendable, RowDecodable {
    /// `votes`, `streak`, `xp`, `win`, `referral` or `badge`.
    public let fault: String
    /// The member.
    public let userID: UUID
    /// The day, the sum, the clip, the tier or the badge.
    public let detail: String
    /// What is kept.
    public let found: Int
    /// What it must be.
    public let expected: Int

    /// Reads a row of `game_drift()`.
    public init(row: Row) throws(DatabaseError) {
        fault = try row.value("fault")
        userID = try row.value("user_id")
        detail = try row.value("detail")
        found = try row.value("found")
        expected = try row.value("expected")
    }

    /// It reads every vote.
    private static let timeout: Duration = .seconds(600)

    /// Everything that differs; nothing on a sound site.
    public static func find(in database: Database) throws -> [GameDrift] {
        try run("select * from game_drift()", in: database)
    }

    /// Counts everything anew if something differs, and returns how it differed.
    public static func repair(in database: Database) throws -> [GameDrift] {
        let drift = try run("select * from repair_games()", in: database)
        try BadgeAwards(database: database).run()
        return drift
    }

    private static func run(_ statement: SQL, in database: Database) throws -> [GameDrift] {
        try database.transaction(timeout: timeout) { try $0.query(statement) }
    }
}
