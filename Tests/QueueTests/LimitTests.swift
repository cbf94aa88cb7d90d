import FoundationEssentials
import Platform
import Postgres
import Queue
import TestSupport
import Testing
import Text

@Suite("Limits", .requiresPostgres)
struct LimitTests {
    /// How many jobs run at this moment, by key, and the most there ever were.
    private struct Load: Sendable {
        var now: [String: Int] = [:]
        var most: [String: Int] = [:]
        var done = 0

        mutating func begin(_ keys: [String]) {
            for key in keys {
                now[key, default: 0] += 1
                most[key] = max(most[key] ?? 0, now[key] ?? 0)
            }
        }

        mutating func end(_ keys: [String]) {
            for key in keys { now[key, default: 0] -= 1 }
            done += 1
        }
    }

    @Test("JOB-04 of a thousand jobs with limit two never three run, with any number of drains")
    func neverThree() throws {
        try TestDatabase.run { test in
            try test.queue.setLimit("model:x", to: 2)
            let load = try drain(
                test, (0..<1_000).map { NewJob(Errand("\($0)"), limitKeys: ["model:x"]) }, keys: { _ in ["model:x"] })
            #expect(load.done == 1_000)
            #expect((1...2).contains(load.most["model:x"] ?? 0))
        }
    }

    @Test("JOB-04 limits on several keys hold at once, and one row limits each key of a class")
    func severalKeys() throws {
        try TestDatabase.run { test in
            try test.queue.setLimit("provider:fal", to: 3)
            try test.queue.setLimit("member", to: 1)
            try test.queue.setLimit("member:4", to: 2)
            let keys: @Sendable (String) -> [String] = {
                ["member:\((Int($0) ?? 0) % 5)", "provider:fal", "unlimited:x"]
            }
            let load = try drain(
                test, (0..<200).map { NewJob(Errand("\($0)"), limitKeys: keys("\($0)")) }, keys: keys)
            #expect(load.done == 200)
            #expect((1...3).contains(load.most["provider:fal"] ?? 0))
            for member in 0..<4 { #expect(load.most["member:\(member)"] == 1) }
            #expect((1...2).contains(load.most["member:4"] ?? 0))
        }
    }

    @Test("JOB-04 jobs without limits pass those that wait for room")
    func othersPass() throws {
        try TestDatabase.run { test in
            try test.queue.setLimit("model:x", to: 0)
            _ = try test.database(as: .jobs).withConnection { connection in
                try Queue.enqueue(
                    (0..<300).map { _ in NewJob(Errand("limited"), limitKeys: ["model:x"]) }, on: connection)
            }
            let free = try #require(try test.queue.enqueue(Errand("free"), priority: .lowest))
            let summary = try test.drainer { _, _ in .done() }.run(until: .empty)
            #expect(summary.claimed == 1)
            #expect(try test.queue.job(free)?.state == .completed)
            try test.queue.setLimit("model:x", to: nil)
            #expect(try test.drainer { _, _ in .done() }.run(until: .empty).completed == 300)
        }
    }

    @Test("a claim reads no more of the table than it claims, with and without limits")
    func takeScansNothing() throws {
        try TestDatabase.run { test in
            try test.queue.setLimit("member", to: 1)
            let jobs = test.database(as: .jobs)
            _ = try jobs.withConnection { connection in
                try Queue.enqueue(
                    (0..<15_000).map {
                        NewJob(Errand("\($0)"), limitKeys: $0.isMultiple(of: 3) ? ["member:\($0 % 4)"] : [])
                    },
                    on: connection)
            }
            try test.database(as: .owner).execute("analyze jobs")
            try jobs.transaction { connection in
                let taken: Int = try connection.one(
                    "select count(*) from claim_jobs('w', '10 s', 10, '{default}', '{errand}')")
                #expect(taken == 10)
                let scans: Int = try connection.one(
                    "select coalesce(sum(seq_scan), 0)::bigint from pg_stat_xact_user_tables where relname = 'jobs'")
                #expect(scans == 0)
                let read: Int = try connection.one(
                    """
                    select coalesce(sum(idx_tup_fetch), 0)::bigint
                    from pg_stat_xact_user_tables
                    where relname = 'jobs'
                    """)
                #expect(read < 500)
            }
        }
    }

    private func drain(
        _ test: TestDatabase, _ jobs: [NewJob], keys: @escaping @Sendable (String) -> [String]
    ) throws -> Load {
        _ = try test.database(as: .jobs).withConnection { try Queue.enqueue(jobs, on: $0) }
        let load = Monitor(Load())
        let drainers = (0..<3).map { _ in
            test.drainer(workers: 6) { errand, _ in
                load.update { $0.begin(keys(errand.text)) }
                defer { load.update { $0.end(keys(errand.text)) } }
                return .done()
            }
        }
        try draining(drainers[0], drainers[1], drainers[2]) {
            _ = load.wait(until: .now + safetyLimit) { $0.done >= jobs.count ? true : nil }
        }
        return load.withLock { $0 }
    }
}
