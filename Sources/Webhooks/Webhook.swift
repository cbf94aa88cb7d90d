public import FoundationEssentials
public import Postgres

/// What a webhook can subscribe to.
public enum WebhookEvent: String, Sendable, CaseIterable {
    /// An admin approved a clip.
    case clipApproved = "clip.approved"
    /// A clip won a slot, by votes or by an admin's choice.
    case slotWon = "slot.won"
    /// The last slot of a season has its winner.
    case seasonFinished = "season.finished"
    /// A video that a member or an admin requested is finished.
    case videoDone = "video.done"

    /// The type of the event that an admin sends to see whether a target answers.
    public static let test = "webhook.test"
}

/// An address that is notified of events.
public struct Webhook: Sendable, Equatable, RowDecodable {
    /// Names the webhook.
    public let id: UUID
    /// What admins call it.
    public let name: String
    /// Where it is sent.
    public let url: String
    /// The types of events that it subscribes to.
    public let events: [String]
    /// Whether events are sent to it.
    public let isEnabled: Bool
    /// Why the site switched it off, `gone` or `failing`; nil when it is on or an admin did.
    public let disabledReason: String?
    /// How many attempts failed since the last that did not.
    public let failures: Int
    /// Since when every attempt has failed; nil when the last did not.
    public let failingSince: Date?
    /// When an attempt last succeeded.
    public let succeededAt: Date?
    /// Until when the secret before the current one signs too; nil when none does.
    public let formerSecretUntil: Date?
    /// When it was created.
    public let createdAt: Date
    /// How many deliveries have each state.
    public let waiting: Int, delivered: Int, failed: Int

    static let columns: SQL = """
        webhooks.id, webhooks.name, webhooks.url, webhooks.events, webhooks.enabled, webhooks.disabled_reason,
            webhooks.failures, webhooks.failing_since, webhooks.succeeded_at, webhooks.created_at,
            case when webhooks.former_secret_until > dailies_now() then webhooks.former_secret_until end
                as former_secret_until,
            counted.waiting, counted.delivered, counted.failed
        """
    static let source: SQL = """
        webhooks
        cross join lateral (
            select count(*) filter (where state = 'waiting')::int as waiting,
                count(*) filter (where state = 'delivered')::int as delivered,
                count(*) filter (where state = 'failed')::int as failed
            from webhook_deliveries
            where webhook_id = webhooks.id
        ) counted
        """

    /// Reads a row of these columns.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        name = try row.value("name")
        url = try row.value("url")
        events = try row.value("events")
        isEnabled = try row.value("enabled")
        disabledReason = try row.value("disabled_reason")
        failures = try row.value("failures")
        failingSince = try row.value("failing_since")
        succeededAt = try row.value("succeeded_at")
        formerSecretUntil = try row.value("former_secret_until")
        createdAt = try row.value("created_at")
        waiting = try row.value("waiting")
        delivered = try row.value("delivered")
        failed = try row.value("failed")
    }
}

/// The state of a delivery.
public enum DeliveryState: String, Sendable, Codable, CaseIterable, SQLValue, RowDecodable {
    /// It is sent now, or at its next time.
    case waiting
    /// The target answered with a status of success.
    case delivered
    /// It is not sent any more, unless an admin sends it again.
    case failed
}

/// One event on its way to one webhook.
public struct Delivery: Sendable, Equatable {
    /// Names the delivery.
    public let id: UUID
    /// Where it goes.
    public let webhook: UUID
    /// The name of that webhook.
    public let webhookName: String
    /// The type of the event.
    public let event: String
    /// What is sent.
    public let body: String
    /// How it is.
    public let state: DeliveryState
    /// When the event happened.
    public let createdAt: Date
    /// When it is tried next; nil when it is not.
    public let nextAttemptAt: Date?
    /// When it was delivered, or failed for good.
    public let finishedAt: Date?
    /// What was tried, the latest first.
    public let attempts: [DeliveryAttempt]

    /// What receivers know it by, the same in each attempt.
    public static func messageID(_ id: UUID) -> String {
        "msg_" + id.uuidString.lowercased().replacing("-", with: "")
    }
}

/// One attempt to deliver.
public struct DeliveryAttempt: Sendable, Equatable, Decodable {
    /// Counted from 1.
    public let number: Int
    /// When it began, as RFC 3339.
    public let startedAt: String
    /// How long it took, in milliseconds.
    public let durationMs: Int
    /// The status of the answer; nil when there was none.
    public let status: Int?
    /// Why there was no answer.
    public let fault: String?
    /// The beginning of the answer's body.
    public let answer: String?
}

/// Which deliveries to list.
public struct DeliveryFilter: Sendable {
    /// Only those to one webhook.
    public var webhook: UUID?
    /// Only those in one state.
    public var state: DeliveryState?
    /// Only those of one type of event.
    public var event: String?
    /// The page.
    public var page = PageRequest()

    /// Every delivery.
    public init() {}
}
