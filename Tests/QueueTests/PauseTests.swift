import FoundationEssentials
import Platform
import Postgres
import Queue
import TestSupport
import Testing

@Suite("Pauses", .requiresPostgres)
struct PauseTests {
    private func act(_ test: TestDatabase, _ call: SQL) throws -> String {
        try test.database(as: .jobs).one("select \(sql: call)")
    }

    @Test("JOB-05 nothing of a paused queue or kind is claimed, limited or not, until it is resumed")
    func pauses() throws {
        try TestDatabase.run { test in
            let done = Monitor<[String]>([])
            let drainer = test.drainer { errand, _ in
                done.update { $0.append(errand.text) }
                return .done()
            }
            try test.queue.setLimit("model", to: 1)
            #expect(try act(test, "pause_jobs(null, 'queue', 'default', 'A move')") == "done")
            #expect(try act(test, "pause_jobs(null, 'queue', 'default', null)") == "already_paused")
            #expect(try act(test, "pause_jobs(null, 'queue', 'nothing', null)") == "queue_not_found")
            _ = try test.queue.enqueue(Errand("free"))
            _ = try test.queue.enqueue(Errand("limited"), limitKeys: ["model:x"])
            #expect(try drainer.run(until: .empty).claimed == 0)
            // What is paused is no fault of the workers, so that the site's health does not suffer.
            #expect(try test.queue.counts().allSatisfy { $0.waitingSince == nil })
            #expect(try act(test, "pause_jobs(null, 'kind', 'errand', null)") == "done")
            #expect(try act(test, "resume_jobs(null, 'queue', 'default')") == "done")
            #expect(try drainer.run(until: .empty).claimed == 0)
            #expect(try act(test, "resume_jobs(null, 'kind', 'errand')") == "done")
            #expect(try act(test, "resume_jobs(null, 'kind', 'errand')") == "not_paused")
            #expect(try drainer.run(until: .empty).completed == 2)
            #expect(done.withLock { Set($0) } == ["free", "limited"])
        }
    }

    @Test("JOB-05 a drain that waits learns of a resumed queue at once; what ran when it was paused has ended")
    func resumption() throws {
        try TestDatabase.run { test in
            let (began, ended, gate) = (Monitor(0), Monitor(0), Gate())
            let drainer = test.drainer { errand, _ in
                began.update { $0 += 1 }
                if errand.text == "first" { gate.pass() }
                ended.update { $0 += 1 }
                return .done()
            }
            try draining(drainer) {
                _ = try test.queue.enqueue(Errand("first"))
                #expect(began.reaches(1))
                #expect(try act(test, "pause_jobs(null, 'queue', 'default', null)") == "done")
                _ = try test.queue.enqueue(Errand("second"))
                gate.open()
                #expect(ended.reaches(1))
                let waits: String = try test.database(as: .superuser).one(
                    "select string_agg(state, ' ' order by id) from jobs")
                #expect(["running queued", "completed queued"].contains(waits))
                #expect(try act(test, "resume_jobs(null, 'queue', 'default')") == "done")
                #expect(ended.reaches(2))
            }
        }
    }

    @Test("JOB-05 what is moved to the front runs first, what is moved to the end last; each move is audited")
    func order() throws {
        try TestDatabase.run { test in
            let done = Monitor<[String]>([])
            let drainer = test.drainer(workers: 1, { $0.largestClaim = 1 }) { errand, _ in
                done.update { $0.append(errand.text) }
                return .done()
            }
            let ids = try ["a", "b", "c", "d"].map { try test.queue.enqueue(Errand($0)) }.compactMap(\.self)
            let moved: [String] = try test.database(as: .jobs).query(
                "select * from operate_reorder(null, \([ids[2]]), '{}', 'first')")
            #expect(moved == [String(ids[2])])
            _ = try test.database(as: .jobs).query(
                "select * from operate_reorder(null, \([ids[0]]), '{}', 'last')", as: String.self)
            _ = try drainer.run(until: .empty)
            #expect(done.withLock { $0 } == ["c", "b", "d", "a"])
            let late: [String] = try test.database(as: .jobs).query(
                "select * from operate_reorder(null, \(ids), '{}', 'first')")
            #expect(late == [])
            let audited: [String] = try test.database(as: .superuser).query(
                "select action || ' ' || subject_id from audit_log order by id")
            #expect(audited == ["job.reorder \(ids[2])", "job.reorder \(ids[0])"])
        }
    }

    @Test("JOB-05 a redriven dead letter keeps its errors and has all its attempts; the act is audited once")
    func redrive() throws {
        try TestDatabase.run { test in
            let isWell = Monitor(false)
            let drainer = test.drainer { _, _ in
                if isWell.withLock({ $0 }) { return .done() }
                return .discard(reason: "no such thing")
            }
            let id = try #require(try test.queue.enqueue(Errand("x")))
            _ = try drainer.run(until: .empty)
            #expect(try test.queue.job(id)?.state == .failed)
            isWell.update { $0 = true }
            let redriven: [JobID] = try test.database(as: .jobs).query(
                "select * from operate_redrive(null, \([id, id + 1]))")
            #expect(redriven == [id])
            #expect(try drainer.run(until: .empty).completed == 1)
            let job = try #require(try test.queue.job(id))
            #expect(job.state == .completed && job.errors.map(\.error) == ["no such thing"])
            let again: [JobID] = try test.database(as: .jobs).query("select * from operate_redrive(null, \([id]))")
            #expect(again == [])
            let audited: Int = try test.database(as: .superuser).one("select count(*)::int from audit_log")
            #expect(audited == 1)
        }
    }

    @Test("JOB-05 SEC-03 the web role needs an admin for every act, and cannot go around the acts")
    func rights() throws {
        try TestDatabase.run { test in
            let web = test.database(as: .web)
            let member: UUID = try test.database(as: .superuser).one(
                "insert into users (username) values ('mira') returning id")
            for actor in [nil, member] {
                let calls: [SQL] = [
                    "pause_jobs(\(actor), 'queue', 'default', null)", "pause_jobs(\(actor), 'provider', 'local', null)",
                    "resume_jobs(\(actor), 'queue', 'default')",
                    "job_overview(\(actor))", "describe_job(\(actor), 1, null)", "operate_redrive(\(actor), '{1}')",
                    "operate_cancel(\(actor), '{1}', '{}')", "operate_reorder(\(actor), '{1}', '{}', 'first')",
                    "settle_generation(\(actor), gen_random_uuid(), false, null)",
                    "operate_move(\(actor), gen_random_uuid(), gen_random_uuid())",
                    "list_jobs(\(actor), '{}', 1, 1, gen_random_uuid(), 1)",
                ]
                for call in calls {
                    #expect(throws: DatabaseError.self, "\(call)") { try web.execute("select \(sql: call)") }
                }
            }
            for call in ["cancel_job(1)", "redrive_jobs('{1}')"] as [SQL] {
                #expect(throws: DatabaseError.self, "\(call)") { try web.execute("select \(sql: call)") }
            }
        }
    }
}
