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
    /// The page.
    public var page = PageRequest()

    /// Every member.
    public init() {}
}

/// What admins see of every account.
public struct MemberAccount: Sendable, RowDecodable {
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

    /// Reads a row of `administered_members` or `administered_member`.
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
    }
}

/// A member in an admin's list.
@dynamicMemberLookup
public struct ListedMember: Sendable, RowDecodable {
    /// The account.
    public let account: MemberAccount
    /// How many clips the member has sent in.
    public let clips: Int

    /// Reads a row of `administered_members`.
    public init(row: Row) throws(DatabaseError) {
        account = try MemberAccount(row: row)
        clips = try row.value("clip_count")
    }

    /// What the account says.
    public subscript<Fact>(dynamicMember fact: KeyPath<MemberAccount, Fact>) -> Fact { account[keyPath: fact] }
}

/// One member as admins see it.
@dynamicMemberLookup
public struct AdministeredMember: Sendable, RowDecodable {
    /// The account.
    public let account: MemberAccount
    /// What the member says against the ban.
    public let appeal: String?
    /// How many sessions have not ended.
    public let sessions: Int
    /// How many clips there are in each status.
    public let clips: [String: Int]
    /// How many votes were cast that count.
    public let votes: Int
    /// How many of these have a flag.
    public let flaggedVotes: Int
    /// The names that the member had before, the latest first.
    public let formerNames: [String]

    /// Reads a row of `administered_member`.
    public init(row: Row) throws(DatabaseError) {
        account = try MemberAccount(row: row)
        appeal = try row.value("appeal")
        sessions = try row.value("session_count")
        let counts: JSONText = try row.value("clip_counts")
        clips = (try? counts.decode([String: Int].self)) ?? [:]
        votes = try row.value("vote_count")
        flaggedVotes = try row.value("flagged_vote_count")
        formerNames = try row.value("former_names")
    }

    /// What the account says.
    public subscript<Fact>(dynamicMember fact: KeyPath<MemberAccount, Fact>) -> Fact { account[keyPath: fact] }
}

extension MemberFilter.Sort {
    /// By what the function in SQL sorts: its `sort_key` is a name, or the microseconds of a date.
    fileprivate var order: Keyset {
        switch self {
        case .newest: Keyset("newest members", .microseconds("sort_key"), .uuid("id"), isDescending: true)
        case .oldest: Keyset("oldest members", .microseconds("sort_key"), .uuid("id"), isDescending: false)
        case .name: Keyset("members by name", .text("sort_key"), .uuid("id"), isDescending: false)
        }
    }
}

extension MemberAdministration {
    /// A page of members.
    public func list(_ filter: MemberFilter, by actor: UUID?) throws -> Page<ListedMember> {
        let role = filter.isAdmin.map { $0 ? "admin" : "member" }
        let order = filter.sort.order
        let place = try order.place(after: filter.page)
        let found: [Row] = try database.query(
            """
            select *, \(sql: order.columns)
            from administered_members(
                \(actor), \(filter.search), \(role), \(filter.isBanned), \(filter.hasAppealed),
                \(filter.sort.rawValue), \(sql: place.value(0))::text, \(sql: place.value(1)), \(place.rowLimit)::int
            )
            """)
        return try order.page(of: found, filter.page) { row in try ListedMember(row: row) }
    }

    /// One member; nil when there is none of that id.
    public func find(_ member: UUID, by actor: UUID?) throws(DatabaseError) -> AdministeredMember? {
        try database.first("select * from administered_member(\(actor), \(member))")
    }
}
