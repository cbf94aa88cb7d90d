public import Crypto
public import FoundationEssentials
public import Postgres
public import Refusals

/// The webhooks of a site, as admins look after them. Every change is in the audit log.
public struct Webhooks: Sendable {
    private let database: Database
    private let key: SealingKey
    private let siteURL: String

    /// The webhooks of a database; `key` encrypts their secrets.
    public init(database: Database, key: SealingKey, siteURL: String) {
        self.database = database
        self.key = key
        self.siteURL = siteURL
    }

    /// All webhooks by name.
    public func list(for admin: UUID) throws(DatabaseError) -> [Webhook] {
        try database.acting(for: admin).query(
            """
            select \(sql: Webhook.columns)
            from \(sql: Webhook.source)
            order by lower(webhooks.name), webhooks.id
            """)
    }

    /// One webhook.
    public func find(_ id: UUID, for admin: UUID) throws(WebhookError) -> Webhook {
        try WebhookError.wrapping {
            let found: Webhook? = try database.acting(for: admin).first(
                """
                select \(sql: Webhook.columns)
                from \(sql: Webhook.source)
                where webhooks.id = \(id)
                """)
            guard let found else { throw WebhookRefusal.notFound }
            return found
        }
    }

    /// Creates a webhook. Only this answer holds its secret.
    public func create(
        name: String, url: String, events: [WebhookEvent], isEnabled: Bool, by admin: UUID
    ) throws(WebhookError) -> (id: UUID, secret: WebhookSecret) {
        try WebhookError.wrapping {
            let url = try address(url)
            let id = UUID()
            let secret = WebhookSecret.random()
            try WebhookRefusal.check(
                try database.one(
                    """
                    select create_webhook(
                        \(admin), \(id), \(name), \(url), \(events.map(\.rawValue)), \(isEnabled),
                        \(secret.sealed(key, for: id))
                    )
                    """))
            return (id, secret)
        }
    }

    /// Changes a webhook; nil leaves a value as it is.
    public func change(
        _ id: UUID, name: String?, url: String?, events: [WebhookEvent]?, isEnabled: Bool?, by admin: UUID
    ) throws(WebhookError) {
        try WebhookError.wrapping {
            let url = try url.map(address)
            try WebhookRefusal.check(
                try database.one(
                    """
                    select change_webhook(
                        \(admin), \(id), \(name), \(url), \(events?.map(\.rawValue)), \(isEnabled)
                    )
                    """))
        }
    }

    /// Gives a webhook another secret. The one before signs too for 24 hours.
    public func rotateSecret(of id: UUID, by admin: UUID) throws(WebhookError) -> WebhookSecret {
        try WebhookError.wrapping {
            let secret = WebhookSecret.random()
            let found: Bool = try database.one(
                "select rotate_webhook_secret(\(admin), \(id), \(secret.sealed(key, for: id)))")
            if !found { throw WebhookRefusal.notFound }
            return secret
        }
    }

    /// Deletes a webhook with its deliveries.
    public func delete(_ id: UUID, by admin: UUID) throws(WebhookError) {
        try WebhookError.wrapping {
            let found: Bool = try database.one("select delete_webhook(\(admin), \(id))")
            if !found { throw WebhookRefusal.notFound }
        }
    }

    /// Sends a test event, and returns its delivery.
    public func test(_ id: UUID, by admin: UUID) throws(WebhookError) -> UUID {
        try WebhookError.wrapping {
            let delivery: UUID? = try database.one("select send_webhook_test(\(admin), \(id))")
            guard let delivery else { throw WebhookRefusal.notFound }
            return delivery
        }
    }

    /// Sends one delivery again.
    public func redeliver(_ delivery: UUID, by admin: UUID) throws(WebhookError) -> Int {
        try redeliver(delivery, of: nil, since: nil, by: admin)
    }

    /// Sends again what failed and was created since a time, 1,000 deliveries at most. Returns how many.
    public func redeliverFailed(of id: UUID, since: Date, by admin: UUID) throws(WebhookError) -> Int {
        try redeliver(nil, of: id, since: since, by: admin)
    }

    private func redeliver(
        _ delivery: UUID?, of id: UUID?, since: Date?, by admin: UUID
    ) throws(WebhookError) -> Int {
        try WebhookError.wrapping {
            let row: Row = try database.one(
                """
                select outcome, redelivered
                from redeliver_webhooks(\(admin), \(delivery), \(id), \(since))
                """)
            try WebhookRefusal.check(try row.value("outcome"))
            return try row.value("redelivered")
        }
    }

    /// Deliveries from the latest, with their attempts.
    public func deliveries(_ filter: DeliveryFilter, for admin: UUID) throws -> Page<Delivery> {
        let order = Keyset(
            "deliveries", .moment("deliveries.created_at"), .uuid("deliveries.id"), isDescending: true)
        let place = try order.place(after: filter.page)
        var conditions = [place.condition]
        if let webhook = filter.webhook { conditions.append("deliveries.webhook_id = \(webhook)") }
        if let state = filter.state { conditions.append("deliveries.state = \(state)") }
        if let event = filter.event { conditions.append("events.type = \(event)") }
        let rows: [Row] = try database.acting(for: admin).query(
            """
            select deliveries.id, deliveries.webhook_id, webhooks.name, events.type, events.body, deliveries.state,
                deliveries.created_at, deliveries.next_attempt_at, deliveries.finished_at,
                coalesce(
                    (
                        select jsonb_agg(
                            jsonb_build_object(
                                'number', number, 'startedAt', rfc3339(started_at), 'durationMs', duration_ms,
                                'status', status, 'fault', fault, 'answer', answer
                            )
                            order by number desc
                        )
                        from webhook_attempts
                        where delivery_id = deliveries.id
                    ),
                    '[]'
                ) as attempts, \(sql: order.columns)
            from webhook_deliveries deliveries
            join webhooks on webhooks.id = deliveries.webhook_id
            join webhook_events events on events.id = deliveries.event_id
            where \(sql: conditions.joined(separator: " and "))
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: rows, filter.page) { row in
            Delivery(
                id: try row.value("id"), webhook: try row.value("webhook_id"), webhookName: try row.value("name"),
                event: try row.value("type"), body: try row.value("body"), state: try row.value("state"),
                createdAt: try row.value("created_at"), nextAttemptAt: try row.value("next_attempt_at"),
                finishedAt: try row.value("finished_at"),
                attempts: try row.value("attempts", as: JSONText.self).decode())
        }
    }

    /// Deletes events of which the last delivery ended a month ago, for maintenance; tells how many there were.
    public static func sweep(batch: Int = 1_000, in database: Database) throws(DatabaseError) -> Int {
        try database.one("select sweep_webhook_events(\(batch)::int)")
    }

    private func address(_ text: String) throws(WebhookRefusal) -> String {
        do {
            return try WebhookURL(text, siteURL: siteURL).text
        } catch {
            throw .address(error)
        }
    }
}
