import Crypto
import FoundationEssentials
import Notifications
import Postgres
import TestSupport
import Testing

/// A database with members who are notified.
struct NotificationStage {
    let test: TestDatabase

    var web: Database { test.database(as: .web) }
    var jobs: Database { test.database(as: .jobs) }
    var superuser: Database { test.database(as: .superuser) }
    var notifications: Notifications { Notifications(database: web) }

    static func run(_ body: (NotificationStage) throws -> Void) throws {
        try TestDatabase.run { try body(NotificationStage(test: $0)) }
    }

    func member(_ name: String, email: String? = nil) throws -> UUID {
        try superuser.one(
            """
            insert into users (username, email, created_at)
            values (\(name), \(email), dailies_now() - interval '1 day')
            returning id
            """)
    }

    func notify(
        _ member: UUID, _ kind: NotificationKind = .comment, _ key: String = UUID().uuidString, facts: String = "{}",
        actor: UUID? = nil
    ) throws {
        try jobs.execute(
            "select notify_member(\(member), \(kind.rawValue), \(key), \(JSONText(facts)), \(actor))")
    }

    func notifyEverybody(_ kind: NotificationKind, _ key: String, facts: String = "{}") throws {
        try jobs.execute("select notify_everybody(\(kind.rawValue), \(key), \(JSONText(facts)))")
    }

    func titles(_ member: UUID, onlyUnread: Bool = false) throws -> [String] {
        try notifications.list(of: member, onlyUnread: onlyUnread, PageRequest(limit: 50)).items.map(\.words.title)
    }

    /// A session, and the number of a browser that is subscribed in it.
    @discardableResult
    func subscribe(_ member: UUID, _ endpoint: String) throws -> Int64 {
        let session = SecureRandom.bytes(32)
        try superuser.execute(
            "insert into sessions (token_hash, user_id, expires_at) values (\(session), \(member), now() + interval '1 day')"
        )
        let point = P256PrivateKey.random().point
        _ = try web.one(
            "select subscribe_push(\(member), \(session), \(endpoint), \(point), \(SecureRandom.bytes(16)), 'Browser')",
            as: String.self)
        return try superuser.one("select id from push_subscriptions where endpoint = \(endpoint)")
    }

    func count(_ table: String) throws -> Int {
        try superuser.one("select count(*)::int from \(identifier: table)")
    }
}
