internal import FoundationEssentials
internal import Logging
internal import Postgres
public import Push
public import Queue

/// Sends a notification to the browsers of all members who want it pushed.
public struct PushDelivery: Sendable {
    private let identity: PushIdentity
    private let services: PushServices

    /// Sending by an identity to some services.
    public init(identity: PushIdentity, services: PushServices) {
        self.identity = identity
        self.services = services
    }

    /// Registers the job.
    public func register(in registry: inout JobRegistry) {
        registry.register(PushNotification.self) { job, context in try send(job.id, context) }
    }

    /// How many browsers are claimed at a time. A process that dies leaves at most so many without the message.
    static let batch = 512
    /// How long push services keep a message for a browser that is away, in seconds.
    private static let life = 86_400

    private func send(_ id: Int64, _ context: JobContext) throws -> JobOutcome {
        let database = context.database
        guard let message = try Self.message(id, in: database) else {
            return .cancel(reason: "the notification is no more")
        }
        guard let sender = PushSender(identity, services: services) else { return .retry(after: .seconds(10)) }
        var total = PushTally()
        while true {
            try context.checkPoint()
            let claimed: [ClaimedPush] = try database.query(
                "select * from claim_pushes(\(id), \(Int32(Self.batch)))")
            guard let claim = claimed.first?.claim else { break }
            var tally = PushTally()
            sender.send(message, to: claimed.map(\.target), mayGoOn: { context.interruption == nil }) {
                target, outcome in
                tally.count(target, outcome)
            }
            try tally.record(id, claim: claim, in: database)
            total.add(tally)
        }
        log(total, context)
        let due: Date? = try database.first("select next_push(\(id))", as: Date?.self) ?? nil
        guard let due else { return .done() }
        return .snooze(until: max(due, Date.now + 1))
    }

    private func log(_ total: PushTally, _ context: JobContext) {
        guard total.delivered + total.gone.count + total.refused + total.uncertain + total.again.count > 0 else {
            return
        }
        var fields: [String: LogValue] = [
            "delivered": .int(total.delivered), "gone": .int(total.gone.count), "refused": .int(total.refused),
            "uncertain": .int(total.uncertain), "again": .int(total.again.count),
        ]
        if !total.reasons.isEmpty {
            fields["reasons"] = .string(
                total.reasons.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; "))
        }
        context.log.info("a notification was pushed", fields)
    }

    /// The message that the page's worker shows; nil when the notification is gone.
    private static func message(_ id: Int64, in database: Database) throws -> PushMessage? {
        let rows: [Row] = try database.query(
            """
            select notifications.id, kind, facts, notifications.created_at, false as is_read,
                notifications.user_id is null as is_for_everybody, users.username as actor_name,
                users.avatar_seed as actor_avatar
            from notifications
            left join users on users.id = notifications.actor_user_id and users.left_at is null
            where notifications.id = \(id)
            """)
        guard let row = rows.first else { return nil }
        let news = try MemberNotification(row: row)
        let body = try JSONText(
            encoding: PushedMessage(
                id: id, kind: news.kind.rawValue, title: String(news.words.title.prefix(200)),
                body: String(news.words.text.prefix(400)), path: news.words.path))
        // A round that has begun makes the news of the one before worthless.
        let topic = news.kind == .newRound ? "round" : "n\(id)"
        return PushMessage(Array(body.text.utf8), topic: topic, life: life)
    }
}

/// Sends a notification to browsers.
struct PushNotification: JobPayload {
    static let kind = "push_notification"
    static let options = JobOptions(
        queue: "outward", priority: .low, maxAttempts: 20, timeout: .seconds(1_800),
        backOff: BackOff(first: .seconds(5), longest: .seconds(600)), isLong: true)

    let id: Int64
}

/// What a page's worker gets.
private struct PushedMessage: Encodable {
    let id: Int64
    let kind: String
    let title: String
    let body: String
    let path: String
}

/// A browser that this process alone may send to now.
private struct ClaimedPush: RowDecodable {
    let claim: Int32
    let target: PushTarget

    init(row: Row) throws(DatabaseError) {
        claim = try row.value("claim")
        target = PushTarget(
            id: try row.value("subscription_id"), endpoint: try row.value("endpoint"),
            point: try row.value("p256dh"), secret: try row.value("auth_secret"),
            attempt: Int(try row.value("attempt", as: Int32.self)))
    }
}

/// What became of messages.
private struct PushTally {
    var delivered = 0
    var refused = 0
    var uncertain = 0
    var gone: [Int64] = []
    var again: [(id: Int64, attempt: Int, seconds: Int)] = []
    /// How often which reason kept one from being delivered, for the log.
    var reasons: [String: Int] = [:]

    mutating func count(_ target: PushTarget, _ outcome: PushOutcome) {
        switch outcome {
        case .delivered: delivered += 1
        case .gone: gone.append(target.id)
        case .refused(let why):
            refused += 1
            note(why)
        case .uncertain(let why):
            uncertain += 1
            note(why)
        case .again(let seconds, let wasTried, let why):
            again.append((target.id, target.attempt + (wasTried ? 1 : 0), seconds))
            note(why)
        }
    }

    private mutating func note(_ why: String, times: Int = 1) {
        guard reasons[why] != nil || reasons.count < 10 else { return }
        reasons[why, default: 0] += times
    }

    mutating func add(_ other: PushTally) {
        delivered += other.delivered
        refused += other.refused
        uncertain += other.uncertain
        gone += other.gone
        again += other.again
        for (why, times) in other.reasons { note(why, times: times) }
    }

    func record(_ notification: Int64, claim: Int32, in database: Database) throws(DatabaseError) {
        try database.execute(
            """
            select record_pushes(
                \(notification), \(claim), \(Int32(delivered)), \(Int32(refused)), \(Int32(uncertain)), \(gone),
                \(again.map(\.id)), \(again.map { Int32($0.attempt) }), \(again.map { Int32($0.seconds) })
            )
            """)
    }
}
