public import Logging

/// How to reach Postgres and how much of it to use.
public struct DatabaseOptions: Sendable {
    /// A connection string or URI as libpq reads it.
    public var connectionString: String
    /// The same database reached without a pooler, for what belongs to a session, such as LISTEN; nil when
    /// `connectionString` has no pooler in between.
    public var directConnectionString: String?
    /// Shown in `pg_stat_activity`.
    public var applicationName: String
    /// The most connections that are open at once.
    public var maximumConnections = 16
    /// How long a caller waits for a connection before `DatabaseError.poolExhausted`.
    public var maximumWait: Duration = .seconds(2)
    /// How long a connection is kept before a new one takes its place.
    public var maximumAge: Duration = .seconds(3600)
    /// How long Postgres lets a statement run; 0 is for ever.
    public var statementTimeout: Duration = .seconds(5)
    /// How much longer than `statementTimeout` an answer is waited for before the server counts as gone.
    public var gracePeriod: Duration = .seconds(5)
    /// How long a transaction may sit idle before Postgres ends it; 0 is for ever.
    public var idleInTransactionTimeout: Duration = .seconds(30)
    /// How many seconds a connection over TCP is silent before the other end is asked whether it is there. Three unanswered
    /// questions, a third of this time apart, end the connection.
    public var keepaliveSeconds = 30
    /// Whether statements are prepared on the server and kept. Off, nothing is kept in the server's session, so that
    /// connections may go through a transaction pooler such as PgBouncer.
    public var preparedStatements = true
    /// How many prepared statements a connection keeps.
    public var statementCacheSize = 256
    /// How many times a transaction is run before a conflict is reported.
    public var transactionAttempts = 5

    /// Receives a line for each repeated transaction and each lost connection of a listener.
    public var log = Log.silent

    /// Options with the defaults of every other field.
    public init(connectionString: String, applicationName: String = "dailies") {
        self.connectionString = connectionString
        self.applicationName = applicationName
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
