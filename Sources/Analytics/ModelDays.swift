public import FoundationEssentials
public import Postgres

/// Counts again the days of models about which something has changed.
///
/// Runs, votes and battles note which days of which models they change, in their own transaction. A fold takes notes and
/// counts those days anew in one transaction, so what is kept is what the rows say, even when the process is killed.
public struct ModelDays: Sendable {
    /// How many notes one transaction takes.
    public static let stepSize = 10_000

    /// Counting everything for the first time reads every run, vote and battle.
    private static let timeout: Duration = .seconds(600)

    private let database: Database

    /// The days in `database`, reached as the owner or as the jobs' role.
    public init(database: Database) {
        self.database = database
    }

    /// Takes some notes; returns how many. Nil when another process is counting.
    @discardableResult
    public func step(most: Int = stepSize) throws -> Int? {
        try database.transaction(timeout: Self.timeout) { connection in
            try connection.one("select fold_model_days(\(most)::int)")
        }
    }

    /// Counts until nothing is noted. Returns how many notes that took.
    @discardableResult
    public func run() throws -> Int {
        var total = 0
        while let taken = try step() {
            total += taken
            if taken < Self.stepSize { break }
        }
        return total
    }
}

/// A day of a model that differs from the rows.
public struct ModelDayDrift: Sendable, RowDecodable {
    /// The model.
    public let modelID: UUID
    /// The day, UTC.
    public let day: String
    /// Whether it is about videos that start from a picture.
    public let startsFromPicture: Bool
    /// The figures that differ.
    public let names: String

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        modelID = try row.value("model_id")
        day = try row.value("day")
        startsFromPicture = try row.value("has_source")
        names = try row.value("names")
    }

    /// Every difference; none on a sound site. Not for the web role.
    public static func find(in database: Database) throws(DatabaseError) -> [ModelDayDrift] {
        try database.query("select \(sql: columns) from model_day_drift() drift")
    }

    /// Counts everything anew, and returns what differed. Not for the web role.
    public static func repair(in database: Database) throws(DatabaseError) -> [ModelDayDrift] {
        try database.query("select \(sql: columns) from repair_model_days() drift")
    }

    private static let columns: SQL = """
        drift.model_id, drift.day::text as day, drift.has_source, (
            select string_agg(
                format('%s %s (expected %s)', name, coalesce(drift.found ->> name, 'none'), coalesce(drift.expected ->> name, 'none')),
                ', ' order by name
            )
            from jsonb_object_keys(coalesce(drift.found, drift.expected)) name
            where drift.found -> name is distinct from drift.expected -> name
                and name not in ('model_id', 'day', 'has_source')
        ) as names
        """
}
