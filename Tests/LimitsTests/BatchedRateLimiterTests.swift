import FoundationEssentials
import Logging
import Postgres
import Synchronization
import TestSupport
import Testing
import Text

@testable import Limits

@Suite("The limiter that exchanges its counts", .requiresPostgres)
struct BatchedRateLimiterTests {
    private static let network = Identifier128(1...16)
    private static let others = (0..<1_000).map { Identifier128([UInt8(1), UInt8($0 >> 8), UInt8($0 & 255)]) }

    /// A database and the clock of processes beside it, which go together. Nothing settles unless it is told to.
    private final class Stage: Sendable {
        let test: TestDatabase
        private let ahead = Mutex(Duration.zero)

        init(_ test: TestDatabase) throws {
            self.test = test
            // Late in the day the database begins ahead of the real time.
            let begun: Duration = try test.database(as: .superuser).one("select ahead from test_clock")
            advanceProcesses(by: begun)
            // At the beginning of a minute that does not end during the test.
            let second: Double = try test.database(as: .superuser).one("select extract(second from now())::float8")
            try advance(by: .seconds(60 - Int(second)))
        }

        func advance(by duration: Duration) throws {
            advanceProcesses(by: duration)
            try test.advanceClock(by: duration)
        }

        /// Moves the clock of the processes alone, as when something happens between the two moves of `advance`.
        func advanceProcesses(by duration: Duration) { ahead.withLock { $0 += duration } }

        func process(allowed: Int = 120, capacity: Int = 1_000) -> BatchedRateLimiter {
            let clock = WallClock { [self] in Date() + ahead.withLock { $0 } / .seconds(1) }
            return BatchedRateLimiter(
                "read", allowed: allowed, database: test.database(as: .web), log: .silent, clock: clock,
                capacity: capacity)
        }

        /// What Postgres has counted of the network in this minute and in the one before.
        func counts() throws -> [Int]? {
            try test.database(as: .superuser).first(
                "select array[current_count, previous_count] from rate_windows where key = \("read \(network.hex)")")
        }
    }

    private func run(_ body: (Stage) throws -> Void) throws {
        try TestDatabase.run { try body(Stage($0)) }
    }

    @Test("SEC-02 in one process not one read too many passes, and each answer says how much room is left")
    func exact() throws {
        try run { stage in
            let limiter = stage.process()
            let passed = try inParallel(8) { _ in
                (0..<20).filter { _ in limiter.take(Self.network).isAllowed }.count
            }
            #expect(passed.reduce(0, +) == 120)
            let first = limiter.take(Self.others[0])
            #expect(first == RateStanding(isAllowed: true, allowed: 120, remaining: 119, wait: 1))
            limiter.synchronize()
            #expect(try stage.counts() == [120, 0], "what was refused is not counted")
            let refused = limiter.take(Self.network)
            #expect(!refused.isAllowed && refused.remaining == 0 && (1...120).contains(refused.wait))
        }
    }

    @Test("SEC-02 what one process let through is known to another once both have settled")
    func twoProcesses() throws {
        try run { stage throws in
            let (here, there) = (stage.process(allowed: 9), stage.process(allowed: 9))
            for _ in 0..<8 { #expect(here.take(Self.network).isAllowed) }
            here.synchronize()
            #expect(there.take(Self.network).isAllowed, "it does not know this network")
            there.synchronize()
            #expect(!there.take(Self.network).isAllowed)
            #expect(here.take(Self.network).isAllowed, "it does not know the other's counts yet")
            here.synchronize()
            #expect(!here.take(Self.network).isAllowed)
            #expect(try stage.counts() == [10, 0])
        }
    }

    @Test("SEC-02 a network with at most a tenth of the limit is not reported; beyond that all of it is")
    func quiet() throws {
        try run { stage throws in
            let (here, there) = (stage.process(), stage.process())
            for _ in 0..<12 { #expect(here.take(Self.network).isAllowed) }
            here.synchronize()
            #expect(try stage.counts() == nil)
            #expect(here.take(Self.network).isAllowed)
            here.synchronize()
            #expect(try stage.counts() == [13, 0])
            // What others do not know of is bounded by that tenth, and they by the limit.
            for _ in 0..<107 { #expect(here.take(Self.network).isAllowed) }
            here.synchronize()
            for _ in 0..<12 { #expect(there.take(Self.network).isAllowed) }
            there.synchronize()
            #expect(there.take(Self.network).isAllowed)
            there.synchronize()
            #expect(!there.take(Self.network).isAllowed)
            #expect(try stage.counts() == [133, 0])
        }
    }

    @Test("SEC-02 a difference of the clocks that was learned at a bad moment is learned again without a report")
    func clocksAgain() throws {
        try run { stage in
            let limiter = stage.process()
            limiter.synchronize()
            _ = limiter.take(Self.network)
            // The database's clock lags when it is read, and is set right afterwards.
            stage.advanceProcesses(by: .seconds(130))
            try limiter.learnClock()
            try stage.test.advanceClock(by: .seconds(130))
            limiter.synchronize()
            try stage.advance(by: .seconds(11))
            limiter.synchronize()
            #expect(limiter.count == 0)
            #expect(try stage.counts() == nil)
        }
    }

    @Test("SEC-02 the quiet are forgotten by themselves as well")
    func quietAreForgotten() throws {
        try run { stage in
            let limiter = stage.process()
            try limiter.start()
            defer { limiter.stop() }
            _ = limiter.take(Self.network)
            try stage.advance(by: .seconds(130))
            #expect(eventually { limiter.count == 0 })
            #expect(try stage.counts() == nil)
        }
    }

    @Test("SEC-02 what passed beyond the limit in the second before it was known is counted, and waited for")
    func beyond() throws {
        try run { stage in
            let processes = [stage.process(allowed: 10), stage.process(allowed: 10)]
            for process in processes {
                for _ in 0..<10 { #expect(process.take(Self.network).isAllowed) }
            }
            for process in processes { process.synchronize() }
            #expect(!processes[0].take(Self.network).isAllowed)
            processes[0].synchronize()
            #expect(try stage.counts() == [20, 0])
            // A refused request also fetches the others' counts, or its wait would be wrong.
            let refused = processes[0].take(Self.network)
            #expect(!refused.isAllowed)
            // The clock keeps running. One more passes every three seconds, so this is still too early.
            try stage.advance(by: .seconds(refused.wait - 10))
            #expect(processes.filter { $0.take(Self.network).isAllowed }.isEmpty)
            try stage.advance(by: .seconds(10))
            #expect(processes.filter { $0.take(Self.network).isAllowed }.count == 2)
        }
    }

    @Test("SEC-02 a clean end reports what is left, and a new process learns of it with its first exchange")
    func restart() throws {
        try run { stage in
            let before = stage.process(allowed: 5)
            try before.start()
            for _ in 0..<5 { #expect(before.take(Self.network).isAllowed) }
            before.stop()
            let after = stage.process(allowed: 5)
            #expect(after.take(Self.network).isAllowed)
            after.synchronize()
            #expect(!after.take(Self.network).isAllowed)
            #expect(try stage.counts() == [6, 0])
        }
    }

    @Test("SEC-02 a process settles by itself, again and again")
    func byItself() throws {
        try run { stage in
            let limiter = stage.process(allowed: 9)
            try limiter.start()
            defer { limiter.stop() }
            _ = limiter.take(Self.network)
            #expect(try eventually { try stage.counts() == [1, 0] })
            _ = limiter.take(Self.network)
            #expect(try eventually { try stage.counts() == [2, 0] })
        }
    }

    @Test("SEC-02 while Postgres is away a process counts alone, and reports everything once afterwards")
    func away() throws {
        try run { stage in
            let superuser = stage.test.database(as: .superuser)
            let limiter = stage.process(allowed: 10)
            for _ in 0..<3 { #expect(limiter.take(Self.network).isAllowed) }
            try superuser.execute("alter table rate_windows rename to elsewhere")
            for _ in 0..<3 {
                limiter.synchronize()
                #expect(limiter.take(Self.network).isAllowed)
                #expect(limiter.take(Self.network).isAllowed)
            }
            #expect(limiter.take(Self.network).isAllowed)
            #expect(!limiter.take(Self.network).isAllowed)
            try superuser.execute("alter table elsewhere rename to rate_windows")
            limiter.synchronize()
            limiter.synchronize()
            #expect(try stage.counts() == [10, 0])
            #expect(!limiter.take(Self.network).isAllowed)
        }
    }

    @Test("SEC-02 the window slides, and what passed late in a minute is settled as of that minute")
    func slides() throws {
        try run { stage in
            try stage.advance(by: .seconds(40))
            let limiter = stage.process(allowed: 4)
            limiter.synchronize()
            for _ in 0..<4 { #expect(limiter.take(Self.network).isAllowed) }
            try stage.advance(by: .seconds(21))
            // One of four would pass again after fifteen seconds, however slow the machine is.
            #expect(!limiter.take(Self.network).isAllowed)
            limiter.synchronize()
            #expect(try stage.counts() == [0, 4])
            try stage.advance(by: .seconds(15))
            #expect(limiter.take(Self.network).isAllowed)
            limiter.synchronize()
            #expect(try stage.counts() == [1, 4])
        }
    }

    @Test("SEC-02 the minutes are the database's, even when the clock of a process is wrong")
    func skew() throws {
        try run { stage throws in
            let slow = BatchedRateLimiter(
                "read", allowed: 4, database: stage.test.database(as: .web), log: .silent,
                clock: WallClock { Date() - 86_400 })
            _ = slow.take(Self.others[0])
            slow.synchronize()
            for _ in 0..<4 { #expect(slow.take(Self.network).isAllowed) }
            slow.synchronize()
            #expect(try stage.counts() == [4, 0])
            #expect(!slow.take(Self.network).isAllowed)
        }
    }

    @Test("SEC-02 memory has a bound, beyond which requests pass; quiet networks are forgotten, refused ones are not")
    func bound() throws {
        try run { stage in
            let limiter = stage.process(allowed: 3, capacity: 64)
            for _ in 0..<3 { #expect(limiter.take(Self.network).isAllowed) }
            for other in Self.others { #expect(limiter.take(other).isAllowed) }
            #expect(limiter.count == 64)
            limiter.synchronize()
            #expect(limiter.count == 1, "only who is refused stays when room is short")
            #expect(!limiter.take(Self.network).isAllowed)
            for other in Self.others[0..<9] { #expect(limiter.take(other).isAllowed) }
            limiter.synchronize()
            #expect(limiter.count == 10)
            #expect(limiter.take(Self.others[0]).isAllowed)
            limiter.synchronize()
            #expect(!limiter.take(Self.others[0]).isAllowed, "what was forgotten is stored in Postgres")
            limiter.synchronize()
            try stage.advance(by: .seconds(120))
            limiter.synchronize()
            #expect(limiter.count == 0)
        }
    }

    @Test("SEC-02 when room is short quiet networks are reported before they are forgotten")
    func boundOfTheQuiet() throws {
        try run { stage throws in
            let limiter = stage.process(capacity: 64)
            for _ in 0..<12 { #expect(limiter.take(Self.network).isAllowed) }
            for other in Self.others.prefix(46) { #expect(limiter.take(other).isAllowed) }
            limiter.synchronize()
            #expect(limiter.count == 47, "there is room")
            #expect(try stage.counts() == nil)
            #expect(limiter.take(Self.others[46]).isAllowed)
            limiter.synchronize()
            #expect(limiter.count == 0)
            #expect(try stage.counts() == [12, 0])
        }
    }

    @Test("SEC-02 room and wait are to the last digit what Postgres reckons")
    func formula() throws {
        try run { stage in
            var random = SystemRandomNumberGenerator()
            var inputs: [(allowed: Int32, current: Int32, previous: Int32, elapsed: Double)] = []
            for _ in 0..<5_000 {
                let allowed = Int32.random(in: 1...(Bool.random() ? 12 : 1_000), using: &random)
                inputs.append(
                    (
                        allowed, .random(in: 0...allowed * 3, using: &random),
                        .random(in: 0...allowed * 3, using: &random),
                        Bool.random() ? .random(in: 0..<1, using: &random) : Double(Int.random(in: 0..<60)) / 60
                    ))
            }
            let rows: [[Int]] = try stage.test.database(as: .web).query(
                """
                select array[rate_grant(allowed, allowed, here, before, elapsed), rate_wait(allowed, here, before, elapsed)]
                from unnest(
                    \(inputs.map(\.allowed)), \(inputs.map(\.current)), \(inputs.map(\.previous)),
                    \(inputs.map(\.elapsed))
                ) with ordinality asked (allowed, here, before, elapsed, place)
                order by place
                """)
            #expect(rows.count == inputs.count)
            for (row, input) in zip(rows, inputs) {
                let window = SlidingMinute(minute: 0, current: input.current, previous: input.previous)
                let room = window.room(of: Int(input.allowed), elapsed: input.elapsed)
                let wait = window.wait(of: Int(input.allowed), elapsed: input.elapsed)
                #expect(row == [min(room, Int(input.allowed)), wait], "\(input)")
            }
        }
    }

    @Test("SEC-02 an exchange can remove no counts, and one that waited for a row closes no newer window")
    func onlyUpwards() throws {
        try run { stage in
            let key = "read \(Self.network.hex)"
            let web = stage.test.database(as: .web)
            func settle(_ current: Int32, _ previous: Int32, in minute: SQL) throws {
                try web.execute("select from sync_rates(\([key]), \([current]), \([previous]), \(sql: minute))")
            }
            try settle(5, 2, in: "dailies_now()")
            try settle(-5, -2, in: "dailies_now()")
            #expect(try stage.counts() == [5, 2])
            try settle(9, 9, in: "dailies_now() - interval '5 minutes'")
            #expect(try stage.counts() == [5, 2])
            try stage.test.database(as: .superuser).execute(
                "update rate_windows set minute = minute + interval '1 minute'")
            try settle(1, 7, in: "dailies_now()")
            #expect(try stage.counts() == [5, 3])
        }
    }
}
