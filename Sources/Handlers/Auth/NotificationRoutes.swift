internal import FoundationEssentials
public import HTTP
internal import Identity
public import Notifications
internal import Postgres
public import SharedHandlers
internal import Text

extension AuthRoutes {
    /// The routes of what members are notified of, and how.
    public static func notificationRoutes(
        _ notifications: Notifications, subscriptions: PushSubscriptions, digests: Digests
    ) -> [Route] {
        [
            list(notifications), mark(notifications), preferences(notifications, subscriptions, digests),
            changePreferences(notifications, subscriptions, digests), key(subscriptions), subscribe(subscriptions),
            unsubscribe(subscriptions),
        ]
    }

    private static func list(_ notifications: Notifications) -> Route {
        .get(
            "/api/notifications", access: .member, limit: .api,
            query: .paging(default: 20) + [
                .optional("unread", .boolean, default: false, "Whether only those that are not read are wanted.")
            ],
            features: ["NOTE-01"], summary: "What the member was notified of, the latest first."
        ) { context in
            let member = try context.member().id
            return NotificationList(
                page: try notifications.list(
                    of: member, onlyUnread: context.bool(query: "unread") ?? false, context.pageRequest),
                unread: try notifications.unread.currentCount(of: member))
        }
    }

    private static func mark(_ notifications: Notifications) -> Route {
        .post(
            "/api/notifications", access: .member, refusesBanned: false, body: MarkNotificationsInput.self,
            features: ["NOTE-01"], summary: "Marks notifications as read: some, or all up to one."
        ) { context, input in
            guard input.ids != nil || input.until != nil else {
                throw Problem.invalid("ids", "required", "Give “ids”, “until” or both.")
            }
            let left = try notifications.markRead(
                input.ids ?? [], until: input.until, of: try context.member().id)
            return UnreadAnswer(unread: left)
        }.forPeopleOnly().acceptingForms(.backTo("/notifications", saying: "notifications-read"))
    }

    private static func preferences(
        _ notifications: Notifications, _ subscriptions: PushSubscriptions, _ digests: Digests
    ) -> Route {
        .get(
            "/api/notifications/preferences", access: .member, limit: .api, features: ["NOTE-02", "NOTE-03"],
            summary: "By which ways the member learns of what."
        ) { context in
            try NotificationPreferences(notifications, subscriptions, digests, of: try context.member().id)
        }
    }

    private static func changePreferences(
        _ notifications: Notifications, _ subscriptions: PushSubscriptions, _ digests: Digests
    ) -> Route {
        .patch(
            "/api/notifications/preferences", access: .member, refusesBanned: false, body: ChangePreferencesInput.self,
            features: ["NOTE-02", "NOTE-03"],
            summary: "Changes the given ways and leaves the others."
        ) { context, input in
            let member = try context.member().id
            if input.digest != nil || input.comparisons != nil || input.winners != nil {
                try digests.choose(
                    input.digest, hasComparisons: input.comparisons, hasWinners: input.winners, for: member)
            }
            if input.inApp != nil || input.push != nil || input.email != nil {
                try notifications.choose(
                    inApp: input.inApp?.compactMap(\.kind), push: input.push?.compactMap(\.kind),
                    email: input.email?.compactMap(\.kind), for: member)
            }
            return try NotificationPreferences(notifications, subscriptions, digests, of: member)
        }.forPeopleOnly().acceptingForms(.backTo("/settings", saying: "saved"))
    }

    private static func key(_ subscriptions: PushSubscriptions) -> Route {
        .get(
            "/api/notifications/key", access: .member, limit: .api, features: ["NOTE-02"],
            summary: "The site's key, which a browser needs to subscribe."
        ) { _ in PushKey(key: subscriptions.publicKey) }
    }

    private static func subscribe(_ subscriptions: PushSubscriptions) -> Route {
        .post(
            "/api/notifications/subscribe", access: .member, body: SubscribeInput.self,
            answers: [201: Done.schema], features: ["NOTE-02"],
            summary: "Subscribes the browser for pushed messages, until the session ends."
        ) { context, input in
            let member = try context.member()
            try subscriptions.add(
                endpoint: input.endpoint, p256dh: input.keys.p256dh, auth: input.keys.auth,
                userAgent: context.request.headers["User-Agent"] ?? "", session: member.sessionID, for: member.id)
            return Response.json(Done(), status: 201)
        }.forPeopleOnly()
    }

    private static func unsubscribe(_ subscriptions: PushSubscriptions) -> Route {
        .post(
            "/api/notifications/unsubscribe", access: .member, refusesBanned: false, body: UnsubscribeInput.self,
            features: ["NOTE-02"], summary: "Ends a subscription, by its address or its number."
        ) { context, input in
            guard input.endpoint != nil || input.id != nil else {
                throw Problem.invalid("endpoint", "required", "Give “endpoint” or “id”.")
            }
            try subscriptions.remove(endpoint: input.endpoint, id: input.id, of: try context.member().id)
            return Done()
        }.forPeopleOnly()
    }
}

private struct MarkNotificationsInput: InputShape {
    @Input(.array(.integer(1...Int.max), count: 1...100), "These.") var ids: [Int]?
    @Input(.integer(1...Int.max), "All up to the one with this number.") var until: Int?
}

/// A kind of notifications, or none: a plain form cannot send an empty list.
private enum KindWord: Decodable, InputValue {
    case some(NotificationKind)
    case none

    static let inputSchema = Schema.choice(NotificationKind.allCases.map(\.rawValue) + ["none"])

    init(from decoder: any Decoder) throws {
        self =
            NotificationKind(rawValue: try decoder.singleValueContainer().decode(String.self)).map(Self.some) ?? .none
    }

    var kind: NotificationKind? {
        if case .some(let kind) = self { kind } else { nil }
    }
}

private struct ChangePreferencesInput: InputShape {
    @Input("The kinds that are listed on the site; `none` alone for none.") var inApp: [KindWord]?
    @Input("The kinds that are pushed to the member's browsers; `none` alone for none.") var push: [KindWord]?
    @Input("The kinds that are in the member's digests; `none` alone for none.") var email: [KindWord]?
    @Input("How often a digest is mailed.") var digest: DigestFrequency?
    @Input("Whether digests name new comparisons.") var comparisons: Bool?
    @Input("Whether digests name winning clips of creators whom the member follows.") var winners: Bool?
}

private struct SubscribeInput: InputShape {
    struct Keys: InputShape, InputValue {
        @Input(.string(1...120), "The browser's public key in base64url.") var p256dh: String
        @Input(.string(1...40), "The secret that the browser shares with this site, in base64url.") var auth: String
    }

    @Input(.string(1...1_000), "The browser's address at its push service.") var endpoint: String
    @Input("As `PushSubscription.toJSON()` has them.") var keys: Keys
    @Input("Is not used.") var expirationTime: Double?
}

private struct UnsubscribeInput: InputShape {
    @Input(.string(1...1_000)) var endpoint: String?
    @Input(.integer(1...Int.max)) var id: Int?
}

private struct NotificationList: Shaped {
    let page: Page<MemberNotification>
    let unread: Int

    static let shape = Shape<NotificationList>("NotificationList") {
        Including(page: \.page)
        Field("unread", \.unread, .integer(0...100), "How many are not read; 100 means that many or more.")
    }
}

private struct UnreadAnswer: Shaped {
    let unread: Int

    static let shape = Shape<UnreadAnswer>("UnreadCount") {
        Field("unread", \.unread, .integer(0...100), "How many are still not read; 100 means that many or more.")
    }
}

private struct PushKey: Shaped {
    let key: String

    static let shape = Shape<PushKey>("PushKey") {
        Field("key", \.key, .string(1...120), "The `applicationServerKey`, in base64url.")
    }
}

private struct NotificationPreferences: Shaped {
    let choices: [NotificationChoice]
    let digest: DigestChoice
    let subscriptions: [PushSubscription]

    init(
        _ notifications: Notifications, _ subscriptions: PushSubscriptions, _ digests: Digests, of member: UUID
    ) throws {
        guard let digest = try digests.choice(of: member) else { throw Problem.unauthenticated }
        self.digest = digest
        choices = try notifications.choices(of: member)
        self.subscriptions = try subscriptions.list(of: member)
    }

    static let shape = Shape<NotificationPreferences>("NotificationPreferences") {
        Field("kinds", \.choices)
        Field("digest", \.digest.frequency, "How often a digest is mailed.")
        Field("comparisons", \.digest.hasComparisons, "Whether digests name new comparisons.")
        Field(
            "winners", \.digest.hasWinners,
            "Whether digests name winning clips of creators whom the member follows.")
        Field("address", \.digest.address, "Where digests go; null without an address.")
        Field("browsers", \.subscriptions, "The subscribed browsers, the latest first.")
    }
}

extension NotificationChoice: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<NotificationChoice>("NotificationChoice") {
        Field("kind", \.kind)
        Field("inApp", \.isInApp, "Whether it is listed on the site.")
        Field("push", \.isPushed, "Whether it is pushed to the member's browsers.")
        Field("email", \.isMailed, "Whether it is in the member's digests.")
    }
}

extension PushSubscription: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<PushSubscription>("PushSubscription") {
        Field("id", { Int($0.id) })
        Field("endpoint", \.endpoint, .string(1...1_000), "By which a browser finds its own.")
        Field("userAgent", \.userAgent)
        Field("createdAt", \.createdAt)
    }
}

extension MemberNotification: Shaped, ListItem {
    /// What the list is called in its answers.
    public static let listName = "notifications"
    /// The name of its pages.
    public static let pageName = "NotificationPage"

    private var actorURL: String? { actorAvatar.map { AuthRoutes.avatarPath(seed: $0) } }

    /// Its form in JSON.
    public static let shape = Shape<MemberNotification>("Notification") {
        Field("id", { Int($0.id) })
        Field("kind", \.kind)
        Field("title", \.words.title, "What has happened.")
        Field("text", \.words.text, "The details; may be empty.")
        Field("path", \.words.path, "The page that it leads to.")
        Field("isRead", \.isRead)
        Field("isForEverybody", \.isForEverybody)
        Field("username", \.actorName, "Who caused it; null where no one did, or no one who may be named.")
        Field("avatarURL", \.actorURL)
        Field("createdAt", \.createdAt)
    }
}
