internal import CPostgres
internal import Glibc

/// One session with Postgres, borrowed from a `Database` for the time of a closure.
///
/// It is not `Sendable`: the thread that borrowed it is the only one that uses it.
public final class Connection {
    let wire: Wire
    let options: DatabaseOptions
    let openedAt = ContinuousClock.now
    var cache: StatementCache
    /// The statements that open the transaction, sent together with the first one that needs it.
    var pendingBegin: [SQL]?

    init(_ options: DatabaseOptions) throws(DatabaseError) {
        wire = try Wire(options)
        self.options = options
        cache = StatementCache(limit: options.statementCacheSize)
        restorePatience()
    }

    /// Waits as long as the server may work on one statement, and a little longer.
    func restorePatience() {
        wire.answerTimeout = options.statementTimeout == .zero ? nil : options.statementTimeout + options.gracePeriod
    }

    /// The rows of a statement.
    public func query<T: RowDecodable>(_ sql: SQL, as _: T.Type = T.self) throws(DatabaseError) -> [T] {
        try run(sql).decoded(as: T.self)
    }

    /// The first row of a statement, if it has one.
    public func first<T: RowDecodable>(_ sql: SQL, as _: T.Type = T.self) throws(DatabaseError) -> T? {
        let result = try run(sql)
        return result.rowCount == 0 ? nil : try T(row: Row(result: result, index: 0))
    }

    /// The only row of a statement; any other number of rows is an error.
    public func one<T: RowDecodable>(_ sql: SQL, as _: T.Type = T.self) throws(DatabaseError) -> T {
        let result = try run(sql)
        guard result.rowCount == 1 else { throw .rowCount(expected: 1, found: Int(result.rowCount)) }
        return try T(row: Row(result: result, index: 0))
    }

    /// Runs a statement and answers how many rows it touched.
    @discardableResult
    public func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        try run(sql).affectedRows
    }

    /// Runs many statements at once, without parameters, as a migration file holds them.
    public func script(_ text: String) throws(DatabaseError) {
        try openTransaction()
        try simple(text)
    }

    /// Whether a transaction is open, sound or failed.
    public var isInTransaction: Bool {
        if pendingBegin != nil { return true }
        let status = PQtransactionStatus(wire.handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// Whether the next borrower finds a session that waits for a statement.
    var isReusable: Bool {
        wire.isUsable && PQtransactionStatus(wire.handle) == PQTRANS_IDLE
            && PQpipelineStatus(wire.handle) == PQ_PIPELINE_OFF
    }

    /// How many statements are prepared on the server at the moment.
    public var preparedStatementCount: Int { cache.count }

    /// The process that serves this session, as `pg_stat_activity` names it.
    public var serverProcess: Int32 { PQbackendPID(wire.handle) }

    /// Sends text of the source code by the simple protocol.
    @discardableResult
    func simple(_ text: String) throws(DatabaseError) -> QueryResult {
        try wire.check(PQsendQuery(wire.handle, text))
        return try strictly { () throws(StatementFault) in try drain(statement: text) }
    }

    /// Sends the notifications that were asked for by what is committed now. Who waits for them looks by itself now and then, so
    /// that one which is lost with the connection only comes later.
    func notifyLate() {
        guard !wire.late.texts.isEmpty, PQtransactionStatus(wire.handle) == PQTRANS_IDLE, let text = wire.late.take()
        else {
            return
        }
        _ = try? simple(text)
    }

    /// Sends the `begin` that still waits for the first statement of its transaction.
    func openTransaction() throws(DatabaseError) {
        guard let begin = pendingBegin else { return }
        pendingBegin = nil
        _ = try strictly { () throws(StatementFault) in try pipelined(begin) }
    }

    /// One statement, as itself in its own implicit transaction or as part of the open one.
    func run(_ sql: SQL) throws(DatabaseError) -> QueryResult {
        if let begin = pendingBegin {
            pendingBegin = nil
            return try run(begin + [sql])
        }
        // Behind a transaction pooler nothing set on the session lasts, so each transaction says it anew.
        return try run(options.preparedStatements || isInTransaction ? [sql] : [settings([:]), sql])
    }

    /// Statements that form one implicit transaction unless one is open; answers the result of the last.
    func run(_ statements: [SQL]) throws(DatabaseError) -> QueryResult {
        for sql in statements {
            if let fault = sql.parameters.fault { throw .encoding(parameter: fault.position, reason: fault.reason) }
        }
        // Alone it is a transaction of its own, which has left nothing behind when it failed.
        let isAlone = !isInTransaction && PQtransactionStatus(wire.handle) == PQTRANS_IDLE
        var attempt = 1
        while true {
            do throws(StatementFault) {
                let result = try measured(statements) { () throws(StatementFault) in try exchange(statements) }
                notifyLate()
                return result
            } catch {
                if isAlone { wire.late.forget() }
                let mayRepeat = isAlone && !isInTransaction && (error.isStale || error.error.isTransient)
                guard mayRepeat, attempt < options.transactionAttempts else { throw error.reported }
                if error.error.isTransient { Self.pause(after: attempt) }
                attempt += 1
            }
        }
    }

    /// Two that collided must not come back in step, so each waits a random while, longer every time.
    static func pause(after attempt: Int) {
        usleep(UInt32.random(in: 500..<(4_000 << UInt32(min(attempt, 8)))))
    }

    private func exchange(_ statements: [SQL]) throws(StatementFault) -> QueryResult {
        if statements.count == 1 { return try single(statements[0]) }
        return try pipelined(statements)
    }

    private func strictly<R>(_ body: () throws(StatementFault) -> R) throws(DatabaseError) -> R {
        do {
            return try body()
        } catch {
            throw error.reported
        }
    }
}
