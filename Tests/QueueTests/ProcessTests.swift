import FoundationEssentials
import Glibc
import Platform
import Postgres
import Queue
import Realtime
import TestSupport
import Testing

/// The real `dailies-jobs`, as systemd starts it.
@Suite("The jobs process", .requiresPostgres)
struct ProcessTests {
    private func spawn(_ test: TestDatabase, _ arguments: [String], publishSocket: String = "/nowhere") throws
        -> ChildProcess
    {
        try ChildProcess.spawn(
            Repository.programs + "/dailies-jobs", arguments,
            environment: [
                "DATABASE_URL": test.options(as: .jobs).connectionString, "SITE_URL": "http://127.0.0.1:8080",
                "SECRET_KEY": String(repeating: "k", count: 32), "PUBLISH_SOCKET": publishSocket,
                "LOG_LEVEL": "error",
            ], output: nil, errors: nil)
    }

    /// Waits for the end of a process, and ends it itself when it is late.
    private func end(of process: ChildProcess, within limit: Duration = safetyLimit) throws -> Platform.ExitStatus? {
        let status = Monitor<Platform.ExitStatus?>(nil)
        if try eventually(
            within: limit,
            {
                let end = try process.poll()
                status.update { $0 = end }
                return end != nil
            })
        {
            return status.withLock { $0 }
        }
        process.signal(SIGKILL)
        _ = try process.wait()
        return nil
    }

    private func run(
        _ test: TestDatabase, _ arguments: [String], publishSocket: String = "/nowhere"
    ) throws -> Platform.ExitStatus? {
        try end(of: try spawn(test, arguments, publishSocket: publishSocket))
    }

    private func announce(_ test: TestDatabase) throws -> JobID {
        try test.database(as: .jobs).transaction { connection in
            try Realtime.announce(Event(channel: "slot", name: "round_opened"), on: connection)
            return try connection.one("select max(id) from jobs")
        }
    }

    @Test(
        "JOB-02 kill -9 in the middle of a job: it runs again when its lease ends, within 15 s, and is completed once")
    func killed() throws {
        try TestDatabase.run { test in
            let stub = try PublisherStub()
            stub.answer(nil)
            let first = try spawn(test, ["drain", "--workers", "1"], publishSocket: stub.path)
            let id = try announce(test)
            #expect(stub.received(1).count == 1)
            #expect(DrainOptions().lease + DrainOptions().poll < .seconds(15))
            let second = try spawn(test, ["drain", "--workers", "1"], publishSocket: stub.path)
            stub.answer(201)
            first.signal(SIGKILL)
            #expect(try first.wait() == .signalled(SIGKILL))
            #expect(try test.queue.job(id)?.state == .running)
            try test.advanceClock(by: DrainOptions().lease)
            #expect(stub.received(2).count == 2)
            try waitUntil { try test.queue.job(id)?.state == .completed }
            second.signal(SIGTERM)
            #expect(try end(of: second) == .exited(0))
            let job = try #require(try test.queue.job(id))
            #expect(job.attempt == 2)
            #expect(job.errors.count == 1)
            #expect(stub.received(2).count == 2)
        }
    }

    @Test("OPS-05 SIGTERM leaves no job held and exits 0 after the grace period, within ten seconds")
    func terminated() throws {
        try TestDatabase.run { test in
            let stub = try PublisherStub()
            stub.answer(nil)
            let process = try spawn(test, ["drain", "--workers", "2"], publishSocket: stub.path)
            let id = try announce(test)
            #expect(stub.received(1).count == 1)
            #expect(DrainOptions().grace < .seconds(10))
            process.signal(SIGTERM)
            #expect(try end(of: process) == .exited(0))
            let job = try #require(try test.queue.job(id))
            #expect(job.state == .queued)
            #expect(job.leasedBy == nil)
        }
    }

    @Test("drain ends when the queue is empty, or after its time; maintain does what is due")
    func ends() throws {
        try TestDatabase.run { test in
            let stub = try PublisherStub()
            let id = try announce(test)
            #expect(
                try run(test, ["drain", "--until-empty"], publishSocket: stub.path) == .exited(0))
            #expect(try test.queue.job(id)?.state == .completed)
            #expect(try run(test, ["drain", "--for", "200ms"]) == .exited(0))
            #expect(try run(test, ["maintain", "--now"]) == .exited(0))
            let kinds = try test.queue.list(state: .completed).map(\.kind)
            #expect(kinds.contains("sweep_sessions"))
            #expect(kinds.contains("prune_jobs"))
        }
    }

    @Test(
        "wrong usage and wrong settings have exit statuses of their own",
        arguments: [
            ([], 64), (["drain", "--for", "soon"], 64), (["drain", "--workers=0"], 64),
            (["advance", "--until-empty"], 64), (["drain", "--config", "/nowhere/at/all"], 78),
            (["drain", "--help"], 0),
        ] as [([String], Int32)])
    func statuses(arguments: [String], status: Int32) throws {
        try TestDatabase.run { test in
            let end = try run(test, arguments)
            #expect(end == .exited(status))
        }
    }
}
