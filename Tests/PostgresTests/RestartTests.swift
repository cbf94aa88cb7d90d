import Glibc
import Platform
import Postgres
import TestSupport
import Testing

/// What survives a crash of Postgres: each test has a cluster of its own and kills it.
@Suite("Restart", .requiresPostgres)
struct RestartTests {
    @Test("OPS-05 a pool reconnects by itself after Postgres was killed, and nothing committed is missing")
    func poolSurvives() throws {
        try PrivateCluster.run { postgres throws in
            try TestDatabase.run(in: postgres.cluster, migrated: false) { test throws in
                let database = test.database(as: .superuser)
                try database.execute("create table acknowledged (n int)")
                // Several idle connections, each of which must be found dead later.
                try concurrently(4) { index in
                    try database.transaction { connection throws in
                        try connection.execute("insert into acknowledged values (\(index))")
                        try connection.execute("select pg_sleep(0.05)")
                    }
                }
                #expect(database.statistics.idle > 1)
                try postgres.kill()
                guard case .unavailable = databaseError({ try database.ping() }) else {
                    Issue.record("a dead server must be unavailable")
                    return
                }
                try postgres.resume()
                #expect(try database.one("select count(*) from acknowledged") == 4)
                #expect(database.statistics.open == 1)
            }
        }
    }

    @Test("a statement that was running when Postgres died fails as unavailable, at once")
    func runningStatementFails() throws {
        try PrivateCluster.run { postgres throws in
            try TestDatabase.run(in: postgres.cluster, migrated: false) { test throws in
                let database = test.database(as: .superuser)
                let sleeping = Monitor(false)
                let outcome = Monitor<DatabaseError?>(nil)
                let thread = try BackgroundThread(named: "sleeper") {
                    let error = databaseError {
                        try database.transaction { connection throws in
                            try connection.execute("select 1")
                            sleeping.update { $0 = true }
                            try connection.execute("select pg_sleep(600)")
                        }
                    }
                    outcome.update { $0 = error }
                }
                #expect(sleeping.wait(until: .now + safetyLimit) { $0 ? true : nil } == true)
                try postgres.kill()
                thread.join()
                guard case .unavailable = outcome.withLock({ $0 }) else {
                    Issue.record("\(String(describing: outcome.withLock { $0 }))")
                    return
                }
                try postgres.resume()
                #expect(try database.one("select 1") == 1)
            }
        }
    }

    @Test("a listener outlives a restart, and calls onLoss so that caches are dropped")
    func listenerSurvives() throws {
        try PrivateCluster.run { postgres throws in
            try TestDatabase.run(in: postgres.cluster, migrated: false) { test throws in
                let losses = Monitor(0)
                let silences = Monitor(0)
                let received = Monitor<[String]>([])
                let listener = Listener(test.options(as: .superuser), channels: ["dailies"]) { notification in
                    received.update { $0.append(notification.payload) }
                } onLoss: {
                    losses.update { $0 += 1 }
                } onSilence: {
                    silences.update { $0 += 1 }
                }
                listener.start()
                defer { listener.stop() }
                func connected(_ times: Int) -> Bool {
                    losses.wait(until: .now + safetyLimit) { $0 >= times ? true : nil } ?? false
                }
                #expect(connected(1))
                #expect(silences.withLock(\.self) == 0)
                try postgres.kill()
                #expect(eventually { !listener.isListening })
                #expect(silences.wait(until: .now + safetyLimit) { $0 == 1 ? true : nil } ?? false)
                // Long enough down that at least one attempt has failed, which must not be the last.
                #expect(databaseError { try test.database(as: .superuser).ping() } != nil)
                try postgres.resume()
                #expect(connected(2))
                try test.database(as: .superuser).execute("select pg_notify('dailies', 'back')")
                let payloads = received.wait(until: .now + safetyLimit) { $0.isEmpty ? nil : $0 }
                #expect(payloads == ["back"])
            }
        }
    }

    @Test("a server that is frozen is given up on, and the connection is not used again")
    func frozenServer() throws {
        try PrivateCluster.run { postgres throws in
            try TestDatabase.run(in: postgres.cluster, migrated: false) { test throws in
                var options = test.options(as: .superuser)
                // Long enough for a server that is not frozen, however busy the machine is.
                options.statementTimeout = .seconds(5)
                options.gracePeriod = .seconds(5)
                let database = Database(options)
                let process = try database.withConnection { $0.serverProcess }
                #expect(kill(process, SIGSTOP) == 0)
                defer { kill(process, SIGCONT) }
                #expect(databaseError { try database.ping() } == .unavailable(reason: "no answer in time"))
                #expect(database.statistics.open == 0)
                #expect(try database.one("select 1") == 1)
            }
        }
    }
}
