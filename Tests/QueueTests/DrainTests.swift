import FoundationEssentials
import Platform
import Postgres
import Queue
import TestSupport
import Testing
import Text

@Suite("Draining", .requiresPostgres)
struct DrainTests {
    private struct Failure: Error {}

    @Test("JOB-01 JOB-02 ten drains at once do each thing once")
    func tenDrains() throws {
        try TestDatabase.run { test in
            try test.makeEffects()
            let count = 1_000
            _ = try test.database(as: .jobs).withConnection { connection in
                try Queue.enqueue((0..<count).map { NewJob(Errand("\($0)")) }, on: connection)
            }
            let runs = Monitor(0)
            let drainers = (0..<10).map { _ in
                test.drainer(workers: 2) { errand, context in
                    runs.update { $0 += 1 }
                    // Half of them complete with an effect, half in batches.
                    guard (Int(errand.text) ?? 0).isMultiple(of: 2) else { return .done() }
                    return .done { try $0.execute("insert into effects (job_id) values (\(context.id))") }
                }
            }
            let summaries = Monitor<[DrainSummary]>([])
            let threads = try drainers.map { drainer in
                try BackgroundThread(named: "drain") {
                    if let summary = try? drainer.run(until: .empty) { summaries.update { $0.append(summary) } }
                }
            }
            for thread in threads { #expect(thread.join(until: .now + safetyLimit)) }
            let all = summaries.withLock { $0 }
            #expect(all.count == 10)
            #expect(all.map(\.completed).reduce(0, +) == count)
            #expect(all.allSatisfy { $0.lost == 0 && $0.retried == 0 && $0.failed == 0 })
            #expect(try test.queue.counts().map(\.state) == [.completed])
            let effects: [Int] = try test.database(as: .jobs).query("select count(*) from effects group by job_id")
            #expect(effects == Array(repeating: 1, count: count / 2))
            #expect(runs.withLock { $0 } >= count)
        }
    }

    @Test("JOB-01 the due job of the highest priority goes first, then the oldest")
    func order() throws {
        try TestDatabase.run { test in
            let queue = test.queue
            let now: Date = try test.database(as: .jobs).one("select dailies_now()")
            try queue.enqueue(Errand("second"), runAt: now - 10)
            try queue.enqueue(Errand("first"), runAt: now - 20)
            try queue.enqueue(Errand("not yet"), runAt: now + 3_600, priority: .highest)
            try queue.enqueue(Errand("last"), runAt: now - 30, priority: .low)
            try queue.enqueue(Errand("urgent"), priority: .highest)
            let seen = Monitor<[String]>([])
            let drainer = test.drainer(workers: 1) { errand, _ in
                seen.update { $0.append(errand.text) }
                return .done()
            }
            try drainer.run(until: .empty)
            #expect(seen.withLock { $0 } == ["urgent", "first", "second", "last"])
            try test.advanceClock(by: .seconds(3_601))
            try drainer.run(until: .empty)
            #expect(seen.withLock { $0.last } == "not yet")
        }
    }

    @Test("JOB-01 a failing job backs off, becomes a dead letter with every attempt, and can be put back")
    func deadLetter() throws {
        try TestDatabase.run { test in
            let queue = test.queue
            let isMended = Monitor(false)
            let drainer = test.drainer { _, _ in
                if isMended.withLock({ $0 }) { return .done() }
                throw Failure()
            }
            let id = try #require(try queue.enqueue(Errand("x")))
            for (attempt, wait) in [(1, 5.0), (2, 10.0)] {
                let before: Date = try test.database(as: .jobs).one("select dailies_now()")
                #expect(try drainer.run(until: .empty).retried == 1)
                let job = try #require(try queue.job(id))
                #expect(job.state == .queued)
                #expect(job.attempt == attempt)
                let delay = job.runAt.timeIntervalSince(before)
                #expect(delay >= wait && delay < wait * 1.25 + 5)
                #expect(try drainer.run(until: .empty).claimed == 0)
                try test.advanceClock(by: .seconds(wait * 1.25 + 5))
            }
            #expect(try drainer.run(until: .empty).failed == 1)
            let dead = try #require(try queue.job(id))
            #expect(dead.state == .failed)
            #expect(dead.errors.map(\.attempt) == [1, 2, 3])
            #expect(dead.errors.allSatisfy { $0.error.contains("Failure") && $0.worker != nil })
            #expect(dead.errors.allSatisfy { Date(rfc3339: $0.at) != nil })

            isMended.update { $0 = true }
            #expect(try queue.retry([id]) == [id])
            #expect(try drainer.run(until: .empty).completed == 1)
            let mended = try #require(try queue.job(id))
            #expect(mended.state == .completed)
            #expect(mended.attempt == 1)
            #expect(mended.errors.count == 3)
        }
    }

    @Test("an outcome decides what becomes of a job")
    func outcomes() throws {
        try TestDatabase.run { test in
            let queue = test.queue
            let later = Date(timeIntervalSince1970: 4_000_000_000)
            let drainer = test.drainer { errand, _ in
                switch errand.text {
                case "snooze": .snooze(until: later)
                case "cancel": .cancel(reason: "nobody wants it")
                case "discard": .discard(reason: "it can never be")
                default: .retry(after: .seconds(60), reason: "not yet")
                }
            }
            let ids = try ["snooze", "cancel", "discard", "retry"].map { try #require(try queue.enqueue(Errand($0))) }
            let summary = try drainer.run(until: .empty)
            let jobs = try ids.map { try #require(try queue.job($0)) }
            #expect(jobs.map(\.state) == [.queued, .cancelled, .failed, .queued])
            #expect(jobs.map(\.attempt) == [0, 1, 1, 1])
            #expect(jobs[0].runAt == later)
            #expect(jobs.map { $0.errors.map(\.error) } == [[], ["nobody wants it"], ["it can never be"], ["not yet"]])
            #expect(summary.snoozed == 1 && summary.cancelled == 1 && summary.failed == 1 && summary.retried == 1)
        }
    }

    @Test("an effect that fails undoes the completion, and the other way round")
    func effectAndCompletionAreOne() throws {
        try TestDatabase.run { test in
            try test.makeEffects()
            let queue = test.queue
            let drainer = test.drainer { errand, context in
                .done { connection in
                    try connection.execute("insert into effects (job_id) values (\(context.id))")
                    if errand.text == "fails" { throw Failure() }
                }
            }
            let failing = try #require(try queue.enqueue(Errand("fails")))
            let working = try #require(try queue.enqueue(Errand("works")))
            let summary = try drainer.run(until: .empty)
            #expect(summary.completed == 1 && summary.retried == 1)
            #expect(try queue.job(failing)?.state == .queued)
            #expect(try queue.job(working)?.state == .completed)
            #expect(try test.database(as: .jobs).query("select job_id from effects", as: JobID.self) == [working])
        }
    }

    @Test("a payload that cannot be read is a failed attempt, and a kind without work stays where it is")
    func unreadable() throws {
        try TestDatabase.run { test in
            let jobs = test.database(as: .jobs)
            let bad: JobID = try jobs.one("select enqueue_job('errand', '{\"text\": 7}', job_max_attempts => 1)")
            let foreign: JobID = try jobs.one("select enqueue_job('of another version', '{}')")
            let summary = try test.drainer { _, _ in .done() }.run(until: .empty)
            #expect(summary.claimed == 1)
            #expect(try test.queue.job(bad)?.state == .failed)
            #expect(try test.queue.job(foreign)?.state == .queued)
        }
    }

    @Test("a drain ends after its budget and finishes what runs")
    func budget() throws {
        try TestDatabase.run { test in
            let isRunning = Monitor(0)
            let gate = Gate()
            let drainer = test.drainer(workers: 1) { _, _ in
                isRunning.update { $0 += 1 }
                gate.pass()
                return .done()
            }
            let summary = Monitor<DrainSummary?>(nil)
            let first = try #require(try test.queue.enqueue(Errand("1")))
            let second = try #require(try test.queue.enqueue(Errand("2")))
            // On a slow machine the first budgets may be over before a job is claimed.
            for budget in [2, 8, 32, 128] where isRunning.withLock({ $0 == 0 }) {
                let thread = try BackgroundThread(named: "drain") {
                    let result = try? drainer.run(until: .budget(.seconds(budget)))
                    summary.update { $0 = result }
                }
                _ = eventually { thread.join(until: .now) || isRunning.withLock { $0 == 1 } }
                guard isRunning.withLock({ $0 == 1 }) else { continue }
                #expect(!thread.join(until: .now + .seconds(budget) + .milliseconds(500)))
                gate.open()
                #expect(thread.join(until: .now + safetyLimit))
            }
            #expect(summary.withLock { $0?.completed } == 1)
            #expect(try test.queue.job(first)?.state == .completed)
            #expect(try test.queue.job(second)?.state == .queued)
        }
    }

    @Test("a stopped drain gives back what does not end, at no charge, and its late completion counts for nothing")
    func stop() throws {
        try TestDatabase.run { test in
            try test.makeEffects()
            let isRunning = Monitor(0)
            let ended = Monitor(0)
            let gate = Gate()
            let drainer = test.drainer(workers: 2, { $0.grace = .milliseconds(200) }) { errand, context in
                isRunning.update { $0 += 1 }
                defer { ended.update { $0 += 1 } }
                guard errand.text == "stubborn" else {
                    while true {
                        try context.checkPoint()
                        rest()
                    }
                }
                gate.pass()
                return .done { try $0.execute("insert into effects (job_id) values (\(context.id))") }
            }
            let thread = try BackgroundThread(named: "drain") { _ = try? drainer.run(until: .stopped) }
            let docile = try #require(try test.queue.enqueue(Errand("docile")))
            let stubborn = try #require(try test.queue.enqueue(Errand("stubborn")))
            #expect(isRunning.reaches(2))
            drainer.stop()
            #expect(thread.join(until: .now + safetyLimit))
            for id in [docile, stubborn] {
                let job = try #require(try test.queue.job(id))
                #expect(job.state == .queued)
                #expect(job.attempt == 0)
                #expect(job.errors.isEmpty)
            }
            gate.open()
            #expect(ended.reaches(2))
            try waitUntil { try test.queue.job(stubborn)?.leasedBy == nil }
            #expect(try test.database(as: .jobs).one("select count(*) from effects") == 0)
        }
    }

    @Test("quick jobs do not wait behind slow ones in one process while another is free")
    func storeIsGivenBack() throws {
        try TestDatabase.run { test in
            let slow = Gate()
            let isRunning = Monitor(0)
            let done = Monitor(0)
            let work: @Sendable (Errand, JobContext) throws -> JobOutcome = { errand, _ in
                if errand.text == "slow" {
                    isRunning.update { $0 += 1 }
                    slow.pass()
                }
                done.update { $0 += 1 }
                return .done()
            }
            let busy = test.drainer(workers: 1, work: work)
            // It learns that jobs are quick, and claims further ones ahead.
            try test.queue.enqueue(Errand("quick"))
            _ = try test.database(as: .jobs).withConnection { connection in
                try Queue.enqueue([NewJob(Errand("quick"))], on: connection)
            }
            try draining(busy) {
                #expect(done.reaches(2))
                _ = try test.database(as: .jobs).withConnection { connection in
                    try Queue.enqueue(
                        [NewJob(Errand("slow"))] + (0..<50).map { _ in NewJob(Errand("quick")) }, on: connection)
                }
                #expect(isRunning.reaches(1))
                try draining(test.drainer(work: work)) { #expect(done.reaches(52)) }
                slow.open()
                #expect(done.reaches(53))
            }
        }
    }
}
