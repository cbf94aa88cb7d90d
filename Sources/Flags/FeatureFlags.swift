internal import Crypto
public import FoundationEssentials
public import Postgres
public import Refusals
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
    /// Whether it is on, for everybody or for a share of the members.
    public let isEnabled: Bool
    /// For how many of a hundred members it is on; nil for everybody.
    public let rolloutPercent: Int?
    /// Whether it can be on for a share of the members.
    public let hasRollout: Bool
    /// When it was last changed; nil while it has its initial state.
    public let updatedAt: Date?
    /// The admin who did; nil when it was the operator, or when the flag was never changed.
    public let updatedBy: UUID?
    /// That admin's name.
    public let updatedByName: String?

    /// Reads a row of `feature_flags`.
    public init(row: Row) throws(DatabaseError) {
        key = try row.value("key")
        name = try row.value("name")
        description = try row.value("description")
        category = try row.value("category")
        isEnabled = try row.value("enabled")
        rolloutPercent = try row.value("rollout_percent")
        hasRollout = try row.value("has_rollout")
        updatedAt = try row.value("updated_at")
        updatedBy = try row.value("updated_by")
        updatedByName = try row.value("updated_by_name")
    }
}

/// The current flags, cached for a second. A process sees a change within that second even if it misses the
/// notification, and immediately when it receives it.
public final class FeatureFlags: Sendable {
    private static let keptFor = Duration.seconds(1)

    private let database: Database
    private let rolloutKey: SecretKey
    private let reception: Reception
    private let cache = Mutex(Cache())

    private struct Cache {
        var flags: [FeatureFlag]?
        var until = ContinuousClock.now
        /// Rises with each change, so that a reading from before one is not kept after it.
        var generation = 0
    }

    /// Flags of a database; nothing is read before the first question. The site's secret decides which members are in a
    /// roll-out. While `reception` is off each question is a reading.
    public init(_ database: Database, secretKey: [UInt8], reception: Reception = Reception()) {
        self.database = database
        self.reception = reception
        rolloutKey = SecretKey(secretKey).derived("feature roll-out")
    }

    /// All flags by category and key.
    public func all() throws(DatabaseError) -> [FeatureFlag] {
        let known = cache.withLock(\.self)
        if reception.isOn, let flags = known.flags, known.until > .now { return flags }
        let flags: [FeatureFlag] = try database.query(
            """
            select flags.key, flags.name, flags.description, flags.category, flags.enabled, flags.rollout_percent,
                flags.has_rollout, flags.updated_at, flags.updated_by, users.username as updated_by_name
            from feature_flags flags
            left join users on users.id = flags.updated_by
            order by flags.category, flags.key
            """)
        cache.withLock { cache in
            guard cache.generation == known.generation else { return }
            cache.flags = flags
            cache.until = .now + Self.keptFor
        }
        return flags
    }

    /// Whether a flag is on for a member, or for a visitor when that is nil; one that does not exist is not.
    public func isEnabled(_ key: String, for member: UUID?) throws(DatabaseError) -> Bool {
        guard let flag = try all().first(where: { $0.key == key }) else { return false }
        return isOn(flag, for: member)
    }

    /// Whether a flag is on for a member. A visitor is in no roll-out, since nothing tells visitors apart for long.
    public func isOn(_ flag: FeatureFlag, for member: UUID?) -> Bool {
        guard flag.isEnabled, let percent = flag.rolloutPercent, percent < 100 else { return flag.isEnabled }
        guard let member else { return false }
        return place(of: member, in: flag.key) < UInt64(percent)
    }

    /// A member's place among a hundred. It never changes, so that a larger roll-out includes a smaller one. It
    /// differs from flag to flag, so that no member is always the first to try things.
    private func place(of member: UUID, in key: String) -> UInt64 {
        let digest = HMAC256.sign(key + "\n" + member.uuidString.lowercased(), key: rolloutKey)
        return digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } % 100
    }

    /// Turns a flag on or off, or changes its roll-out; nil leaves a value as it is. Notifies every process.
    public func set(
        _ key: String, isEnabled: Bool?, rolloutPercent: Int?, by actor: UUID?
    ) throws(FlagError) -> FeatureFlag {
        try FlagError.wrapping {
            let outcome: String = try database.one(
                "select set_feature_flag(\(actor), \(key), \(isEnabled), \(rolloutPercent)::int)")
            if outcome == "rollout_not_possible" { throw FlagRefusal.rolloutNotPossible }
            drop()
            guard outcome == "done", let flag = try all().first(where: { $0.key == key }) else {
                throw FlagRefusal.notFound
            }
            return flag
        }
    }

    /// Forgets what was read, because it may have changed.
    public func drop() {
        cache.withLock { cache in
            cache.flags = nil
            cache.generation += 1
        }
    }
}
