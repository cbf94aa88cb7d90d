internal import FoundationEssentials
public import Postgres
public import Testing

/// The Postgres cluster that tests may use: the one whose socket directory `DAILIES_TEST_POSTGRES` names.
public struct TestCluster: Sendable {
    /// The directory of the cluster's unix socket.
    public let socketDirectory: String

    /// The cluster of this run, if there is one.
    public static let current: TestCluster? = ProcessInfo.processInfo.environment["DAILIES_TEST_POSTGRES"]
        .map(TestCluster.init(socketDirectory:))

    /// Names a cluster by the directory of its socket.
    public init(socketDirectory: String) {
        self.socketDirectory = socketDirectory
    }

    /// The cluster of this run; throws where none is named.
    public static func required() throws -> TestCluster {
        guard let current else { throw TestFault("DAILIES_TEST_POSTGRES is not set") }
        return current
    }

    /// How a role reaches a database of this cluster.
    public func options(database: String, role: String) throws -> DatabaseOptions {
        // A path can only be a socket of this machine: tests create and drop databases and must not do so elsewhere.
        guard socketDirectory.hasPrefix("/"), !socketDirectory.contains("'") else {
            throw TestFault("DAILIES_TEST_POSTGRES must be the directory of a unix socket, not \(socketDirectory)")
        }
        var options = DatabaseOptions(
            connectionString: """
                host='\(socketDirectory)' dbname='\(database)' user='\(role)' \
                connect_timeout=\(safetyLimit.components.seconds)
                """,
            applicationName: "dailies tests")
        // The product gives up on a database that makes people wait; a busy machine makes tests wait much longer.
        options.maximumWait = safetyLimit
        options.statementTimeout = safetyLimit
        options.idleInTransactionTimeout = safetyLimit
        return options
    }

    /// A pool of the superuser, for what only that role may do.
    public func administrator(database: String = "postgres") throws -> Database {
        var options = try options(database: database, role: "postgres")
        options.maximumConnections = 4
        return Database(options)
    }
}

/// Why a test could not be set up.
public struct TestFault: Error, CustomStringConvertible {
    /// What is missing.
    public let description: String

    /// A fault with this explanation.
    public init(_ description: String) {
        self.description = description
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a suite or test where no test cluster is named.
    public static var requiresPostgres: Self {
        .enabled(
            if: TestCluster.current != nil,
            "needs a cluster: scripts/test-postgres start DIR && export DAILIES_TEST_POSTGRES=DIR")
    }
}
