import FoundationEssentials
import Platform
import Postgres
import Queue
import Realtime
import TestSupport
import Testing

@Suite("Realtime", .requiresPostgres)
struct RealtimeTests {
    private struct Refusal: Error {}

    private struct Body: Decodable {
        let name: String
        let version: Int
        let slot: Int
    }

    private func drainer(_ test: TestDatabase, _ stub: PublisherStub) -> Drainer {
        var registry = JobRegistry()
        Realtime.register(in: &registry, publishSocket: stub.path)
        return Drainer(database: test.newPool(), registry: registry)
    }

    private func event(slot: Int, name: String = "round_opened") -> Event {
        Event(channel: "slot", name: name, data: JSONText("{\"slot\": \(slot)}"))
    }

    @Test("RT-01 an event is published with the transaction that announces it, and not without", arguments: [201, 202])
    func published(status: Int) throws {
        try TestDatabase.run { test in
            let stub = try PublisherStub()
            stub.answer(status)
            let web = test.database(as: .web)
            #expect(throws: Refusal.self) {
                try web.transaction { connection in
                    try Realtime.announce(event(slot: 1), on: connection)
                    throw Refusal()
                }
            }
            try web.transaction { try Realtime.announce(event(slot: 2), on: $0) }
            try web.transaction { try Realtime.announce(event(slot: 3, name: "winner_selected"), on: $0) }
            #expect(try drainer(test, stub).run(until: .empty).completed == 2)
            let messages = stub.received(2)
            #expect(messages.map(\.path) == ["/publish/slot", "/publish/slot"])
            let bodies = try messages.map { try JSONText($0.body).decode(Body.self) }.sorted { $0.version < $1.version }
            #expect(bodies.map(\.slot) == [2, 3])
            #expect(bodies.map(\.name) == ["round_opened", "winner_selected"])
            #expect(messages.contains { $0.headers.contains("X-EventSource-Event: winner_selected") })
        }
    }

    @Test("RT-01 a publisher that fails is asked again")
    func failureIsRepeated() throws {
        try TestDatabase.run { test in
            let stub = try PublisherStub()
            stub.answer(500)
            try test.database(as: .web).transaction { try Realtime.announce(event(slot: 1), on: $0) }
            #expect(try drainer(test, stub).run(until: .empty).retried == 1)
            stub.answer(201)
            try test.advanceClock(by: .seconds(10))
            #expect(try drainer(test, stub).run(until: .empty).completed == 1)
            #expect(stub.received(2).count == 2)
        }
    }

    @Test("RT-01 an outdated event is not published")
    func tooOld() throws {
        try TestDatabase.run { test in
            let stub = try PublisherStub()
            try test.setClock(offset: .seconds(-300))
            try test.database(as: .web).transaction { try Realtime.announce(event(slot: 1), on: $0) }
            try test.setClock(offset: .zero)
            #expect(try drainer(test, stub).run(until: .empty).cancelled == 1)
            #expect(stub.received(0).isEmpty)
        }
    }

    @Test("RT-01 many changes of one thing become one message with the last state")
    func coalescing() throws {
        try TestDatabase.run { test in
            let stub = try PublisherStub()
            let web = test.database(as: .web)
            for slot in 1...20 {
                try web.transaction { try Realtime.announce(event(slot: slot), on: $0, coalescing: "counts") }
            }
            try test.advanceClock(by: .seconds(1))
            #expect(try drainer(test, stub).run(until: .empty).completed == 1)
            let messages = stub.received(1)
            #expect(messages.count == 1)
            #expect(try JSONText(messages[0].body).decode(Body.self).slot == 20)
        }
    }

    @Test("quick jobs do not wait for long ones, however many of those there are")
    func lanes() throws {
        struct Render: JobPayload {
            static let kind = "render"
            static let options = JobOptions(isLong: true)
        }
        try TestDatabase.run { test in
            let stub = try PublisherStub()
            let gate = Gate()
            let isRunning = Monitor(0)
            var registry = JobRegistry()
            Realtime.register(in: &registry, publishSocket: stub.path)
            registry.register(Render.self) { _, _ in
                isRunning.update { $0 += 1 }
                gate.pass()
                return .done()
            }
            var options = DrainOptions()
            options.workers = 1
            let drainer = Drainer(database: test.newPool(), registry: registry, options: options)
            for _ in 0..<5 { try test.queue.enqueue(Render()) }
            try draining(drainer) {
                #expect(isRunning.reaches(1))
                try test.database(as: .web).transaction { try Realtime.announce(event(slot: 1), on: $0) }
                #expect(stub.received(1).count == 1)
                gate.open()
                #expect(isRunning.reaches(5))
            }
        }
    }

    @Test("long jobs and the programs that they start leave the CPU to quick ones")
    func priorities() throws {
        struct Render: JobPayload {
            static let kind = "render"
            static let options = JobOptions(isLong: true)
        }
        struct Tell: JobPayload {
            static let kind = "tell"
        }
        try TestDatabase.run { test in
            let seen = Monitor<[String: Int]>([:])
            var registry = JobRegistry()
            registry.register(Render.self) { _, _ in
                let niceness = try Self.nicenessOfPrograms()
                seen.update { $0["render"] = niceness }
                return .done()
            }
            registry.register(Tell.self) { _, _ in
                let niceness = try Self.nicenessOfPrograms()
                seen.update { $0["tell"] = niceness }
                return .done()
            }
            try test.queue.enqueue(Render())
            try test.queue.enqueue(Tell())
            let here = try Self.nicenessOfPrograms()
            #expect(try Drainer(database: test.newPool(), registry: registry).run(until: .empty).completed == 2)
            #expect(seen.withLock(\.self) == ["tell": here, "render": max(here, 5)])
        }
    }

    /// Of those that the calling thread starts.
    private static func nicenessOfPrograms() throws -> Int {
        let output = try Subprocess.run("/usr/bin/nice", timeout: safetyLimit).stdout
        return try #require(Int(String(decoding: output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)))
    }
}
