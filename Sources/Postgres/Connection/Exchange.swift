internal import CPostgres

/// An error together with what only the sender of the statement can cure.
struct StatementFault: Error {
    let error: DatabaseError
    /// The server has dropped the plan or the prepared statement itself.
    var isStale = false

    init(_ error: DatabaseError) {
        self.error = error
    }

    init(_ report: ServerReport, statement: String) {
        error = report.error(statement: statement)
        isStale = report.isStalePlan
    }

    /// What the caller is told. A transaction has failed with its plan; all that helps is to run it from its start.
    var reported: DatabaseError {
        if isStale, let sqlstate = error.sqlstate { .serialization(sqlstate: sqlstate) } else { error }
    }
}

extension Connection {
    /// Sends one statement and reads its result.
    func single(_ sql: SQL) throws(StatementFault) -> QueryResult {
        guard options.preparedStatements else {
            try sent(sendUnprepared(sql))
            return try drain(statement: sql.text)
        }
        let key = StatementCache.Key(text: sql.text, types: sql.parameters.types)
        do throws(StatementFault) {
            let entry = try prepared(key, sql)
            try sent(sendPrepared(entry.name, sql))
            let result = try drain(statement: sql.text, shape: entry.shape)
            if entry.shape == nil { cache.remember(result.shape, for: key) }
            return result
        } catch {
            if error.isStale { cache.remove(key) }
            throw error
        }
    }

    private func prepared(_ key: StatementCache.Key, _ sql: SQL) throws(StatementFault) -> StatementCache.Entry {
        if let entry = cache.find(key) { return entry }
        try makeRoom(for: 1)
        let name = cache.newName()
        try sent(sendPrepare(name, sql))
        _ = try drain(statement: sql.text)
        return cache.insert(key, name: name)
    }

    /// Sends all statements in one go and reads their results; answers that of the last.
    func pipelined(_ statements: [SQL]) throws(StatementFault) -> QueryResult {
        if options.preparedStatements { try makeRoom(for: statements.count) }
        try sent(PQenterPipelineMode(wire.handle))
        let steps = try sendAll(statements)
        try sent(PQpipelineSync(wire.handle))
        let outcome = try readAll(steps, statements)
        guard PQexitPipelineMode(wire.handle) == 1 else { throw StatementFault(.unavailable(reason: wire.complaint)) }
        switch outcome {
        case .success(let result):
            return result
        case .failure(let fault):
            if fault.isStale { for step in steps { cache.remove(step.key) } }
            throw fault
        }
    }

    private struct Step {
        let statement: Int
        let key: StatementCache.Key
        /// The name under which this step prepares its statement; nil for a step that runs it.
        let preparedName: String?
    }

    private func sendAll(_ statements: [SQL]) throws(StatementFault) -> [Step] {
        var steps: [Step] = []
        for (index, sql) in statements.enumerated() {
            let key = StatementCache.Key(text: sql.text, types: sql.parameters.types)
            if !options.preparedStatements {
                try sent(sendUnprepared(sql))
            } else if let entry = cache.find(key) {
                try sent(sendPrepared(entry.name, sql))
            } else {
                let name = cache.newName()
                try sent(sendPrepare(name, sql))
                steps.append(Step(statement: index, key: key, preparedName: name))
                try sent(sendPrepared(name, sql))
            }
            steps.append(Step(statement: index, key: key, preparedName: nil))
        }
        return steps
    }

    private func readAll(
        _ steps: [Step], _ statements: [SQL]
    ) throws(StatementFault) -> Swift.Result<QueryResult, StatementFault> {
        var remaining = steps[...]
        var last: QueryResult?
        var failure: StatementFault?
        while true {
            guard let pointer = try next() else {
                // A nil ends the answer to one step; when the link is gone nothing but nils would follow.
                guard wire.isUsable else { throw StatementFault(.unavailable(reason: wire.complaint)) }
                continue
            }
            let result = QueryResult(pointer)
            switch PQresultStatus(pointer) {
            case PGRES_PIPELINE_SYNC:
                if let failure { return .failure(failure) }
                guard let last else { throw StatementFault(.unavailable(reason: "the pipeline answered nothing")) }
                return .success(last)
            case PGRES_FATAL_ERROR:
                let text = remaining.first.map { statements[$0.statement].text } ?? ""
                let fault = StatementFault(ServerReport(pointer), statement: text)
                guard wire.isUsable else { throw StatementFault(.unavailable(reason: wire.complaint)) }
                failure = failure ?? fault
            case PGRES_PIPELINE_ABORTED:
                break
            default:
                guard let step = remaining.popFirst() else { break }
                if let name = step.preparedName {
                    _ = cache.insert(step.key, name: name)
                } else {
                    last = result
                }
            }
        }
    }

    /// Reads to the end of the answer to one message; answers the last result.
    func drain(statement: String, shape: ResultShape? = nil) throws(StatementFault) -> QueryResult {
        var last: QueryResult?
        var failure: StatementFault?
        while let pointer = try next() {
            let result = QueryResult(pointer, shape: shape)
            switch PQresultStatus(pointer) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                last = result
            case PGRES_COPY_IN:
                // This method sends no data: the statement belongs in `copy`.
                PQputCopyEnd(wire.handle, "copy needs Connection.copy")
            default:
                failure = failure ?? StatementFault(ServerReport(pointer), statement: statement)
            }
        }
        guard wire.isUsable else { throw StatementFault(.unavailable(reason: wire.complaint)) }
        if let failure { throw failure }
        guard let last else { throw StatementFault(.unavailable(reason: "the server answered nothing")) }
        return last
    }

    /// Makes the server forget the statements used least, so that its memory stays bounded.
    private func makeRoom(for count: Int) throws(StatementFault) {
        for name in cache.evict(toFit: count) {
            try sent(PQsendQuery(wire.handle, "deallocate \(name)"))
            _ = try drain(statement: "deallocate")
        }
    }

    private func next() throws(StatementFault) -> OpaquePointer? {
        do {
            return try wire.next()
        } catch {
            throw StatementFault(error)
        }
    }

    private func sent(_ result: Int32) throws(StatementFault) {
        if result == 0 { throw StatementFault(.unavailable(reason: wire.complaint)) }
    }

    private func sendPrepare(_ name: String, _ sql: SQL) -> Int32 {
        PQsendPrepare(wire.handle, name, sql.text, Int32(sql.parameters.count), sql.parameters.types)
    }

    private func sendPrepared(_ name: String, _ sql: SQL) -> Int32 {
        sql.parameters.withPointers { count, _, values, lengths, formats in
            PQsendQueryPrepared(wire.handle, name, count, values, lengths, formats, 1)
        }
    }

    private func sendUnprepared(_ sql: SQL) -> Int32 {
        sql.parameters.withPointers { count, types, values, lengths, formats in
            PQsendQueryParams(wire.handle, sql.text, count, types, values, lengths, formats, 1)
        }
    }
}
