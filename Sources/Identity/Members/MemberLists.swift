public import FoundationEssentials
public import Postgres
internal import Text

/// Which members an admin wants to see.
public struct MemberFilter: Sendable {
    /// How a list of members is sorted.
    public enum Sort: String, Sendable, CaseIterable {
        /// The newest first.
        case newest
        /// The oldest first.
        case oldest
        /// By name; those without one last.
        case name
    }

    /// Only members whose name or address begins so.
    public var search: String?
    /// Only admins, or only those who are none.
    public var isAdmin: Bool?
    /// Only banned members, or only others.
    public var isBanned: Bool?
    /// Only members whose appeal waits, or only others.
    public var hasAppealed: Bool?
    /// The order.
    public var sort = Sort.newest
    /// How many at most.
    public var limit = 50
    /// Where the page before ended.
    public var cursor: MemberCursor?

    /// Every member.
    public init() {}
}

/// The place in a list of members after which the next page begins; it belongs to the order it was made in.
public struct MemberCursor: Sendable, Equatable {
    let sort: MemberFilter.Sort
    let key: String
    let id: UUID

    /// The opaque text that a client sends back.
    public var text: String { Text.base64url(Array("\(sort.rawValue)\n\(key)\n\(id.uuidString)".utf8)) }

    /// Reads such a text; nil when it is none, or of another order.
    public init?(_ text: String, sort: MemberFilter.Sort) {
        guard let bytes = Text.bytes(base64url: text) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == sort.rawValue, let id = UUID(uuidString: String(parts[2])),
            sort == .name ? parts[1] == "~" || Self.isName(parts[1]) : Self.isTime(parts[1])
        else { return nil }
        self.init(sort: sort, key: String(parts[1]), id: id)
    }

    init(sort: MemberFilter.Sort, key: String, id: UUID) {
        self.sort = sort
        self.key = key
        self.id = id
    }

    private static func isName(_ text: Substring) -> Bool {
        Usernames.length.contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }

    /// Whether these are the microseconds of a date that Postgres knows.
    private static func isTime(_ text: Substring) -> Bool {
        Int64(text).map { $0.magnitude < 100_000_000_000_000_000 } ?? false
    }
}

/// A member in an admin's list.
public struct ListedMember: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The name, nil until one was chosen.
    public let username: String?
    /// The address, if one is known.
    public let email: String?
    /// Whether the member administers the site.
    public let isAdmin: Bool
    /// What the generated avatar is made from.
    public let avatarSeed: String
    /// Since when the member is banned.
    public let bannedAt: Date?
    /// Why.
    public let banReason: String?
    /// When the member appealed.
    public let appealedAt: Date?
    /// When the account was made.
    public let createdAt: Date
    /// When one of the member's sessions was last used, to the hour; nil when there is none.
    public let lastSeenAt: Date?
    /// How many clips the member has sent in.
    public let clips: Int
    let sortKey: String

    /// Reads a row of `administered_members`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        username = try row.value("username")
        email = try row.value("email")
        isAdmin = try row.value("role", as: String.self) == "admin"
        avatarSeed = try row.value("avatar_seed")
        bannedAt = try row.value("banned_at")
        banReason = try row.value("ban_reason")
        appealedAt = try row.value("appealed_at")
        createdAt = try row.value("created_at")
        lastSeenAt = try row.value("last_seen_at")
        clips = try row.value("clip_count")
        sortKey = try row.value("sort_key")
    }
}

/// One member as admins see it.
public struct AdministeredMember: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The name, nil until one was chosen.
    public let username: String?
    /// The address, if one is known.
    public let email: String?
    /// Whether the member administers the site.
    public let isAdmin: Bool
    /// What the generated avatar is made from.
    public let avatarSeed: String
    /// Since when the member is banned.
    public let bannedAt: Date?
    /// Why.
    public let banReason: String?
    /// What the member says against it.
    public let appeal: String?
    /// When.
    public let appealedAt: Date?
    /// When the account was made.
    public let createdAt: Date
    /// When one of the member's sessions was last used, to the hour; nil when there is none.
    public let lastSeenAt: Date?
    /// How many sessions have not ended.
    public let sessions: Int
    /// How many clips stand in each status.
    public let clips: [String: Int]
    /// How many votes were cast that count.
    public let votes: Int
    /// How many of these bear a flag.
    public let flaggedVotes: Int
    /// The names that the member had before, the latest first.
    public let formerNames: [String]

    /// Reads a row of `administered_member`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        username = try row.value("username")
        email = try row.value("email")
        isAdmin = try row.value("role", as: String.self) == "admin"
        avatarSeed = try row.value("avatar_seed")
        bannedAt = try row.value("banned_at")
        banReason = try row.value("ban_reason")
        appeal = try row.value("appeal")
        appealedAt = try row.value("appealed_at")
        createdAt = try row.value("created_at")
        lastSeenAt = try row.value("last_seen_at")
        sessions = try row.value("session_count")
        let counts: JSONText = try row.value("clip_counts")
        clips = (try? counts.decode([String: Int].self)) ?? [:]
        votes = try row.value("vote_count")
        flaggedVotes = try row.value("flagged_vote_count")
        formerNames = try row.value("former_names")
    }
}

extension MemberAdministration {
    /// A page of members, and what asks for the next one.
    public func list(
        _ filter: MemberFilter, by actor: UUID?
    ) throws(DatabaseError) -> (members: [ListedMember], next: MemberCursor?) {
        let role = filter.isAdmin.map { $0 ? "admin" : "member" }
        // One more than wanted tells whether there is another page.
        let found: [ListedMember] = try database.query(
            """
            select *
            from administered_members(
                \(actor), \(filter.search), \(role), \(filter.isBanned), \(filter.hasAppealed),
                \(filter.sort.rawValue), \(filter.cursor?.key), \(filter.cursor?.id), \(filter.limit + 1)::int
            )
            """)
        let page = Array(found.prefix(filter.limit))
        guard found.count > filter.limit, let last = page.last else { return (page, nil) }
        return (page, MemberCursor(sort: filter.sort, key: last.sortKey, id: last.id))
    }

    /// One member; nil when there is none of that id.
    public func find(_ member: UUID, by actor: UUID?) throws(DatabaseError) -> AdministeredMember? {
        try database.first("select * from administered_member(\(actor), \(member))")
    }
}
