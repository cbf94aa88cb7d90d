internal import FoundationEssentials
public import Postgres

/// Adds to the boards what votes have changed since the last time.
///
/// Votes log their changes in their own transaction and write no board. A fold takes rows from the log and adds them to the
/// boards in one transaction, so that each counts once, even when the process is killed.
public struct RankFold: Sendable {
    /// How many rows of the log one transaction takes. A row is what one batch of votes changed.
    public static let stepSize = 1_000

    /// Counting everything for the first time reads every vote.
    private static let timeout: Duration = .seconds(600)

    private let database: Database

    /// A fold of the boards in `database`, reached as the owner or as the jobs' role.
    public init(database: Database) {
        self.database = database
    }

    /// Takes some rows of the log; returns how many. Nil when another process is folding.
    @discardableResult
    public func step(most: Int = stepSize) throws -> Int? {
        try database.transaction(timeout: Self.timeout) { connection in
            try connection.one("select fold_ranks(\(most)::int)")
        }
    }

    /// Folds until the log is empty, as long as `isWanted`. Returns how many rows that took.
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
