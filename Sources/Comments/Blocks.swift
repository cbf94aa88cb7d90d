public import FoundationEssentials
public import Postgres

/// A member whom another one has blocked.
public struct BlockedMember: Sendable, RowDecodable {
    /// The id.
    public let id: UUID
    /// The name; nil when none is chosen.
    public let username: String?
    /// What the picture is made from.
    public let avatarSeed: String
    /// Since when.
    public let blockedAt: Date

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        username = try row.value("username")
        avatarSeed = try row.value("avatar_seed")
        blockedAt = try row.value("blocked_at")
    }
}

/// Whom members have blocked: they do not see the comments of those, who cannot answer theirs.
public struct Blocks: Sendable {
    private let database: Database

    /// The blocks of a database.
    public init(database: Database) {
        self.database = database
    }

    /// Blocks a member for another one, or unblocks.
    public func set(_ other: UUID, wish: Bool, by member: UUID) throws {
        try CommentRefusal.check(try database.one("select block_member(\(member), \(other), \(wish))"))
    }

    /// Whom a member has blocked, the latest first.
    public func list(of member: UUID) throws(DatabaseError) -> [BlockedMember] {
        try database.query("select id, username, avatar_seed, blocked_at from blocked_members(\(member))")
    }
}
