internal import CPostgres
internal import Logging

/// How far a transaction is kept apart from those beside it.
public enum Isolation: String, Sendable {
    /// Each statement sees what was committed before it; Postgres' own default.
    case readCommitted = "read committed"
    /// All statements see the state at the first one.
    case repeatableRead = "repeatable read"
    /// As if the transactions ran one after the other.
    case serializable
}

extension Connection {
    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws, run again from its start
    /// after a serialization failure or a deadlock. `settings` hold for this transaction alone.
    @discardableResult
    public func transaction<R>(
        isolation: Isolation = .readCommitted, settings: [String: String] = [:], timeout: Duration? = nil,
        _ body: (Connection) throws -> R
    ) throws -> R {
        var settings = settings
        if let timeout {
            settings["statement_timeout"] = "\(timeout.milliseconds)"
            wire.answerTimeout = timeout == .zero ? nil : timeout + options.gracePeriod
        }
        defer { restorePatience() }
        var attempt = 1
        while true {
            do {
                return try attemptTransaction(isolation, settings, body)
            } catch {
                guard let fault = DatabaseError(in: error), fault.isTransient, attempt < options.transactionAttempts
                else { throw error }
                options.log.notice(
                    "a transaction is repeated",
                    ["sqlstate": .string(fault.sqlstate ?? ""), "attempt": .int(attempt)])
                Self.pause(after: attempt)
                attempt += 1
            }
        }
    }

    private func attemptTransaction<R>(
        _ isolation: Isolation, _ settings: [String: String], _ body: (Connection) throws -> R
    ) throws -> R {
        guard !isInTransaction else {
            throw DatabaseError.server(sqlstate: "25001", message: "a transaction is open already", detail: "")
        }
        pendingBegin = [SQL(text: "begin isolation level \(isolation.rawValue)")]
        if !settings.isEmpty || !options.preparedStatements { pendingBegin?.append(self.settings(settings)) }
        do {
            let result = try body(self)
            try commit()
            return result
        } catch {
            rollback()
            throw error
        }
    }

    private func commit() throws(DatabaseError) {
        if pendingBegin != nil {
            pendingBegin = nil
            return
        }
        let result: QueryResult
        do {
            result = try simple("commit")
        } catch .unavailable(let reason) {
            wire.late.forget()
            throw .unavailable(reason: "lost while committing, the outcome is unknown: \(reason)")
        }
        // Postgres answers a commit of a failed transaction with ROLLBACK instead of an error.
        guard result.command == "COMMIT" else {
            wire.late.forget()
            throw .server(sqlstate: "25P02", message: "the transaction had failed and was rolled back", detail: "")
        }
        notifyLate()
    }

    /// Leaves the transaction in any state; a link that cannot do so is found unusable by the pool.
    func rollback() {
        pendingBegin = nil
        guard wire.isUsable, isInTransaction else { return }
        _ = try? simple("rollback")
        wire.late.forget()
    }

    /// Runs `body` so that its failure undoes only its own work, not that of the transaction around it.
    @discardableResult
    public func savepoint<R>(_ body: (Connection) throws -> R) throws -> R {
        try openTransaction()
        try simple("savepoint inner_work")
        do {
            let result = try body(self)
            try simple("release savepoint inner_work")
            return result
        } catch {
            if wire.isUsable { try simple("rollback to savepoint inner_work; release savepoint inner_work") }
            throw error
        }
    }

    /// One round trip: the settings and the statement form one implicit transaction, in which alone they hold.
    public func pipeline<T: RowDecodable>(
        settings: [String: String], _ sql: SQL, as _: T.Type = T.self
    ) throws(DatabaseError) -> [T] {
        try run([self.settings(settings), sql]).decoded(as: T.self)
    }

    /// The same for a statement whose rows do not matter; returns how many rows it changed.
    func pipeline(settings: [String: String], executing sql: SQL) throws(DatabaseError) -> Int {
        try run([self.settings(settings), sql]).affectedRows
    }

    /// A statement that sets `given`, and what a session behind a pooler cannot keep, for one transaction.
    func settings(_ given: [String: String]) -> SQL {
        var all = given
        if !options.preparedStatements {
            let defaults = [
                "timezone": "UTC", "statement_timeout": "\(options.statementTimeout.milliseconds)",
                "idle_in_transaction_session_timeout": "\(options.idleInTransactionTimeout.milliseconds)",
                "dailies.notify": "late", "client_min_messages": "notice",
            ]
            all.merge(defaults) { own, _ in own }
        }
        // One order for the same names, so that the text is prepared once.
        let calls = all.sorted { $0.key < $1.key }.map { name, value -> SQL in "set_config(\(name), \(value), true)" }
        return "select " + calls.joined(separator: ", ")
    }
}
