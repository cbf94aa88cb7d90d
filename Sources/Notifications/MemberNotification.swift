public import FoundationEssentials
public import Postgres

/// Something that a member was notified of.
public struct MemberNotification: Sendable, RowDecodable {
    /// Its number; later ones have higher numbers.
    public let id: Int64
    /// What it is about.
    public let kind: NotificationKind
    /// When it happened.
    public let createdAt: Date
    /// Whether the member has read it.
    public let isRead: Bool
    /// Whether everybody was notified.
    public let isForEverybody: Bool
    /// The name of the member who caused it, if one did and may be named.
    public let actorName: String?
    /// What that member's generated avatar is made from.
    public let actorAvatar: String?
    /// Its sentence, and the page that it leads to.
    public let words: NotificationWords

    /// A notification by its parts, as tests of pages make them.
    public init(id: Int64, kind: NotificationKind, createdAt: Date, isRead: Bool, facts: JSONText, actor: String? = nil)
    {
        self.id = id
        self.kind = kind
        self.createdAt = createdAt
        self.isRead = isRead
        isForEverybody = false
        actorName = actor
        actorAvatar = actor
        words = NotificationWords(kind, facts: facts, actor: actor)
    }

    /// Reads a row of `list_notifications`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        kind = try row.value("kind")
        createdAt = try row.value("created_at")
        isRead = try row.value("is_read")
        isForEverybody = try row.value("is_for_everybody")
        actorName = try row.value("actor_name")
        actorAvatar = try row.value("actor_avatar")
        words = NotificationWords(kind, facts: try row.value("facts"), actor: actorName)
    }
}
