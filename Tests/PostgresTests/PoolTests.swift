import Postgres
import TestSupport
import Testing

/// Whether the pool lends only sound connections, and never makes anybody wait without end.
@Suite("Pool", .requiresPostgres)
struct PoolTests {
    private func withOptions(_ body: (DatabaseOptions) throws -> Void) throws {
        try TestDatabase.run(migrated: false) { test throws in
            try body(test.options(as: .superuser))
        }
    }

    @Test("a session starts with the settings it needs")
    func sessionSettings() throws {
        try withOptions { options throws in
            var options = options
            options.applicationName = "pool test"
            options.statementTimeout = .milliseconds(1234)
            options.connectionString += " options='-c work_mem=7MB' client_encoding=LATIN1"
            let database = Database(options)
            #expect(try database.one("show timezone") == "UTC")
            #expect(try database.one("show statement_timeout") == "1234ms")
            #expect(try database.one("show client_encoding") == "UTF8")
            #expect(try database.one("show work_mem") == "7MB")
            #expect(try database.one("show application_name") == "pool test")
        }
    }

    @Test("a statement that takes too long is cancelled, and the connection stays good")
    func statementTimeout() throws {
        try withOptions { options throws in
            var options = options
            options.statementTimeout = .seconds(2)
            let database = Database(options)
            #expect(
                databaseError { try database.execute("select pg_sleep(600)") }
                    == .timeout(sqlstate: "57014", statement: "select pg_sleep(600)"))
            #expect(try database.one("select 1") == 1)
            #expect(database.statistics.open == 1)
            // A transaction may be given more time, or less.
            try database.transaction(timeout: safetyLimit) { try $0.execute("select pg_sleep(2.1)") }
            let error = databaseError {
                try database.transaction(timeout: .milliseconds(100)) { try $0.execute("select pg_sleep(600)") }
            }
            #expect(error?.sqlstate == "57014")
        }
    }

    @Test("a wait for a lock ends with a timeout too")
    func lockTimeout() throws {
        try withOptions { options throws in
            let database = Database(options)
            try database.execute("create table locked ()")
            try database.transaction { holder throws in
                try holder.execute("lock table locked")
                let error = databaseError {
                    try database.transaction(settings: ["lock_timeout": "20ms"]) { try $0.execute("table locked") }
                }
                #expect(error == .timeout(sqlstate: "55P03", statement: "table locked"))
            }
        }
    }

    @Test("waiting for a connection ends in time, and says that the pool is exhausted")
    func exhaustion() throws {
        try withOptions { options throws in
            var options = options
            options.maximumConnections = 2
            options.maximumWait = .milliseconds(50)
            let database = Database(options)
            try database.withConnection { _ throws in
                try database.withConnection { _ throws in
                    let start = ContinuousClock.now
                    #expect(
                        databaseError { try database.execute("select 1") }
                            == .poolExhausted(waited: .milliseconds(50)))
                    #expect(ContinuousClock.now - start >= .milliseconds(50))
                    #expect(database.statistics == PoolStatistics(open: 2, idle: 0, waiting: 0, maximum: 2))
                }
                #expect(try database.one("select 1") == 1)
            }
        }
    }

    @Test("the caller that waits gets the connection that is given back")
    func handsOver() throws {
        try withOptions { options throws in
            var options = options
            options.maximumConnections = 3
            options.maximumWait = safetyLimit
            let database = Database(options)
            try database.execute("create table done (worker int)")
            try concurrently(40) { index in
                for _ in 0..<5 { try database.execute("insert into done values (\(index))") }
            }
            #expect(try database.one("select count(*) from done") == 200)
            #expect(database.statistics == PoolStatistics(open: 3, idle: 3, waiting: 0, maximum: 3))
        }
    }

    @Test("a connection whose server has gone is replaced before anybody gets it")
    func replacesDead() throws {
        try withOptions { options throws in
            let database = Database(options)
            let other = Database(options)
            let first = try database.withConnection { $0.serverProcess }
            try other.execute("select pg_terminate_backend(\(first), 5000)")
            let second = try database.withConnection { connection throws in
                #expect(try connection.one("select 1") == 1)
                return connection.serverProcess
            }
            #expect(first != second)
            #expect(database.statistics.open == 1)
        }
    }

    @Test("a connection that dies in a borrower's hands is not lent again")
    func dropsBroken() throws {
        try withOptions { options throws in
            let database = Database(options)
            let other = Database(options)
            let error = databaseError {
                try database.transaction { connection throws in
                    try connection.execute("select 1")
                    try other.execute("select pg_terminate_backend(\(connection.serverProcess), 5000)")
                    try connection.execute("select 2")
                }
            }
            guard case .unavailable = error else {
                Issue.record("\(String(describing: error)) instead of unavailable")
                return
            }
            #expect(database.statistics.open == 0)
            #expect(try database.one("select 3") == 3)
        }
    }

    @Test("a transaction that a borrower leaves open is rolled back")
    func cleansUp() throws {
        try withOptions { options throws in
            let database = Database(options)
            try database.execute("create table kept (n int)")
            try database.withConnection { connection throws in
                try connection.script("begin; insert into kept values (1)")
            }
            #expect(try database.one("select count(*) from kept") == 0)
            #expect(database.statistics.open == 1)
        }
    }

    @Test("an old connection gives way to a new one")
    func retiresOld() throws {
        try withOptions { options throws in
            var options = options
            options.maximumAge = .zero
            let database = Database(options)
            let first = try database.withConnection { $0.serverProcess }
            let second = try database.withConnection { $0.serverProcess }
            #expect(first != second)
            #expect(database.statistics.open == 1)
        }
    }

    @Test("a closed pool refuses all callers and keeps no connection")
    func closes() throws {
        try withOptions { options throws in
            let database = Database(options)
            try database.withConnection { _ throws in
                try database.ping()
                database.close()
                #expect(database.statistics.idle == 0)
            }
            #expect(database.statistics.open == 0)
            #expect(databaseError { try database.ping() } == .unavailable(reason: "the pool is closed"))
        }
    }

    @Test("a server that cannot be reached is unavailable for any reason")
    func unreachable() {
        let strings = [
            "host=/nonexistent dbname=x", "host=127.0.0.1 port=1 dbname=x", "not a connection string",
            "postgres://nobody@%2Fnonexistent/x",
        ]
        for string in strings {
            let database = Database(DatabaseOptions(connectionString: string))
            let error = databaseError { try database.ping() }
            guard case .unavailable(let reason) = error else {
                Issue.record("\(string): \(String(describing: error))")
                continue
            }
            #expect(!reason.isEmpty)
            #expect(error?.description == "the database is not available")
            #expect(database.statistics.open == 0)
        }
    }
}
