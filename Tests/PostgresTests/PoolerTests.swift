import FoundationEssentials
import Glibc
import Platform
import Postgres
import TestSupport
import Testing

/// Whether everything works through a PgBouncer that gives each transaction another session.
@Suite("PgBouncer", .requiresPostgres, .enabled(if: access(Pooler.program, X_OK) == 0, "needs the package pgbouncer"))
struct PoolerTests {
    private func withPooler(_ body: (Database) throws -> Void) throws {
        try TestDatabase.run(migrated: false) { test throws in
            try Pooler.run(before: try TestCluster.required()) { pooler throws in
                var options = test.options(as: .superuser)
                options.connectionString = "host='\(pooler.directory)' port=6432 dbname='\(test.name)' user=postgres"
                options.preparedStatements = false
                options.statementTimeout = .milliseconds(4321)
                // Four that count up one row under repeatable read collide more often than anything real.
                options.transactionAttempts = 50
                let database = Database(options)
                defer { database.close() }
                #expect(eventually { databaseError { try database.ping() } == nil })
                try body(database)
            }
        }
    }

    @Test("statements with parameters work on whichever session they land")
    func statements() throws {
        try withPooler { database throws in
            try database.execute("create table landed (n int, text text)")
            try concurrently(8) { index in
                for number in 1...20 {
                    let row: Row = try database.one("select \(index * 100 + number) as n, \("it's \(number)") as text")
                    try database.execute("insert into landed values (\(try row.value("n", as: Int.self)), 'x')")
                }
            }
            #expect(try database.one("select count(distinct n) from landed") == 160)
        }
    }

    @Test("OPS-07 notifications arrive past the pooler, from a transaction that went through it")
    func notifications() throws {
        try withPooler { database throws in
            let received = Monitor<[String]>([])
            var options = database.options
            let there = try TestCluster.required().socketDirectory
            let name: String = try database.one("select current_database()")
            options.directConnectionString = "host='\(there)' dbname='\(name)' user=postgres"
            let listener = Listener(options, channels: ["dailies"]) { notification in
                received.update { $0.append(notification.payload) }
            } onLoss: {
            }
            listener.start()
            defer { listener.stop() }
            #expect(eventually { listener.isListening })
            try database.transaction { try $0.execute("select pg_notify('dailies', 'through')") }
            #expect(received.wait(until: .now + safetyLimit) { $0.isEmpty ? nil : $0 } == ["through"])
        }
    }

    @Test("timeouts and settings reach every transaction and stay in none")
    func settings() throws {
        try withPooler { database throws in
            #expect(try database.one("show statement_timeout") == "4321ms")
            #expect(try database.one("show timezone") == "UTC")
            let ask: SQL = "select coalesce(current_setting('dailies.user_id', true), '')"
            for user in ["1", "2", "3"] {
                #expect(try database.pipeline(settings: ["dailies.user_id": user], ask, as: String.self) == [user])
                #expect(try database.one(ask) == "")
                try database.transaction(settings: ["dailies.user_id": user]) { connection throws in
                    #expect(try connection.one(ask) == user)
                    #expect(try connection.one("show statement_timeout") == "4321ms")
                }
            }
            let error = databaseError {
                try database.transaction(timeout: .milliseconds(100)) { try $0.execute("select pg_sleep(600)") }
            }
            #expect(error?.sqlstate == "57014")
        }
    }

    @Test("transactions keep one session from begin to commit and are repeated after a conflict")
    func transactions() throws {
        try withPooler { database throws in
            try database.execute("create table counters (id int primary key, n int)")
            try database.execute("insert into counters values (1, 0)")
            try concurrently(4) { _ in
                for _ in 1...10 {
                    try database.transaction(isolation: .repeatableRead) { connection throws in
                        let n = try connection.one("select n from counters", as: Int.self)
                        try connection.execute("update counters set n = \(n + 1)")
                    }
                }
            }
            #expect(try database.one("select n from counters") == 40)
        }
    }
}

/// A PgBouncer of one test.
private struct Pooler {
    static let program = "/usr/sbin/pgbouncer"
    let directory: String

    static func run(before cluster: TestCluster, _ body: (Pooler) throws -> Void) throws {
        let pooler = Pooler(directory: "/tmp/dailies-pooler-\(UUID().uuidString.prefix(8))")
        let file = "\(pooler.directory)/pgbouncer.ini"
        try FileManager.default.createDirectory(atPath: pooler.directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: pooler.directory) }
        // Like Postgres it refuses to run as root, and then its other account must write the socket.
        chmod(pooler.directory, 0o777)
        try pooler.configuration(cluster).write(toFile: file, atomically: true, encoding: .utf8)
        chmod(file, 0o644)
        let account = getuid() == 0 ? ["--reuid=postgres", "--regid=postgres", "--init-groups"] : []
        let process = try ChildProcess.spawn("/usr/bin/setpriv", account + ["--", program, "--quiet", file])
        defer {
            process.signal(SIGKILL)
            _ = try? process.wait()
        }
        try body(pooler)
    }

    /// Two sessions for all clients, so that they do get mixed.
    private func configuration(_ cluster: TestCluster) -> String {
        """
        [databases]
        * = host=\(cluster.socketDirectory) user=postgres
        [pgbouncer]
        pool_mode = transaction
        default_pool_size = 2
        listen_addr =
        listen_port = 6432
        unix_socket_dir = \(directory)
        auth_type = any
        logfile = \(directory)/log

        """
    }
}
