import Crypto
import FoundationEssentials
import Notifications
import Postgres
import Push
import TestSupport
import Testing
import Text

@Suite("Push", .requiresPostgres)
struct PushRunTests {
    private struct Claimed: RowDecodable {
        let claim: Int32
        let id: Int64
        let attempt: Int32

        init(row: Row) throws(DatabaseError) {
            claim = try row.value("claim")
            id = try row.value("subscription_id")
            attempt = try row.value("attempt")
        }
    }

    private func claim(_ notification: Int64, _ batch: Int, _ stage: NotificationStage) throws -> [Claimed] {
        try stage.jobs.query("select * from claim_pushes(\(notification), \(Int32(batch)))")
    }

    private func record(
        _ notification: Int64, _ claim: Int32, gone: [Int64] = [], again: [(Int64, Int, Int)] = [],
        _ stage: NotificationStage
    ) throws {
        try stage.jobs.execute(
            """
            select record_pushes(
                \(notification), \(claim), 1, 0, 0, \(gone), \(again.map(\.0)), \(again.map { Int32($0.1) }),
                \(again.map { Int32($0.2) })
            )
            """)
    }

    private func everybody(_ members: Int, _ stage: NotificationStage) throws -> [Int64] {
        try (1...members).map { number in
            let member = try stage.member("member_\(number)")
            try stage.notifications.choose(inApp: nil, push: [.newRound], email: nil, for: member)
            return try stage.subscribe(member, "https://fcm.googleapis.com/\(number)")
        }
    }

    @Test("NOTE-02 a run claims each browser once in order, takes up where a dead process stopped, and ends")
    func run() throws {
        try NotificationStage.run { stage in
            let browsers = try everybody(5, stage)
            // A member who has not chosen it, and one who is banned.
            try stage.subscribe(try stage.member("other"), "https://fcm.googleapis.com/x")
            let banned = try stage.member("banned")
            try stage.notifications.choose(inApp: nil, push: [.newRound], email: nil, for: banned)
            try stage.subscribe(banned, "https://fcm.googleapis.com/y")
            try stage.superuser.execute("update users set banned_at = now(), ban_reason = 'x' where id = \(banned)")
            try stage.notifyEverybody(.newRound, "s/1")
            let id: Int64 = try stage.jobs.one("select notification_id from push_runs")
            #expect(try stage.count("jobs") >= 1)

            let first = try claim(id, 2, stage)
            #expect(first.map(\.id) == Array(browsers[..<2]))
            try record(id, first[0].claim, stage)
            // This one is claimed and its process dies: it is not sent to again.
            #expect(try claim(id, 1, stage).map(\.id) == [browsers[2]])
            let third = try claim(id, 9, stage)
            #expect(third.map(\.id) == Array(browsers[3...]))
            // A late report of the dead process does not touch the claim of its successor.
            try record(id, third[0].claim - 1, stage)
            #expect(try stage.jobs.one("select cardinality(in_flight) from push_runs", as: Int32.self) == 2)
            try record(id, third[0].claim, stage)
            #expect(try claim(id, 9, stage).isEmpty)
            #expect(try stage.jobs.one("select uncertain from push_runs", as: Int32.self) == 1)
            #expect(try stage.jobs.one("select next_push(\(id)) is null", as: Bool.self))
            #expect(try claim(id, 9, stage).isEmpty)
        }
    }

    @Test("NOTE-02 gone browsers are removed; others are tried again when due, eight times, and not after a day")
    func retries() throws {
        try NotificationStage.run { stage in
            let browsers = try everybody(3, stage)
            try stage.notifyEverybody(.newRound, "s/1")
            let id: Int64 = try stage.jobs.one("select notification_id from push_runs")
            let all = try claim(id, 9, stage)
            try record(
                id, all[0].claim, gone: [browsers[0]], again: [(browsers[1], 2, 60), (browsers[2], 9, 60)], stage)
            #expect(try stage.count("push_subscriptions") == 2 && stage.count("push_retries") == 1)
            #expect(try claim(id, 9, stage).isEmpty)
            #expect(
                try stage.jobs.one(
                    "select next_push(\(id)) - dailies_now() between interval '30 seconds' and interval '61 seconds'",
                    as: Bool.self))
            try stage.test.advanceClock(by: .seconds(61))
            let again = try claim(id, 9, stage)
            #expect(again.map(\.id) == [browsers[1]] && again.map(\.attempt) == [2])
            try record(id, again[0].claim, again: [(browsers[1], 3, 60)], stage)
            try stage.test.advanceClock(by: .seconds(86_400))
            #expect(try claim(id, 9, stage).isEmpty)
            #expect(try stage.jobs.one("select next_push(\(id)) is null", as: Bool.self))
            #expect(try stage.count("push_subscriptions") == 2)
        }
    }

    @Test("NOTE-02 a browser ends with its session, and is not taken over by another member with other keys")
    func ownership() throws {
        try NotificationStage.run { stage in
            let (mira, nova) = (try stage.member("mira"), try stage.member("nova"))
            let services = PushServices()
            let subscriptions = PushSubscriptions(database: stage.web, services: services, publicKey: "")
            try stage.superuser.execute(
                """
                insert into sessions (token_hash, user_id, expires_at)
                values (sha256('m'), \(mira), now() + interval '1 day'), (sha256('n'), \(nova), now() + interval '1 day')
                """)
            let point = Text.base64url(P256PrivateKey.random().point)
            let auth = Text.base64url(SecureRandom.bytes(16))
            func add(_ member: UUID, _ session: String, endpoint: String = "https://fcm.googleapis.com/1", auth: String)
                throws
            {
                try subscriptions.add(
                    endpoint: endpoint, p256dh: point + "=", auth: auth, userAgent: "Browser",
                    session: Text.hex(SHA256.hash(session)), for: member)
            }
            try add(mira, "m", auth: auth)
            #expect(throws: PushRefusal.taken) { try add(nova, "n", auth: Text.base64url(SecureRandom.bytes(16))) }
            #expect(throws: PushRefusal.unknownService) {
                try add(nova, "n", endpoint: "https://10.0.0.1/x", auth: auth)
            }
            #expect(throws: PushRefusal.invalidSecret) { try add(nova, "n", auth: "AAAA") }
            // The same browser, in which another member has signed in.
            try add(nova, "n", auth: auth)
            #expect(try subscriptions.list(of: mira).isEmpty && subscriptions.list(of: nova).count == 1)
            for number in 2...25 { try add(nova, "n", endpoint: "https://fcm.googleapis.com/\(number)", auth: auth) }
            #expect(try subscriptions.list(of: nova).count == 20)
            let oldest = try #require(try subscriptions.list(of: nova).last)
            #expect(try !subscriptions.remove(endpoint: nil, id: Int(oldest.id), of: mira))
            #expect(try subscriptions.remove(endpoint: oldest.endpoint, id: nil, of: nova))
            try stage.superuser.execute("delete from sessions where user_id = \(nova)")
            #expect(try subscriptions.list(of: nova).isEmpty)
        }
    }

    @Test("NOTE-02 a decision is pushed after the time in which it can be undone, and not when it was")
    func decisions() throws {
        try NotificationStage.run { stage in
            let mira = try stage.member("mira")
            try stage.notifications.choose(inApp: nil, push: [.clipRejected, .comment], email: nil, for: mira)
            try stage.notify(mira, .comment, "before")
            #expect(try stage.count("push_runs") == 0)
            try stage.subscribe(mira, "https://fcm.googleapis.com/1")
            try stage.notify(mira, .comment, "after")
            try stage.notify(mira, .clipRejected, "d")
            let waits: [Bool] = try stage.jobs.query(
                "select run_at > dailies_now() + interval '10 seconds' from jobs where kind = 'push_notification' order by id"
            )
            #expect(waits == [false, true])
            try stage.jobs.execute("select retract_notification(\(mira), '{clip_rejected}', 'd')")
            #expect(try stage.count("push_runs") == 1)
            #expect(try stage.titles(mira).count == 2)
        }
    }
}
