import FoundationEssentials
import Platform
import Postgres
import Queue
import TestSupport
import Testing

@Suite("Upkeep of the queue", .requiresPostgres)
struct UpkeepTests {
    struct Chore: JobPayload {
        static let kind = "chore"
    }

    @Test("JOB-06 a recurring job runs once for each due time, whichever of five hosts sees it")
    func onceAcrossHosts() throws {
        try TestDatabase.run { test in
            let runs = Monitor(0)
            let drainers = (0..<5).map { _ in
                var registry = JobRegistry()
                registry.register(Chore.self) { _, _ in
                    runs.update { $0 += 1 }
                    return .done()
                }
                registry.recur("chore", .every(.seconds(86_400)), Chore())
                var options = DrainOptions()
                options.poll = .milliseconds(20)
                return Drainer(database: test.newPool(), registry: registry, options: options)
            }
            try draining(drainers[0], drainers[1], drainers[2], drainers[3], drainers[4]) {
                try waitUntil { try test.database(as: .jobs).one("select count(*) from recurring_jobs") == 1 }
                for day in 1...3 {
                    try test.advanceClock(by: .seconds(86_400))
                    #expect(runs.reaches(day))
                    try waitUntil { try test.queue.list(state: .completed).count == day }
                }
            }
            #expect(runs.withLock { $0 } == 3)
            #expect(try test.queue.list().count == 3)
        }
    }

    @Test("JOB-06 due times missed while nothing ran are made up for once")
    func missedDueTimes() throws {
        try TestDatabase.run { test in
            var registry = JobRegistry()
            // A day, since a test's database never passes midnight by itself: a shorter interval can end between two lines.
            registry.recur("chore", .every(.seconds(86_400)), Chore())
            let jobs = test.database(as: .jobs)
            #expect(try registry.enqueueRecurring(in: jobs) == 0)
            try test.advanceClock(by: .seconds(5 * 86_400))
            #expect(try registry.enqueueRecurring(in: jobs) == 1)
            #expect(try registry.enqueueRecurring(in: jobs) == 0)
            #expect(try test.queue.list().count == 1)
        }
    }

    @Test("JOB-06 retention keeps the newest hundred completed and five hundred failed jobs")
    func retention() throws {
        try TestDatabase.run { test in
            let jobs = test.database(as: .jobs)
            for (state, count) in [("completed", 130), ("failed", 520), ("cancelled", 90)] {
                try jobs.execute(
                    """
                    insert into jobs (kind, state, finished_at)
                    select 'errand', \(state), dailies_now() - make_interval(secs => number)
                    from generate_series(1, \(Int32(count))) as number
                    """)
            }
            let waiting = try #require(try test.queue.enqueue(Errand("waits")))
            #expect(try test.queue.prune() == 50)
            let counts = try test.queue.counts()
            #expect(counts.map(\.state) == [.cancelled, .completed, .failed, .queued])
            #expect(counts.map(\.jobs) == [90, 100, 500, 1])
            let oldest: Int = try jobs.one(
                """
                select round(extract(epoch from dailies_now() - min(finished_at)))::bigint
                from jobs
                where state = 'completed'
                """)
            #expect(oldest < 115)
            #expect(try test.queue.job(waiting) != nil)
            #expect(try test.queue.prune() == 0)
        }
    }

    @Test("counts include since when the oldest due job waits")
    func counts() throws {
        try TestDatabase.run { test in
            let now: Date = try test.database(as: .jobs).one("select dailies_now()")
            try test.queue.enqueue(Errand("due"), runAt: now - 60)
            try test.queue.enqueue(Errand("later"), runAt: now + 3_600)
            let count = try #require(try test.queue.counts().first)
            #expect(count.jobs == 2)
            #expect(count.waitingSince == now - 60)
        }
    }
}
