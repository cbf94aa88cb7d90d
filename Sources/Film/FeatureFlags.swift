internal import Platform
public import Postgres
internal import Synchronization

/// A switch that an operator turns while the site runs.
public struct FeatureFlag: Sendable, Hashable, RowDecodable {
    /// What programs call it.
    public let key: String
    /// What people call it.
    public let name: String
    /// What it does.
    public let description: String
    /// Where it belongs.
    public let category: String
    /// Whether it is on.
    public let isEnabled: Bool

    /// Reads a row of `feature_flags`.
    public init(row: Row) throws(DatabaseError) {
        key = try row.value("key")
        name = try row.value("name")
        description = try row.value("description")
        category = try row.value("category")
        isEnabled = try row.value("enabled")
    }
}

/// The flags as they stand, kept for a moment: every process sees a change within a second even if it never hears of
/// it, and at once when it does.
public final class FeatureFlags: Sendable {
    private static let keptFor = Duration.seconds(1)

    private let database: Database
    private let kept = Mutex<Kept?>(nil)

    private struct Kept {
        let flags: [FeatureFlag]
        let until: ContinuousClock.Instant
    }

    /// Flags of a database; nothing is read before the first question.
    public init(_ database: Database) {
        self.database = database
    }

    /// All flags by category and key.
    public func all() throws(DatabaseError) -> [FeatureFlag] {
        if let kept = kept.withLock(\.self), kept.until > .now { return kept.flags }
        let flags: [FeatureFlag] = try database.query(
            """
            select key, name, description, category, enabled
            from feature_flags
            order by category, key
            """)
        kept.withLock { $0 = Kept(flags: flags, until: .now + Self.keptFor) }
        return flags
    }

    /// Whether a flag is on; one that does not exist is not.
    public func isEnabled(_ key: String) throws(DatabaseError) -> Bool {
        try all().contains { $0.key == key && $0.isEnabled }
    }

    /// Forgets what was read, because it may have changed.
    public func drop() {
        kept.withLock { $0 = nil }
    }
}
