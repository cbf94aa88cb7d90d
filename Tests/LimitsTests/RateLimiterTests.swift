import FoundationEssentials
import Limits
import Postgres
import TestSupport
import Testing

@Suite("The limiter", .requiresPostgres)
struct RateLimiterTests {
    /// Runs a body with a limiter for each process that a site might have.
    private func run(_ processes: Int = 1, _ body: (TestDatabase, [RateLimiter]) throws -> Void) throws {
        try TestDatabase.run { test in
            let limiters = (0..<processes).map { _ in
                var options = test.options(as: .web)
                options.maximumConnections = 1
                return RateLimiter(database: Database(options))
            }
            for limiter in limiters { limiter.start() }
            defer { for limiter in limiters { limiter.stop() } }
            // In the middle of no minute that ends during the test.
            let second: Double = try test.database(as: .superuser).one("select extract(second from now())::float8")
            try test.setClock(offset: .seconds(60 - Int(second)))
            try body(test, limiters)
        }
    }

    @Test("SEC-02 a limit holds over two processes at once")
    func twoProcesses() throws {
        try run(2) { _, limiters in
            let passed = try inParallel(60) { place in
                (try? limiters[place % 2].take("api user_1", allowed: 20))?.isAllowed == true ? 1 : 0
            }
            #expect(passed.reduce(0, +) == 20)
        }
    }

    @Test("SEC-02 a limit holds over a restart of the process, and keys do not disturb each other")
    func restart() throws {
        try run(2) { _, limiters in
            for place in 0..<5 {
                let standing = try limiters[0].take("auth network", allowed: 5)
                #expect(standing.isAllowed && standing.remaining == 4 - place)
            }
            limiters[0].stop()
            #expect(throws: (any Error).self) { try limiters[0].take("auth network", allowed: 5) }
            #expect(try limiters[1].take("auth network", allowed: 5).isAllowed == false)
            #expect(try limiters[1].take("auth elsewhere", allowed: 5).isAllowed)
            #expect(try limiters[1].take("read network", allowed: 120).isAllowed)
        }
    }

    @Test("SEC-02 the wait that a refusal reports is exact")
    func honest() throws {
        try run { test, limiters in
            for _ in 0..<5 { _ = try limiters[0].take("auth a", allowed: 5) }
            let refused = try limiters[0].take("auth a", allowed: 5)
            #expect(!refused.isAllowed && refused.remaining == 0)
            // The clock keeps running. One more passes every twelve seconds, so this is still too early.
            try test.advanceClock(by: .seconds(refused.wait - 10))
            #expect(try limiters[0].take("auth a", allowed: 5).isAllowed == false)
            try test.advanceClock(by: .seconds(10))
            #expect(try limiters[0].take("auth a", allowed: 5).isAllowed)
        }
    }

    @Test("SEC-02 the window slides: what was asked late in a minute still counts in the next")
    func slides() throws {
        try run { test, limiters in
            try test.advanceClock(by: .seconds(50))
            for _ in 0..<4 { #expect(try limiters[0].take("api b", allowed: 4).isAllowed) }
            // A second into the next minute; one of four would pass again after fifteen, however slow the machine is.
            try test.advanceClock(by: .seconds(11))
            #expect(try limiters[0].take("api b", allowed: 4).isAllowed == false)
        }
    }

    @Test("SEC-02 a limiter that cannot decide lets nothing pass")
    func closed() throws {
        try run { test, limiters in
            try test.database(as: .superuser).execute("alter table rate_windows rename to elsewhere")
            #expect(throws: DatabaseError.self) { try limiters[0].take("api c", allowed: 10) }
            try test.database(as: .superuser).execute("alter table elsewhere rename to rate_windows")
            #expect(try limiters[0].take("api c", allowed: 10).isAllowed)
        }
    }
}
