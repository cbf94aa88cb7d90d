import FoundationEssentials
import Platform
import Postgres
import Queue
import TestSupport
import Testing
import Text

@Suite("Leases", .requiresPostgres)
struct LeaseTests {
    /// As a process that hangs: it holds jobs and never says so again.
    private static func mute(_ options: inout DrainOptions) {
        options.heartbeat = .seconds(3_600)
        options.poll = .seconds(3_600)
    }

    @Test("JOB-02 a lease that ended is taken over, and the late worker's effect does not happen")
    func lateWorkerChangesNothing() throws {
        try TestDatabase.run { test in
            try test.makeEffects()
            let isRunning = Monitor(0)
            let ended = Monitor(0)
            let gate = Gate()
            let late = test.drainer(workers: 1, Self.mute) { _, context in
                isRunning.update { $0 += 1 }
                defer { ended.update { $0 += 1 } }
                gate.pass()
                try context.complete { try $0.execute("insert into effects (job_id) values (\(context.id))") }
                return .done()
            }
            let other = test.drainer { _, context in
                .done { try $0.execute("insert into effects (job_id) values (\(context.id))") }
            }
            try draining(late) {
                let id = try #require(try test.queue.enqueue(Errand("x")))
                #expect(isRunning.reaches(1))
                #expect(try other.run(until: .empty).claimed == 0)
                try test.advanceClock(by: .seconds(11))
                let summary = try rescuing(other) { try test.queue.job(id)?.state == .completed }
                #expect(summary.rescued == 1 && summary.completed == 1)
                gate.open()
                #expect(ended.reaches(1))
                let job = try #require(try test.queue.job(id))
                #expect(job.attempt == 2)
                #expect(job.errors.map(\.attempt) == [1])
            }
            #expect(try test.database(as: .jobs).one("select count(*) from effects") == 1)
        }
    }

    @Test("JOB-02 a worker that works keeps its lease, however long it takes")
    func heartbeatKeepsLease() throws {
        try TestDatabase.run { test in
            let gate = Gate()
            let runs = Monitor(0)
            let slow = test.drainer { options in
                options.lease = .seconds(60)
                options.heartbeat = .milliseconds(50)
            } work: { _, _ in
                runs.update { $0 += 1 }
                gate.pass()
                return .done()
            }
            let watching = test.drainer {
                $0.poll = .milliseconds(20)
            } work: { _, _ in
                runs.update { $0 += 1 }
                return .done()
            }
            try draining(slow) {
                let id = try #require(try test.queue.enqueue(Errand("x")))
                #expect(runs.reaches(1))
                try draining(watching) {
                    let first = try #require(try test.queue.job(id)?.leasedUntil)
                    // Two leases go by, of which the worker has a third left each time to say that it works.
                    for turn in 1...3 {
                        try test.advanceClock(by: .seconds(40))
                        try waitUntil {
                            guard let until = try test.queue.job(id)?.leasedUntil else { return false }
                            return until.timeIntervalSince(first) > Double(turn) * 40
                        }
                    }
                }
                gate.open()
                try waitUntil { try test.queue.job(id)?.state == .completed }
            }
            #expect(runs.withLock { $0 } == 1)
        }
    }

    @Test("JOB-02 a job that kills its worker each time ends as a dead letter, and a cancelled one as cancelled")
    func deadlyJob() throws {
        try TestDatabase.run { test in
            let isRunning = Monitor(0)
            let gate = Gate()
            defer { gate.open() }
            let deadly = try #require(try test.queue.enqueue(Errand("deadly")))
            let unwanted = try #require(try test.queue.enqueue(Errand("unwanted")))
            var threads: [BackgroundThread] = []
            var drainers: [Drainer] = []
            for attempt in 1...3 {
                let drainer = test.drainer(workers: 2, Self.mute) { errand, _ in
                    isRunning.update { $0 += 1 }
                    gate.pass()
                    return .done()
                }
                drainers.append(drainer)
                threads.append(try BackgroundThread(named: "drain") { _ = try? drainer.run(until: .stopped) })
                #expect(isRunning.reaches(attempt + 1))
                if attempt == 1 { #expect(try test.queue.cancel(unwanted) == .cancelling) }
                try test.advanceClock(by: .seconds(11))
                let rescuer = Drainer(database: test.newPool(), registry: JobRegistry())
                _ = try rescuing(rescuer) { try test.queue.job(deadly)?.state != .running }
            }
            let job = try #require(try test.queue.job(deadly))
            #expect(job.state == .failed)
            #expect(job.errors.map(\.attempt) == [1, 2, 3])
            #expect(try test.queue.job(unwanted)?.state == .cancelled)
            gate.open()
            for drainer in drainers { drainer.stop() }
            for thread in threads { #expect(thread.join(until: .now + safetyLimit)) }
            #expect(try test.queue.job(deadly)?.state == .failed)
        }
    }

    @Test("an attempt that takes longer than its kind may ends at its next check, and counts as failed")
    func timeout() throws {
        struct Slow: JobPayload {
            static let kind = "slow"
            static let options = JobOptions(timeout: .milliseconds(20))
        }
        try TestDatabase.run { test in
            var registry = JobRegistry()
            registry.register(Slow.self) { _, context in
                while true {
                    try context.checkPoint()
                    rest()
                }
            }
            var options = DrainOptions()
            options.poll = .milliseconds(20)
            let drainer = Drainer(database: test.newPool(), registry: registry, options: options)
            let id = try #require(try test.queue.enqueue(Slow()))
            #expect(try drainer.run(until: .empty).retried == 1)
            #expect(try test.queue.job(id)?.errors.map(\.error) == ["exceeded its timeout"])
        }
    }

    @Test("JOB-03 a running job notices by a heartbeat, and so within five seconds, that it was cancelled")
    func cancelByRow() throws {
        try TestDatabase.run { test in
            let isRunning = Monitor(0)
            let drainer = test.drainer { _, context in
                isRunning.update { $0 += 1 }
                while !context.isCancelled { rest() }
                try context.checkPoint()
                return .done()
            }
            #expect(DrainOptions().heartbeat + DrainOptions().poll < .seconds(5))
            try draining(drainer) {
                let id = try #require(try test.queue.enqueue(Errand("x")))
                #expect(isRunning.reaches(1))
                // As cancel_job does, without its notification: a heartbeat must find it.
                try test.database(as: .jobs).execute(
                    "update jobs set cancel_requested_at = dailies_now() where id = \(id)")
                try waitUntil { try test.queue.job(id)?.state == .cancelled }
            }
        }
    }

    @Test("JOB-03 cancelling ends what waits, asks what runs, and leaves what is done")
    func cancel() throws {
        try TestDatabase.run { test in
            let isRunning = Monitor(0)
            let drainer = test.drainer { errand, context in
                guard errand.text == "runs" else { return .done() }
                isRunning.update { $0 += 1 }
                while true {
                    try context.checkPoint()
                    rest()
                }
            }
            let waiting = try #require(
                try test.queue.enqueue(Errand("waits"), runAt: Date(timeIntervalSince1970: 4_000_000_000)))
            let done = try #require(try test.queue.enqueue(Errand("done")))
            try draining(drainer) {
                let running = try #require(try test.queue.enqueue(Errand("runs")))
                #expect(isRunning.reaches(1))
                try waitUntil { try test.queue.job(done)?.state == .completed }
                #expect(try test.queue.cancel(waiting) == .cancelled)
                #expect(try test.queue.cancel(running) == .cancelling)
                #expect(try test.queue.cancel(done) == .completed)
                #expect(try test.queue.cancel(-1) == nil)
                try waitUntil { try test.queue.job(running)?.state == .cancelled }
            }
        }
    }

    /// Lets a drain work until `condition` holds.
    private func rescuing(_ drainer: Drainer, until condition: () throws -> Bool) throws -> DrainSummary {
        let summary = Monitor(DrainSummary())
        let thread = try BackgroundThread(named: "rescue") {
            guard let result = try? drainer.run(until: .stopped) else { return }
            summary.update { $0 = result }
        }
        try waitUntil(condition)
        drainer.stop()
        #expect(thread.join(until: .now + safetyLimit))
        return summary.withLock { $0 }
    }
}
