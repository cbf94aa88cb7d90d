public import FoundationEssentials
public import Postgres
internal import Synchronization

/// A migrated database of its own for one test, cloned from a template.
///
/// `try TestDatabase.run { test in let web = test.database(as: .web) … }`
public final class TestDatabase: Sendable {
    /// Whom a pool of a test logs in as.
    public enum Role: String, Sendable {
        /// Owns the schema and migrates it.
        case owner = "dailies_owner"
        /// Serves requests.
        case web = "dailies_web"
        /// Works in the background.
        case jobs = "dailies_jobs"
        /// The cluster's superuser, to arrange or to inspect what no role of the product may.
        case superuser = "postgres"
    }

    /// The database's name.
    public let name: String
    private let cluster: TestCluster
    private let pools = Mutex<[Role: Database]>([:])
    /// How far this database's clock is ahead before a test sets it.
    private let startOffset: Duration

    /// Makes a database, migrated or empty. `run` is the better way, since it also drops it. `now` is the time of its making.
    public init(in cluster: TestCluster? = nil, migrated: Bool = true, at now: Date = .now) throws {
        let cluster = try cluster ?? TestCluster.required()
        startOffset = migrated ? Self.offsetPastMidnight(at: now) : .zero
        let template = migrated ? try Template.name(in: cluster) : "template0"
        name = "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
        self.cluster = cluster
        let administrator = try cluster.administrator()
        defer { administrator.close() }
        try administrator.withConnection { connection in
            try Template.makeOwner(connection)
            try connection.execute(
                """
                create database \(identifier: name)
                template \(identifier: template)
                owner dailies_owner
                """)
        }
        if startOffset > .zero { try setClock(offset: .zero) }
    }

    /// How far to put a clock ahead so that the day (UTC) does not change during a test, since votes are counted by the day:
    /// past midnight in the last twenty minutes of a day, otherwise not at all.
    static func offsetPastMidnight(at time: Date) -> Duration {
        let left = 86_400 - time.timeIntervalSince1970.truncatingRemainder(dividingBy: 86_400)
        return left < 1_200 ? .seconds(left + 1) : .zero
    }

    /// Makes a database, hands it to `body` and drops it afterwards, also after an error.
    public static func run<R>(
        in cluster: TestCluster? = nil, migrated: Bool = true, _ body: (TestDatabase) throws -> R
    ) throws -> R {
        let test = try TestDatabase(in: cluster, migrated: migrated)
        defer { test.drop() }
        return try body(test)
    }

    /// A pool of this role; the same one each time.
    public func database(as role: Role) -> Database {
        pools.withLock { pools in
            if let pool = pools[role] { return pool }
            let pool = Database(options(as: role))
            pools[role] = pool
            return pool
        }
    }

    /// How this role reaches the database, for pools and listeners with options of their own.
    public func options(as role: Role) -> DatabaseOptions {
        // The initialiser has already refused a cluster that has no options.
        (try? cluster.options(database: name, role: role.rawValue)) ?? DatabaseOptions(connectionString: "host=/")
    }

    /// Runs `body` while no one gets a connection to this database and those that there were have ended.
    public func duringOutage<R>(_ body: () throws -> R) throws -> R {
        let administrator = try cluster.administrator()
        defer { administrator.close() }
        try administrator.execute("alter database \(identifier: name) allow_connections false")
        defer { _ = try? administrator.execute("alter database \(identifier: name) allow_connections true") }
        try administrator.execute(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = \(name)")
        return try body()
    }

    /// Puts `dailies_now()` ahead of the unchanged clock by this much, or behind if negative.
    public func setClock(offset: Duration) throws {
        try database(as: .superuser).execute("update test_clock set ahead = \(startOffset + offset)")
    }

    /// Moves `dailies_now()` forward.
    public func advanceClock(by duration: Duration) throws {
        try database(as: .superuser).execute("update test_clock set ahead = ahead + \(duration)")
    }

    /// Drops the database, also when connections still use it.
    public func drop() {
        pools.withLock { pools in
            for pool in pools.values { pool.close() }
            pools = [:]
        }
        guard let administrator = try? cluster.administrator() else { return }
        _ = try? administrator.execute("drop database if exists \(identifier: name) with (force)")
        administrator.close()
    }
}
