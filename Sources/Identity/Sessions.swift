public import FoundationEssentials
internal import Platform
public import Postgres

/// A session that has not ended, and whose it is.
public struct Session: Sendable, Equatable {
    /// The member's id.
    public let userID: UUID
    /// The member's name, nil until one was chosen.
    public let username: String?
    /// Whether the member administers the site.
    public let isAdmin: Bool
    /// What the generated avatar is made from.
    public let avatarSeed: String
    /// Since when the member is banned.
    public let bannedAt: Date?
    /// Why.
    public let banReason: String?
    /// When the member last proved who they are.
    public let authenticatedAt: Date
    /// When the session ends unless it is used.
    public let expiresAt: Date
    /// Whether there was no break of half an hour since the sign-in.
    public let isInUse: Bool
    /// What names the session without giving it away.
    public let id: String

    /// Whether the member is banned.
    public var isBanned: Bool { bannedAt != nil }

    init(row: Row, id: String) throws(DatabaseError) {
        self.id = id
        userID = try row.value("user_id")
        username = try row.value("username")
        isAdmin = try row.value("role", as: String.self) == "admin"
        avatarSeed = try row.value("avatar_seed")
        bannedAt = try row.value("banned_at")
        banReason = try row.value("ban_reason")
        authenticatedAt = try row.value("authenticated_at")
        expiresAt = try row.value("expires_at")
        isInUse = try row.value("in_use")
    }
}

/// A session in a member's list of them.
public struct SessionSummary: Sendable, Equatable, RowDecodable {
    /// What names the session without giving it away.
    public let id: String
    /// When it began.
    public let createdAt: Date
    /// When it was last used, to the hour.
    public let lastSeenAt: Date
    /// When it ends unless it is used.
    public let expiresAt: Date
    /// What the browser called itself at sign-in.
    public let userAgent: String

    /// Reads a row of `list_sessions`.
    public init(row: Row) throws(DatabaseError) {
        id = Text.hex(try row.value("token_hash", as: [UInt8].self))
        createdAt = try row.value("created_at")
        lastSeenAt = try row.value("last_seen_at")
        expiresAt = try row.value("expires_at")
        userAgent = try row.value("user_agent")
    }
}

/// Sessions. The web role has no rights on their table, only on the functions that these call.
public enum Sessions {
    /// The sessions of tokens by their hashes, in the same order; nil where there is none. Their ends move on with this.
    static func find(
        _ hashes: [[UInt8]], sessionDays: Int, in database: Database
    ) throws(DatabaseError) -> [Session?] {
        let rows: [Row] = try database.query("select * from find_sessions(\(hashes), \(sessionDays)::int)")
        var found = [Session?](repeating: nil, count: hashes.count)
        for row in rows {
            let place = try row.value("ordinal", as: Int.self) - 1
            guard found.indices.contains(place) else { continue }
            found[place] = try Session(row: row, id: Text.hex(hashes[place]))
        }
        return found
    }

    /// A member's sessions, the last used first.
    public static func list(of member: UUID, in database: Database) throws(DatabaseError) -> [SessionSummary] {
        try database.query("select * from list_sessions(\(member))")
    }

    /// Ends the session of a token, in every process at once.
    @discardableResult
    public static func end(
        _ id: String, of member: UUID, in database: Database
    ) throws(DatabaseError) -> Bool {
        guard let hash = Text.bytes(hex: id), hash.count == 32 else { return false }
        return try database.one("select end_session(\(member), \(hash))")
    }

    /// Ends all sessions of a member but one, in every process at once, and tells how many there were.
    @discardableResult
    public static func endAll(
        of member: UUID, except id: String?, in database: Database
    ) throws(DatabaseError) -> Int {
        let kept = id.flatMap { Text.bytes(hex: $0) }
        return try database.one("select end_other_sessions(\(member), \(kept))")
    }

    /// Removes sessions and links whose time is over, for maintenance; tells how many there were.
    public static func sweep(batch: Int = 1_000, in database: Database) throws(DatabaseError) -> Int {
        try database.one("select sweep_sessions(\(batch)::int)")
    }
}
