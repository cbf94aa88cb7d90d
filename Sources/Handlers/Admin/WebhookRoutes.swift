internal import FoundationEssentials
public import HTTP
internal import Postgres
public import SharedHandlers
internal import Text
public import Webhooks

extension AdminRoutes {
    private static let nameText = Schema.text(1...60)
    private static let urlText = Schema.string(1...2_000)
    private static let eventList = Schema.array(WebhookEvent.inputSchema, count: 1...WebhookEvent.allCases.count)

    private struct CreateWebhookInput: InputShape {
        @Input(nameText) var name: String
        @Input(urlText, "An https address on the public internet.") var url: String
        @Input(eventList) var events: [WebhookEvent]
        @Input("Without it, true.") var enabled: Bool?
    }

    private struct ChangeWebhookInput: InputShape {
        @Input var id: UUID
        @Input(nameText) var name: String?
        @Input(urlText) var url: String?
        @Input(eventList) var events: [WebhookEvent]?
        @Input("False pauses it: what waits fails, and can be sent again later.") var enabled: Bool?
    }

    private struct WebhookInput: InputShape {
        @Input var id: UUID
    }

    private struct RedeliverInput: InputShape {
        @Input("One delivery; or else the next two.") var delivery: UUID?
        @Input("What failed of this webhook.") var webhook: UUID?
        @Input("What was created since then, 1,000 deliveries at most.") var since: Date?
    }

    private struct WebhookList: Shaped {
        let webhooks: [Webhook]

        static let shape = Shape<WebhookList>("WebhookList") {
            Field("webhooks", \.webhooks, "By name.")
        }
    }

    private struct NewWebhook: Shaped {
        let webhook: Webhook
        let secret: WebhookSecret

        static let shape = Shape<NewWebhook>("NewWebhook") {
            Including(\.webhook)
            Field("secret", \.secret.text, "The secret that signs. No other answer contains it.")
        }
    }

    private struct NewWebhookSecret: Shaped {
        let secret: WebhookSecret

        static let shape = Shape<NewWebhookSecret>("NewWebhookSecret") {
            Field("secret", \.secret.text, "The secret before it signs too for 24 hours.")
        }
    }

    private struct WebhookTested: Shaped {
        let delivery: UUID

        static let shape = Shape<WebhookTested>("WebhookTested") {
            Field("delivery", \.delivery)
        }
    }

    private struct Redelivered: Shaped {
        let deliveries: Int

        static let shape = Shape<Redelivered>("Redelivered") {
            Field("deliveries", \.deliveries, "How many are sent again.")
        }
    }

    /// Other systems that are notified of events.
    public static func webhookRoutes(_ webhooks: Webhooks) -> [Route] {
        [
            .get(
                "/api/admin/webhooks", access: .admin, limit: .api, features: ["RT-02"],
                summary: "The webhooks, with how their targets are."
            ) { context in WebhookList(webhooks: try webhooks.list(for: try context.member().id)) },
            create(webhooks).afterRecentSignIn(), change(webhooks).afterRecentSignIn(), remove(webhooks),
            rotate(webhooks).afterRecentSignIn(), test(webhooks), deliveries(webhooks), redeliver(webhooks),
        ]
    }

    private static func create(_ webhooks: Webhooks) -> Route {
        .post(
            "/api/admin/webhooks", access: .admin, body: CreateWebhookInput.self,
            answers: [201: NewWebhook.schema], features: ["RT-02"],
            summary: "Creates a webhook. Only this answer contains its secret."
        ) { context, input in
            let admin = try context.member().id
            let made = try webhooks.create(
                name: input.name.trimmed, url: input.url.trimmed, events: input.events,
                isEnabled: input.enabled ?? true,
                by: admin)
            return Response.created(
                NewWebhook(webhook: try webhooks.find(made.id, for: admin), secret: made.secret),
                at: "/api/admin/webhooks")
        }
    }

    private static func change(_ webhooks: Webhooks) -> Route {
        .patch(
            "/api/admin/webhooks", access: .admin, body: ChangeWebhookInput.self, features: ["RT-02"],
            summary: "Changes, pauses or resumes a webhook."
        ) { context, input in
            let admin = try context.member().id
            try webhooks.change(
                input.id, name: input.name?.trimmed, url: input.url?.trimmed, events: input.events,
                isEnabled: input.enabled, by: admin)
            return try webhooks.find(input.id, for: admin)
        }
    }

    private static func remove(_ webhooks: Webhooks) -> Route {
        .delete(
            "/api/admin/webhooks", access: .admin, body: WebhookInput.self, answers: [204: nil], features: ["RT-02"],
            summary: "Deletes a webhook with its deliveries."
        ) { context, input in
            try webhooks.delete(input.id, by: try context.member().id)
            return Response.noContent
        }
    }

    private static func rotate(_ webhooks: Webhooks) -> Route {
        .post(
            "/api/admin/webhooks/secret", access: .admin, body: WebhookInput.self, features: ["RT-02"],
            summary: "Gives a webhook another secret. Only this answer contains it."
        ) { context, input in
            NewWebhookSecret(secret: try webhooks.rotateSecret(of: input.id, by: try context.member().id))
        }
    }

    private static func test(_ webhooks: Webhooks) -> Route {
        .post(
            "/api/admin/webhooks/test", access: .admin, body: WebhookInput.self, features: ["RT-02"],
            summary: "Sends a test event, once, also to a paused webhook."
        ) { context, input in
            WebhookTested(delivery: try webhooks.test(input.id, by: try context.member().id))
        }
    }

    private static func deliveries(_ webhooks: Webhooks) -> Route {
        .get(
            "/api/admin/webhooks/deliveries", access: .admin, limit: .api,
            query: [
                .optional("webhook", .uuid, "Only those to this webhook."),
                .optional("state", DeliveryState.schema, "Only those in this state."),
                .optional(
                    "event", .choice(WebhookEvent.allCases.map(\.rawValue) + [WebhookEvent.test]),
                    "Only those of this type of event."),
            ] + .paging(),
            features: ["RT-02"], summary: "Deliveries from the latest, with every attempt."
        ) { context in
            var filter = DeliveryFilter()
            filter.webhook = context.text(query: "webhook").flatMap { UUID(uuidString: $0) }
            filter.state = context.text(query: "state").flatMap(DeliveryState.init)
            filter.event = context.text(query: "event")
            filter.page = context.pageRequest
            return try webhooks.deliveries(filter, for: try context.member().id)
        }
    }

    private static func redeliver(_ webhooks: Webhooks) -> Route {
        .post(
            "/api/admin/webhooks/redeliver", access: .admin, body: RedeliverInput.self, features: ["RT-02"],
            summary: "Sends a delivery again, or what failed of a webhook since a time. The ids stay."
        ) { context, input in
            let admin = try context.member().id
            switch (input.delivery, input.webhook, input.since) {
            case (let delivery?, nil, nil):
                return Redelivered(deliveries: try webhooks.redeliver(delivery, by: admin))
            case (nil, let webhook?, let since?):
                return Redelivered(deliveries: try webhooks.redeliverFailed(of: webhook, since: since, by: admin))
            default:
                throw Problem.invalid("delivery", "one_of", "Name either “delivery”, or “webhook” and “since”.")
            }
        }
    }
}

extension WebhookEvent: InputValue {}
extension DeliveryState: JSONRepresentable {}

extension Webhook: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<Webhook>("Webhook") {
        Field("id", \.id)
        Field("name", \.name)
        Field("url", \.url)
        Field("events", \.events, .array(WebhookEvent.inputSchema))
        Field("enabled", \.isEnabled)
        Field(
            "disabledReason", \.disabledReason, .choice(["gone", "failing"]).nullable,
            "Why the site paused it: the target answered 410, or failed for three days. Null when it did not.")
        Field("failures", \.failures, "Attempts that failed since the last that did not.")
        Field("failingSince", \.failingSince, "Null when the last attempt did not fail.")
        Field("succeededAt", \.succeededAt, "When an attempt last succeeded.")
        Field("formerSecretUntil", \.formerSecretUntil, "Until when the secret before signs too; null when none does.")
        Field("createdAt", \.createdAt)
        Field("waiting", \.waiting, "How many deliveries wait; they are kept for 30 days.")
        Field("delivered", \.delivered)
        Field("failed", \.failed)
    }
}

extension Delivery: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "deliveries"
    /// The name of a page.
    public static let pageName = "WebhookDeliveries"

    /// Its form in JSON.
    public static let shape = Shape<Delivery>("WebhookDelivery") {
        Field("id", \.id)
        Field("messageID", { Delivery.messageID($0.id) }, "The header `webhook-id`, the same in each attempt.")
        Field("webhookID", \.webhook)
        Field("webhookName", \.webhookName)
        Field("event", \.event)
        Field("body", \.body, "What is sent.")
        Field("state", \.state)
        Field("createdAt", \.createdAt)
        Field("nextAttemptAt", \.nextAttemptAt, "Null when there is none.")
        Field("finishedAt", \.finishedAt, "When it was delivered or failed for good.")
        Field("attempts", \.attempts, "The latest first.")
    }
}

extension DeliveryAttempt: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<DeliveryAttempt>("WebhookAttempt") {
        Field("number", \.number)
        Field("startedAt", \.startedAt, .dateTime)
        Field("durationMs", \.durationMs)
        Field("status", \.status, "Null when there was no answer.")
        Field("fault", \.fault, "Why there was no answer.")
        Field("answer", \.answer, "The first 4,096 bytes of its body.")
    }
}
