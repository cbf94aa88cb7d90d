import Crypto
import FoundationEssentials
import HTTPClient
import Postgres
import Queue
import Refusals
import Synchronization
import TestSupport
import Testing

@testable import Webhooks

/// A database with an admin and webhooks, and a target that answers what a test says.
private struct WebhookStage {
    let test: TestDatabase
    let admin: UUID
    let target = Target()
    let webhooks: Webhooks

    final class Target: Sendable {
        let requests = Mutex<[OutgoingRequest]>([])
        let status = Mutex(200)

        func answer(_ request: OutgoingRequest) -> IncomingResponse {
            requests.withLock { $0.append(request) }
            return IncomingResponse(status: status.withLock(\.self), headers: [], body: Array("ok".utf8))
        }
    }

    static let key = SealingKey.webhooks(of: Array("the key of a site in tests".utf8))

    var superuser: Database { test.database(as: .superuser) }
    var jobs: Database { test.database(as: .jobs) }

    static func run(_ body: (WebhookStage) throws -> Void) throws {
        try TestDatabase.run { test in
            let admin: UUID = try test.database(as: .superuser).one(
                "insert into users (username, role) values ('the_admin', 'admin') returning id")
            try body(
                WebhookStage(
                    test: test, admin: admin,
                    webhooks: Webhooks(
                        database: test.database(as: .web), key: key, siteURL: "https://films.example")))
        }
    }

    func create(
        _ name: String = "hook", events: [WebhookEvent] = WebhookEvent.allCases, isEnabled: Bool = true
    ) throws -> UUID {
        try webhooks.create(
            name: name, url: "https://example.org/\(name)", events: events, isEnabled: isEnabled, by: admin
        ).id
    }

    func emit(_ type: String = "slot.won", _ data: String = #"{"slot": 1}"#, about member: UUID? = nil) throws {
        try superuser.execute("select emit_webhook_event(\(type), \(JSONText(data)), \(member))")
    }

    /// Sends until nothing is due. A drain whose lanes look for jobs with limits at once may find none and end early.
    func drain() throws {
        repeat {
            try drainOnce()
        } while try superuser.one(
            "select count(*)::int from jobs where state = 'queued' and run_at <= dailies_now()") > 0
    }

    private func drainOnce() throws {
        var registry = JobRegistry()
        let target = target
        WebhookSender(key: Self.key, siteURL: "https://films.example", timeout: .seconds(5)) { request in
            target.answer(request)
        }.register(in: &registry)
        var options = DrainOptions()
        options.queues = ["outward"]
        try Drainer(database: jobs, registry: registry, options: options).run(until: .empty)
    }

    func states() throws -> [String] {
        try superuser.query("select state || ' ' || attempts from webhook_deliveries order by created_at, id")
    }

    func refusal(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return Refusals.refusal(in: error)?.code ?? "\(error)"
        }
    }
}

@Suite("Webhooks in the database", .requiresPostgres)
struct WebhookTests {
    @Test("RT-02 an event is one row for each webhook that subscribes, in the transaction of what happened")
    func emitting() throws {
        try WebhookStage.run { stage in
            try stage.emit()
            #expect(try stage.superuser.one("select count(*)::int from webhook_events") == 0, "no webhooks, no rows")
            let all = try stage.create("all")
            _ = try stage.create("seasons", events: [.seasonFinished])
            _ = try stage.create("paused", isEnabled: false)
            #expect(throws: (any Error).self) {
                try stage.superuser.transaction { connection in
                    try connection.execute("select emit_webhook_event('season.finished', '{}')")
                    throw Interrupted()
                }
            }
            #expect(try stage.states() == [])
            try stage.emit("slot.won")
            try stage.emit("season.finished", #"{"label": "Undertow"}"#)
            try stage.superuser.execute(
                """
                select emit_webhook_events(
                    'clip.approved', array['{"n": 1}', '{"n": 2}', '{"n": 3}']::jsonb[], array[null, null, null]::uuid[]
                )
                """)
            #expect(try stage.states().count == 1 + 2 + 3)
            try stage.drain()
            #expect(try stage.states() == Array(repeating: "delivered 1", count: 6))
            let requests = stage.target.requests.withLock(\.self)
            #expect(requests.count { $0.url == "https://example.org/all" } == 5)
            for request in requests {
                #expect(request.isSentOnce && request.needsPublicAddress && request.keepsBeginning)
                #expect(request.method == "POST" && request.responseLimit == 4_096)
            }
            let found = try stage.webhooks.find(all, for: stage.admin)
            #expect(found.delivered == 5 && found.waiting == 0 && found.failed == 0 && found.succeededAt != nil)
            let sent = stage.target.requests.withLock(\.count)
            try stage.drain()
            #expect(stage.target.requests.withLock(\.count) == sent, "nothing is sent twice")
        }
    }

    @Test("RT-02 a target that fails is held back for a moment, and an event that waits is not lost meanwhile")
    func holding() throws {
        try WebhookStage.run { stage in
            _ = try stage.create()
            stage.target.status.withLock { $0 = 500 }
            for _ in 0..<5 { try stage.emit() }
            try stage.drain()
            #expect(stage.target.requests.withLock(\.count) == 1, "the others wait for the target")
            #expect(try stage.states().sorted() == Array(repeating: "waiting 0", count: 4) + ["waiting 1"])
            stage.target.status.withLock { $0 = 204 }
            try stage.test.advanceClock(by: .seconds(11))
            try stage.drain()
            #expect(try stage.states().sorted() == Array(repeating: "delivered 1", count: 4) + ["delivered 2"])
        }
    }

    @Test("RT-02 three days of failures switch a webhook off, a single success before does not count them")
    func failingForDays() throws {
        try WebhookStage.run { stage in
            let id = try stage.create()
            stage.target.status.withLock { $0 = 500 }
            try stage.emit()
            try stage.drain()
            try stage.test.advanceClock(by: .seconds(2 * 86_400))
            stage.target.status.withLock { $0 = 200 }
            try stage.drain()
            #expect(try stage.webhooks.find(id, for: stage.admin).failures == 0)
            stage.target.status.withLock { $0 = 500 }
            try stage.emit()
            try stage.drain()
            try stage.test.advanceClock(by: .seconds(2 * 86_400))
            try stage.drain()
            #expect(try stage.webhooks.find(id, for: stage.admin).isEnabled)
            try stage.test.advanceClock(by: .seconds(86_400 + 60))
            try stage.emit()
            try stage.drain()
            let found = try stage.webhooks.find(id, for: stage.admin)
            #expect(!found.isEnabled && found.disabledReason == "failing" && found.waiting == 0 && found.failed == 2)
            try stage.webhooks.change(id, name: nil, url: nil, events: nil, isEnabled: true, by: stage.admin)
            let again = try stage.webhooks.find(id, for: stage.admin)
            #expect(again.isEnabled && again.disabledReason == nil && again.failures == 0)
            stage.target.status.withLock { $0 = 200 }
            let count = try stage.webhooks.redeliverFailed(
                of: id, since: Date(timeIntervalSinceNow: -86_400), by: stage.admin)
            #expect(count == 2)
            try stage.drain()
            #expect(try stage.webhooks.find(id, for: stage.admin).delivered == 3)
        }
    }

    @Test("RT-02 pausing ends what waits, a test reaches a paused webhook once, and deleting takes everything along")
    func lifecycle() throws {
        try WebhookStage.run { stage in
            let id = try stage.create()
            stage.target.status.withLock { $0 = 500 }
            try stage.emit()
            try stage.webhooks.change(
                id, name: "renamed", url: nil, events: [.slotWon], isEnabled: false, by: stage.admin)
            try stage.drain()
            #expect(try stage.states() == ["failed 0"] && stage.target.requests.withLock(\.count) == 0)
            let delivery = try stage.webhooks.test(id, by: stage.admin)
            try stage.drain()
            #expect(stage.target.requests.withLock(\.count) == 1)
            var filter = DeliveryFilter()
            filter.event = WebhookEvent.test
            let tested = try stage.webhooks.deliveries(filter, for: stage.admin).items
            #expect(tested.map(\.id) == [delivery] && tested[0].state == .failed && tested[0].attempts[0].status == 500)
            filter = DeliveryFilter()
            filter.page = PageRequest(limit: 1)
            let first = try stage.webhooks.deliveries(filter, for: stage.admin)
            filter.page = PageRequest(limit: 1, cursor: first.nextCursor)
            let second = try stage.webhooks.deliveries(filter, for: stage.admin)
            #expect(first.items[0].id != second.items[0].id && second.nextCursor == nil)
            try stage.webhooks.delete(id, by: stage.admin)
            for table: SQL in ["webhook_events", "webhook_deliveries", "webhook_attempts", "webhooks"] {
                #expect(try stage.superuser.one("select count(*)::int from \(sql: table)") == 0)
            }
            let actions: [String] = try stage.superuser.query("select action from audit_log order by id")
            #expect(actions == ["webhook.create", "webhook.change", "webhook.test", "webhook.delete"])
            let log: String = try stage.superuser.one("select string_agg(log::text, '') from audit_log log")
            #expect(log.contains("renamed") && !log.contains("whsec_") && !log.contains("secret"))
        }
    }

    @Test("RT-02 every refusal, and nothing is changed by one who is no admin")
    func refusals() throws {
        try WebhookStage.run { stage in
            let id = try stage.create()
            let other = UUID()
            let hooks = stage.webhooks
            let admin = stage.admin
            let change = { (url: String?, id: UUID) in
                try hooks.change(id, name: nil, url: url, events: nil, isEnabled: nil, by: admin)
            }
            #expect(stage.refusal { try change(nil, other) } == "webhook_not_found")
            #expect(stage.refusal { try change("http://example.org/", id) } == "not_https")
            #expect(stage.refusal { try change("https://10.0.0.1/", id) } == "not_public")
            #expect(stage.refusal { try change("example.org", id) } == "malformed")
            #expect(stage.refusal { try hooks.delete(other, by: admin) } == "webhook_not_found")
            #expect(stage.refusal { _ = try hooks.rotateSecret(of: other, by: admin) } == "webhook_not_found")
            #expect(stage.refusal { _ = try hooks.test(other, by: admin) } == "webhook_not_found")
            #expect(stage.refusal { _ = try hooks.redeliver(other, by: admin) } == "delivery_not_found")
            #expect(
                stage.refusal { _ = try hooks.redeliverFailed(of: other, since: .now, by: admin) }
                    == "webhook_not_found")
            try stage.emit()
            try hooks.change(id, name: nil, url: nil, events: nil, isEnabled: false, by: admin)
            let delivery: UUID = try stage.superuser.one("select id from webhook_deliveries")
            #expect(stage.refusal { _ = try hooks.redeliver(delivery, by: admin) } == "webhook_disabled")
            for number in 1..<20 { _ = try stage.create("number-\(number)") }
            #expect(stage.refusal { _ = try stage.create("one-more") } == "too_many_webhooks")

            let member: UUID = try stage.superuser.one("insert into users (username) values ('mira') returning id")
            for attempt: () throws -> Void in [
                {
                    _ = try hooks.create(
                        name: "x", url: "https://example.org", events: [.slotWon], isEnabled: true, by: member)
                },
                { try hooks.change(id, name: "x", url: nil, events: nil, isEnabled: nil, by: member) },
                { _ = try hooks.rotateSecret(of: id, by: member) }, { try hooks.delete(id, by: member) },
                { _ = try hooks.test(id, by: member) }, { _ = try hooks.redeliver(delivery, by: member) },
            ] {
                #expect(throws: (any Error).self) { try attempt() }
            }
            #expect(try hooks.list(for: member).isEmpty)
            #expect(try hooks.deliveries(DeliveryFilter(), for: member).items.isEmpty)
            let error = #expect(throws: DatabaseError.self) {
                try stage.test.database(as: .web).acting(for: admin).query(
                    "select secret from webhooks", as: [UInt8].self)
            }
            #expect(error?.sqlstate == "42501", "not even an admin's request reads a secret")
        }
    }

    @Test("RT-02 GDPR-01 what is about a member leaves with the member, and old events are forgotten")
    func forgetting() throws {
        try WebhookStage.run { stage in
            _ = try stage.create()
            let member: UUID = try stage.superuser.one("insert into users (username) values ('mira') returning id")
            try stage.emit(about: member)
            try stage.emit()
            try stage.superuser.execute("delete from users where id = \(member)")
            #expect(try stage.states().count == 1)
            try stage.drain()
            #expect(stage.target.requests.withLock(\.count) == 1)
            #expect(try Webhooks.sweep(in: stage.jobs) == 0)
            try stage.emit()
            try stage.test.advanceClock(by: .seconds(31 * 86_400))
            #expect(try Webhooks.sweep(in: stage.jobs) == 1, "what waits is kept")
            #expect(try stage.states() == ["waiting 0"])
            // An admin cancels its job.
            try stage.superuser.execute("delete from jobs where kind = 'deliver_webhook'")
            #expect(try Webhooks.sweep(in: stage.jobs) == 0)
            #expect(try stage.states() == ["failed 0"], "what waits for no job can be sent again by hand")
        }
    }
}

private struct Interrupted: Error {}
