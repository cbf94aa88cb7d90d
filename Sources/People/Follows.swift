public import FoundationEssentials
public import Postgres

/// A member in a list of those whom one follows, or who follow one.
public struct FollowEntry: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The name; nil for somebody without one.
    public let username: String?
    /// What the member's picture is drawn from.
    public let avatarSeed: String
    /// How many follow the member.
    public let followers: Int
    /// Since when.
    public let since: Date

    init(id: UUID, username: String?, avatarSeed: String, followers: Int, since: Date) {
        self.id = id
        self.username = username
        self.avatarSeed = avatarSeed
        self.followers = followers
        self.since = since
    }

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        username = try row.value("username")
        avatarSeed = try row.value("avatar_seed")
        followers = try row.value("follower_count")
        since = try row.value("created_at")
    }
}

/// A member whose number of followers differs from the rows.
public struct FollowerDrift: Equatable, Sendable, RowDecodable {
    /// The member.
    public let userID: UUID
    /// The number that was found.
    public let found: Int
    /// How many rows there are.
    public let expected: Int

    /// Reads a row of `follower_drift()`.
    public init(row: Row) throws(DatabaseError) {
        userID = try row.value("user_id")
        found = try row.value("found")
        expected = try row.value("expected")
    }

    /// Every number that differs; none on a sound site. Not for the web role.
    public static func find(in database: Database) throws(DatabaseError) -> [FollowerDrift] {
        try database.query("select * from follower_drift()")
    }

    /// Corrects every number that differs, and returns what it was. Not for the web role.
    public static func repair(in database: Database) throws(DatabaseError) -> [FollowerDrift] {
        try database.query("select * from repair_followers()")
    }
}

/// Members who follow members.
public struct Follows: Sendable {
    /// The lists that a member has.
    public enum List: String, Sendable, CaseIterable {
        /// Those whom the member follows.
        case following
        /// Those who follow the member.
        case followers
    }

    /// As many as a member may follow.
    public static let most = 5_000

    private let database: Database

    /// The follows of a database.
    public init(database: Database) {
        self.database = database
    }

    /// Follows a member, or does so no more. Said again, it changes nothing. Returns how many follow the member now.
    public func follow(_ wanted: UUID, _ wish: Bool, by member: UUID) throws -> Int {
        let row: Row = try database.one(
            "select * from follow_member(\(member), \(wanted), \(wish), \(Int32(Self.most)))")
        try PeopleRefusal.check(try row.value("outcome", as: String.self))
        return try row.value("followers")
    }

    /// The member whom a name means, a name given up lately included. Throws `PeopleRefusal.memberNotFound`.
    public func member(named username: String) throws -> UUID {
        let id: UUID? = try database.one("select username_holder(\(username))")
        guard let id else { throw PeopleRefusal.memberNotFound }
        return id
    }

    /// Of some names, those of members whom a member follows, and those whom the member has blocked.
    public func ties(of member: UUID, with names: [String]) throws -> (followed: [String], blocked: [String]) {
        let rows: [Row] = try database.query("select * from ties_with(\(member), \(names)) order by username")
        func those(_ column: String) throws -> [String] {
            try rows.filter { try $0.value(column) }.map { try $0.value("username") }
        }
        return (try those("is_followed"), try those("is_blocked"))
    }

    /// A page of a member's own list, the latest first.
    public func list(_ list: List, of member: UUID, _ request: PageRequest) throws -> Page<FollowEntry> {
        let (own, other): (SQL, SQL) =
            switch list {
            case .following: ("follower_id", "followed_id")
            case .followers: ("followed_id", "follower_id")
            }
        let order = Keyset(
            list.rawValue, .moment("follows.created_at"), .uuid("follows.\(sql: other)"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.acting(for: member).query(
            """
            select users.id, users.username, users.avatar_seed, users.follower_count, follows.created_at,
                \(sql: order.columns)
            from follows
            join users on users.id = follows.\(sql: other)
            where follows.\(sql: own) = \(member) and \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: rows, request) { row in try FollowEntry(row: row) }
    }
}
