public import FoundationEssentials
public import Postgres

/// What members are notified of, as they read it.
public struct Notifications: Sendable {
    private let database: Database
    /// How much members have not read.
    public let unread: UnreadCounts

    /// The notifications of a database. While `reception` is off no count that is kept is used.
    public init(database: Database, reception: Reception = Reception()) {
        self.database = database
        unread = UnreadCounts(reception: reception) { member in try database.one("select count_unread(\(member))") }
    }

    /// A page of a member's notifications, the latest first.
    public func list(
        of member: UUID, onlyUnread: Bool = false, _ request: PageRequest
    ) throws -> Page<MemberNotification> {
        let order = Keyset("notifications", .number("id"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.query(
            """
            select *, \(sql: order.columns)
            from list_notifications(\(member), \(sql: place.value(0)), \(Int32(place.rowLimit)), \(onlyUnread))
            \(sql: place.order)
            """)
        return try order.page(of: rows, request) { row in try MemberNotification(row: row) }
    }

    /// Marks notifications of a member as read: those of `ids`, and all up to the one with the number `until`. Returns how
    /// many are still unread.
    public func markRead(_ ids: [Int] = [], until: Int? = nil, of member: UUID) throws -> Int {
        let left: Int = try database.one(
            "select mark_notifications(\(member), \(ids.map(Int64.init)), \(until.map(Int64.init)))")
        // The announcement of the change reaches this process a little later.
        unread.forget(member)
        return left
    }

    /// How a member wants to learn of each kind.
    public func choices(of member: UUID) throws -> [NotificationChoice] {
        let decided: [NotificationChoice] = try database.query(
            "select * from find_notification_choices(\(member))")
        return NotificationKind.allCases.map { kind in
            decided.first { $0.kind == kind } ?? NotificationChoice(kind: kind)
        }
    }

    /// Saves by which ways a member wants to learn of what: each list names the kinds that are on; nil leaves a way as it is.
    public func choose(
        inApp: [NotificationKind]?, push: [NotificationKind]?, email: [NotificationKind]?, for member: UUID
    ) throws {
        try database.execute(
            """
            select save_notification_choices(
                \(member), \(NotificationKind.allCases.map(\.rawValue)), \(inApp?.map(\.rawValue)),
                \(push?.map(\.rawValue)), \(email?.map(\.rawValue))
            )
            """)
        unread.forget(member)
    }

    /// Announces something to everybody. Returns the number of the notification. Without an admin it is the operator's.
    public func announce(title: String, text: String, path: String?, by admin: UUID?) throws -> Int64 {
        try database.one("select announce_to_everybody(\(admin), \(title), \(text), \(path))")
    }

    /// Deletes notifications that are older than half a year, some at a time; returns how many.
    public static func sweep(batch: Int = 1_000, in database: Database) throws(DatabaseError) -> Int {
        try database.one("select sweep_notifications(\(Int32(batch)))")
    }
}

/// How a member wants to learn of one kind.
public struct NotificationChoice: Sendable, Equatable, RowDecodable {
    /// Of what.
    public let kind: NotificationKind
    /// In the list on the site.
    public let isInApp: Bool
    /// By messages to the member's browsers.
    public let isPushed: Bool
    /// In the digest by mail.
    public let isMailed: Bool

    /// What holds for members who have not decided: the site alone.
    public init(kind: NotificationKind) {
        self.kind = kind
        (isInApp, isPushed, isMailed) = (true, false, false)
    }

    /// Reads a row of `find_notification_choices`.
    public init(row: Row) throws(DatabaseError) {
        kind = try row.value("kind")
        isInApp = try row.value("in_app")
        isPushed = try row.value("push")
        isMailed = try row.value("email")
    }
}
