import FoundationEssentials
import Platform
import Postgres
import Queue
import TestSupport
import Testing
import Text

@Suite("Enqueueing", .requiresPostgres)
struct EnqueueTests {
    private struct Refusal: Error {}

    @Test("JOB-01 a job exists if and only if the caller's transaction commits")
    func followsTransaction() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            try web.transaction { _ = try Queue.enqueue(Errand("kept"), on: $0) }
            #expect(throws: Refusal.self) {
                try web.transaction { connection in
                    try Queue.enqueue(Errand("undone"), on: connection)
                    try Queue.enqueue([NewJob(Errand("undone too"))], on: connection)
                    throw Refusal()
                }
            }
            let jobs = try test.queue.list()
            #expect(try jobs.map { try $0.payload.decode(Errand.self).text } == ["kept"])
        }
    }

    @Test(
        "JOB-01 workers are woken after the commit, once for each queue, and not for what was rolled back",
        arguments: [true, false])
    func wakesAfterCommit(isPrepared: Bool) throws {
        try TestDatabase.run { test in
            let woken = Monitor<[String]>([])
            let losses = Monitor(0)
            let listener = Listener(test.options(as: .superuser), channels: ["jobs"]) { notification in
                woken.update { $0.append(notification.payload) }
            } onLoss: {
                losses.update { $0 += 1 }
            }
            listener.start()
            defer { listener.stop() }
            #expect(losses.wait(until: .now + safetyLimit) { $0 > 0 ? true : nil } == true)
            var options = test.options(as: .web)
            options.preparedStatements = isPrepared
            let web = Database(options)
            func enqueue(_ queue: String, _ connection: Connection) throws {
                let _: Int64 = try connection.one("select enqueue_job('errand', '{}', \(queue))")
            }
            #expect(throws: Refusal.self) {
                try web.transaction { connection in
                    try enqueue("undone", connection)
                    throw Refusal()
                }
            }
            #expect(throws: (any Error).self) {
                try web.transaction { connection in
                    try enqueue("failed", connection)
                    let _: Int32 = try connection.one("select 1 / 0")
                }
            }
            try web.transaction { connection in
                for queue in ["one", "two", "one"] { try enqueue(queue, connection) }
                #expect(woken.withLock { $0 }.isEmpty)
            }
            try web.withConnection { try enqueue("it's alone", $0) }
            // A session that does not know of it, as psql's.
            try test.database(as: .superuser).withConnection { connection in
                try connection.execute("set dailies.notify = ''")
                try enqueue("plain", connection)
            }
            let found = woken.wait(until: .now + safetyLimit) { $0.contains("plain") ? $0 : nil }
            #expect(found == ["one", "two", "it's alone", "plain"])
        }
    }

    @Test("JOB-01 keep, replace and preserve the time of a job with the same key")
    func uniqueKeys() throws {
        try TestDatabase.run { test in
            let queue = test.queue
            let later = Date(timeIntervalSince1970: 4_000_000_000)
            let latest = Date(timeIntervalSince1970: 4_100_000_000)
            let first = try #require(try queue.enqueue(Errand("1"), runAt: later, uniqueKey: "k"))
            #expect(try queue.enqueue(Errand("2"), runAt: latest, uniqueKey: "k", onConflict: .keep) == nil)
            #expect(try text(of: first, in: queue) == "1")

            #expect(try queue.enqueue(Errand("3"), runAt: latest, uniqueKey: "k", onConflict: .preserveRunAt) == first)
            #expect(try text(of: first, in: queue) == "3")
            #expect(try queue.job(first)?.runAt == later)

            #expect(try queue.enqueue(Errand("4"), runAt: latest, uniqueKey: "k", onConflict: .replace) == first)
            #expect(try text(of: first, in: queue) == "4")
            #expect(try queue.job(first)?.runAt == latest)

            #expect(try queue.enqueue(Errand("other key"), uniqueKey: "l") != nil)
            #expect(try queue.list().count == 2)
        }
    }

    @Test("JOB-01 replacing a running job puts the new one beside it and does not repeat the old one")
    func replacesRunning() throws {
        try TestDatabase.run { test in
            let queue = test.queue
            let seen = Monitor<[String]>([])
            let isRunning = Monitor(0)
            let gate = Gate()
            let drainer = test.drainer { errand, _ in
                seen.update { $0.append(errand.text) }
                guard errand.text == "old" else { return .done() }
                isRunning.update { $0 = 1 }
                gate.pass()
                throw Refusal()
            }
            try draining(drainer) {
                let old = try #require(try queue.enqueue(Errand("old"), uniqueKey: "k"))
                #expect(isRunning.reaches(1))
                #expect(try queue.enqueue(Errand("ignored"), uniqueKey: "k", onConflict: .keep) == nil)
                let new = try #require(try queue.enqueue(Errand("new"), uniqueKey: "k", onConflict: .replace))
                #expect(new != old)
                try waitUntil { try queue.job(new)?.state == .completed }
                gate.open()
                try waitUntil { try queue.job(old)?.state == .failed }
            }
            #expect(seen.withLock { $0 } == ["old", "new"])
        }
    }

    @Test("JOB-01 of twenty at once with one key, one job comes to be")
    func oneOfMany() throws {
        try TestDatabase.run { test in
            let made = Monitor<[JobID]>([])
            let threads = try (0..<20).map { number in
                try BackgroundThread(named: "enqueue") {
                    let job = try? test.queue.enqueue(Errand("\(number)"), uniqueKey: "k")
                    if let job { made.update { $0.append(job) } }
                }
            }
            for thread in threads { thread.join() }
            #expect(made.withLock { $0.count } == 1)
            #expect(try test.queue.list().count == 1)
        }
    }

    @Test("JOB-01 a batch answers in its order and heeds keys within itself")
    func batches() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let plain = try web.withConnection { connection in
                try Queue.enqueue((0..<500).map { NewJob(Errand("\($0)")) }, on: connection).compactMap { $0 }
            }
            #expect(plain.count == 500)
            #expect(plain == plain.sorted())
            #expect(try text(of: plain[123], in: test.queue) == "123")

            let keyed = try web.withConnection { connection in
                try Queue.enqueue(
                    [
                        NewJob(Errand("b"), uniqueKey: "b"), NewJob(Errand("a"), uniqueKey: "a"),
                        NewJob(Errand("none")), NewJob(Errand("b again"), uniqueKey: "b"),
                    ], on: connection)
            }
            #expect(keyed.map { $0 != nil } == [true, true, true, false])
            #expect(try text(of: #require(keyed[1]), in: test.queue) == "a")
        }
    }

    @Test("SEC-03 the web role reaches the queue only through its functions")
    func webRole() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let refused: [SQL] = [
                "select count(*) from jobs", "insert into jobs (kind) values ('x')", "delete from jobs",
                "select * from claim_jobs('w', '10 s', 1, '{default}', '{errand}')", "select prune_jobs(0, 0)",
                "update job_limits set concurrency = 0", "select cancel_job(1)", "select redrive_jobs('{1}')",
            ]
            for statement in refused {
                #expect(throws: DatabaseError.self, "\(statement)") { try web.execute(statement) }
            }
            _ = try #require(try Queue(web).enqueue(Errand("x")))
            #expect(try Queue(web).counts().map(\.jobs) == [1])
        }
    }

    private func text(of id: JobID, in queue: Queue) throws -> String? {
        try queue.job(id)?.payload.decode(Errand.self).text
    }
}
