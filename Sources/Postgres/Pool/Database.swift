/// A pool of connections to one Postgres database.
///
/// Connections are opened when they are needed and checked before they are lent, so a restarted Postgres is noticed
/// and nothing has to be restarted for it.
public final class Database: Sendable {
    /// How this database is reached.
    public let options: DatabaseOptions
    private let pool: ConnectionPool
    private let replica: Replica?

    /// Makes a pool; nothing is opened before the first statement. Single reads come from `replica` where ``StaleReads``
    /// allows it.
    public init(_ options: DatabaseOptions, replica: Replica? = nil) {
        self.options = options
        self.replica = replica
        pool = ConnectionPool(options)
    }

    /// Lends a connection to `body`. Statements in it are each a transaction of their own.
    @discardableResult
    public func withConnection<R>(_ body: (Connection) throws -> R) throws -> R {
        let connection = try pool.take()
        defer { pool.give(connection) }
        return try body(connection)
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws, run again from its start
    /// (at most `transactionAttempts` times) after a serialization failure or a deadlock. So `body` must have no
    /// effects outside of the database. `settings` hold for this transaction alone.
    @discardableResult
    public func transaction<R>(
        isolation: Isolation = .readCommitted, settings: [String: String] = [:], timeout: Duration? = nil,
        _ body: (Connection) throws -> R
    ) throws -> R {
        try withConnection { connection in
            try connection.transaction(isolation: isolation, settings: settings, timeout: timeout, body)
        }
    }

    /// The rows of a statement.
    public func query<T: RowDecodable>(_ sql: SQL, as _: T.Type = T.self) throws(DatabaseError) -> [T] {
        try read { connection throws(DatabaseError) in try connection.query(sql) }
    }

    /// The first row of a statement, if it has one.
    public func first<T: RowDecodable>(_ sql: SQL, as _: T.Type = T.self) throws(DatabaseError) -> T? {
        try read { connection throws(DatabaseError) in try connection.first(sql) }
    }

    /// The only row of a statement; any other number of rows is an error.
    public func one<T: RowDecodable>(_ sql: SQL, as _: T.Type = T.self) throws(DatabaseError) -> T {
        try read { connection throws(DatabaseError) in try connection.one(sql) }
    }

    /// Runs a statement and answers how many rows it touched.
    @discardableResult
    public func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        try lend { connection throws(DatabaseError) in try connection.execute(sql) }
    }

    /// One round trip: the settings and the statement form one implicit transaction, in which alone they hold. This
    /// is how a personal route reads under row level security.
    public func pipeline<T: RowDecodable>(
        settings: [String: String], _ sql: SQL, as _: T.Type = T.self
    ) throws(DatabaseError) -> [T] {
        try lend { connection throws(DatabaseError) in try connection.pipeline(settings: settings, sql) }
    }

    func pipeline(settings: [String: String], executing sql: SQL) throws(DatabaseError) -> Int {
        try lend { connection throws(DatabaseError) in try connection.pipeline(settings: settings, executing: sql) }
    }

    /// Throws unless Postgres answers.
    public func ping() throws(DatabaseError) {
        try execute("select 1")
    }

    /// What the pool is doing at the moment.
    public var statistics: PoolStatistics { pool.statistics }

    /// Closes what is idle now and everything else as it is given back; later calls fail.
    public func close() {
        pool.close()
    }

    private func read<R>(_ body: (Connection) throws(DatabaseError) -> R) throws(DatabaseError) -> R {
        if let replica, let found = try replica.read(body) { return found }
        return try lend(body)
    }

    private func lend<R>(_ body: (Connection) throws(DatabaseError) -> R) throws(DatabaseError) -> R {
        let connection = try pool.take()
        defer { pool.give(connection) }
        return try body(connection)
    }
}
