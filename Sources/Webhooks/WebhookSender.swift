public import Crypto
internal import FoundationEssentials
public import HTTPClient
internal import Logging
internal import Postgres
public import Queue
internal import Text

/// Sends one delivery once. Later attempts are jobs of their own, so that each waits under the rules of its time.
struct DeliverWebhook: JobPayload {
    static let kind = "deliver_webhook"
    static let options = JobOptions(
        queue: "outward", maxAttempts: 20, timeout: .seconds(60),
        backOff: BackOff(first: .seconds(1), longest: .seconds(60)))

    let delivery: UUID
}

/// Sends events to webhooks after the Standard Webhooks specification: signed, again after failures, in no promised order.
public struct WebhookSender: Sendable {
    /// How a request is sent.
    public typealias Send = @Sendable (OutgoingRequest) throws(HTTPClientError) -> IncomingResponse

    /// The waits after the first attempt and each further one: a day and a half in all, up to a tenth more.
    static let waits: [Duration] = [
        .seconds(5), .seconds(300), .seconds(1_800), .seconds(7_200), .seconds(18_000), .seconds(36_000),
        .seconds(50_400),
    ]
    /// How many bytes of an answer are kept.
    static let answerLimit = 4_096
    /// The longest wait that a target may ask for.
    private static let longestWait = Duration.seconds(86_400)

    private let key: SealingKey
    private let siteURL: String
    private let timeout: Duration
    private let send: Send

    /// Deliveries of a site; `key` decrypts the secrets.
    public init(key: SealingKey, siteURL: String, timeout: Duration, send: Send? = nil) {
        self.key = key
        self.siteURL = siteURL
        self.timeout = timeout
        if let send {
            self.send = send
        } else {
            let client = HTTPClient(idleLimit: 1)
            self.send = { request throws(HTTPClientError) in try client.send(request) }
        }
    }

    /// Registers the job.
    public func register(in registry: inout JobRegistry) {
        registry.register(DeliverWebhook.self, deliver)
    }

    private struct Due: RowDecodable {
        let webhook: UUID
        let url: String
        let type: String
        let body: String
        let tries: Int
        let heldUntil: Date?
        let secrets: [[UInt8]]

        init(row: Row) throws(DatabaseError) {
            webhook = try row.value("webhook_id")
            url = try row.value("url")
            type = try row.value("type")
            body = try row.value("body")
            tries = try row.value("tries")
            heldUntil = try row.value("held_until")
            secrets = [try row.value("secret")] + (try row.value("former_secret", as: [UInt8]?.self).map { [$0] } ?? [])
        }
    }

    @Sendable private func deliver(_ job: DeliverWebhook, _ context: JobContext) throws -> JobOutcome {
        let found: Due? = try context.database.first(
            """
            select deliveries.webhook_id, webhooks.url, events.type, events.body, deliveries.tries, webhooks.secret,
                case when webhooks.former_secret_until > dailies_now() then webhooks.former_secret end as former_secret,
                case when webhooks.held_until > dailies_now() then webhooks.held_until end as held_until
            from webhook_deliveries deliveries
            join webhooks on webhooks.id = deliveries.webhook_id
            join webhook_events events on events.id = deliveries.event_id
            where deliveries.id = \(job.delivery) and deliveries.state = 'waiting'
                and deliveries.next_attempt_at <= dailies_now() and (webhooks.enabled or events.type = \(WebhookEvent.test))
            """)
        guard let due = found else { return .cancel(reason: "there is nothing to deliver any more") }
        let isTest = due.type == WebhookEvent.test
        // A target that has just failed gets no others until it has had time, but an admin's test goes out at once.
        if let held = due.heldUntil, !isTest { return .snooze(until: held) }
        let clock = ContinuousClock()
        let started = clock.now
        let began = Date()
        let end = attempt(due, job.delivery, at: began)
        let took = Int((clock.now - started) / .milliseconds(1))
        // What was sent is recorded even when the process is about to end: it would be sent a second time.
        let wait = isTest ? nil : end.wait(after: due.tries)
        try context.complete { connection in
            try connection.execute(
                """
                select record_webhook_attempt(
                    \(job.delivery), dailies_now() - \(took)::int * interval '1 millisecond', \(took)::int,
                    \(end.status.map(Int32.init)), \(end.fault), \(end.answer), \(end.verdict.rawValue), \(wait)
                )
                """)
        }
        if end.verdict != .delivered {
            context.log.notice(
                "a webhook was not taken",
                [
                    "webhook": .string(due.webhook.text), "status": .int(end.status ?? 0),
                    "fault": .string(end.fault ?? ""), "attempt": .int(due.tries + 1),
                ])
        }
        return .done()
    }

    private func attempt(_ due: Due, _ delivery: UUID, at now: Date) -> AttemptEnd {
        let secrets = due.secrets.compactMap { WebhookSecret(sealed: $0, key, for: due.webhook) }
        guard !secrets.isEmpty else { return AttemptEnd(fault: "the secret cannot be decrypted: give it a new one") }
        let url: WebhookURL
        do {
            url = try WebhookURL(due.url, siteURL: siteURL)
        } catch {
            return AttemptEnd(fault: WebhookRefusal.address(error).sentence)
        }
        let id = Delivery.messageID(delivery)
        let timestamp = Int(now.timeIntervalSince1970)
        var request = OutgoingRequest(
            method: "POST", url: url.text,
            headers: [
                ("Content-Type", "application/json"), ("webhook-id", id), ("webhook-timestamp", String(timestamp)),
                (
                    "webhook-signature",
                    WebhookSecret.signature(of: due.body, id: id, timestamp: timestamp, by: secrets)
                ),
            ], body: Array(due.body.utf8), timeout: timeout, connectTimeout: min(timeout, .seconds(5)),
            responseLimit: Self.answerLimit)
        request.keepsBeginning = true
        request.isSentOnce = true
        request.needsPublicAddress = !url.isLoopback
        do {
            return AttemptEnd(try send(request))
        } catch {
            return AttemptEnd(fault: Self.words(of: error))
        }
    }

    private static func words(of error: HTTPClientError) -> String {
        switch error {
        case .timedOut: "no answer in time"
        case .unreachable(let reason): "unreachable: \(reason)"
        case .untrusted(let reason): "the certificate is not trusted: \(reason)"
        case .interrupted(let reason): "the connection broke: \(reason)"
        case .invalidRequest(let part): "the request cannot be sent: \(part)"
        case .responseTooLarge: "the headers of the answer are too large"
        case .stopped: "stopped"
        }
    }

    /// How an attempt ended.
    struct AttemptEnd {
        enum Verdict: String {
            case delivered, failed, gone
        }

        let verdict: Verdict
        var status: Int?
        var fault: String?
        var answer: String?
        private var asked: Duration?

        init(fault: String) {
            verdict = .failed
            self.fault = fault
        }

        init(_ response: IncomingResponse) {
            verdict = response.isSuccess ? .delivered : response.status == 410 ? .gone : .failed
            status = response.status
            // Postgres keeps no zero bytes, and what is no UTF-8 is for people only.
            answer = String(decoding: response.body, as: UTF8.self).replacing("\0", with: "\u{FFFD}")
            if [429, 503].contains(response.status) {
                asked = response.retryAfter().map { min(.seconds($0), WebhookSender.longestWait) }
            }
        }

        /// How long to wait after so many earlier attempts; nil when there is no further one.
        func wait(after tries: Int) -> Duration? {
            guard verdict == .failed, tries < WebhookSender.waits.count else { return nil }
            let wait = WebhookSender.waits[tries]
            return max(wait + wait * Double.random(in: 0..<0.1), asked ?? .zero)
        }
    }
}
