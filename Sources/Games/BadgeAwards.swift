public import Postgres

/// Gives members the badges that they have earned, and takes back those whose ground is gone.
///
/// What changes a member's votes, streaks, clips, wins or referrals notes the member in its own transaction, where a badge may
/// depend on it. Only members who are noted are looked at.
public struct BadgeAwards: Sendable {
    /// How many notes one transaction takes.
    public static let stepSize = 500

    private let database: Database

    /// The badges in `database`, reached as the owner or as the jobs' role.
    public init(database: Database) {
        self.database = database
    }

    /// Takes some notes; returns how many. Nil when another process is at it.
    @discardableResult
    public func step(most: Int = stepSize) throws -> Int? {
        try database.transaction(timeout: .seconds(600)) { connection in
            try connection.one("select settle_badges(\(most)::int)")
        }
    }

    /// Continues until no one is noted, as long as `isWanted`. Returns how many notes that took.
    @discardableResult
    public func run(while isWanted: () -> Bool = { true }) throws -> Int {
        var total = 0
        while isWanted() {
            guard let taken = try step() else { return total }
            total += taken
            if taken < Self.stepSize { return total }
        }
        return total
    }
}
