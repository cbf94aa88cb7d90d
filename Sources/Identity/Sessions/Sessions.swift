public import FoundationEssentials
public import Postgres
internal import Text

/// A session that has not ended, and whose it is.
public struct Session: Sendable, Equatable {
    /// What names the session without giving it away.
    public let id: String
    private let facts: SessionFacts

    /// The member's id.
    public var userID: UUID { facts.userID }
    /// The member's name, nil until one was chosen.
    public var username: String? { facts.username }
    /// Whether the member administers the site.
    public var isAdmin: Bool { facts.isAdmin }
    /// What the generated avatar is made from.
    public var avatarSeed: String {
        switch facts.avatar {
        case .digits(let bytes): bytes.hex
        case .text(let text): text
        }
    }
    /// Whether the member is banned.
    public var isBanned: Bool { bannedAt != nil }
    /// Since when the member is banned.
    public var bannedAt: Date? {
        guard case .since(let date, _) = facts.ban else { return nil }
        return date
    }
    /// Why.
    public var banReason: String? {
        guard case .since(_, let reason) = facts.ban else { return nil }
        return reason
    }
    /// When the member last proved who they are.
    public var authenticatedAt: Date { facts.authenticatedAt }
    /// When the session ends unless it is used.
    public var expiresAt: Date { facts.expiresAt }
    /// Whether there was no break of half an hour since the sign-in.
    public var isInUse: Bool { facts.isInUse }

    init(hash: [UInt8], facts: SessionFacts) {
        id = Text.hex(hash)
        self.facts = facts
    }
}

/// What there is to know of a session whose token is known, as small as what is kept of tens of thousands should be.
struct SessionFacts: Sendable, Equatable {
    /// Few are banned, so that only they pay for it.
    indirect enum Ban: Sendable, Equatable {
        case none
        case since(Date, reason: String?)
    }

    /// A seed that the database made is 32 digits, which need half of that.
    enum Avatar: Sendable, Equatable {
        case digits(Identifier128)
        case text(String)
    }

    let userID: UUID
    let username: String?
    let avatar: Avatar
    let ban: Ban
    let authenticatedAt: Date
    fileprivate(set) var expiresAt: Date
    let isAdmin: Bool
    let isInUse: Bool

    init(row: Row) throws(DatabaseError) {
        userID = try row.value("user_id")
        username = try row.value("username")
        let seed: String = try row.value("avatar_seed")
        avatar = Identifier128(hex: seed).map(Avatar.digits) ?? .text(seed)
        let bannedAt: Date? = try row.value("banned_at")
        let reason: String? = try row.value("ban_reason")
        ban = bannedAt.map { .since($0, reason: reason) } ?? .none
        authenticatedAt = try row.value("authenticated_at")
        expiresAt = try row.value("expires_at")
        isAdmin = try row.value("role", as: String.self) == "admin"
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
    ) throws(DatabaseError) -> [SessionFacts?] {
        let rows: [Row] = try database.query("select * from find_sessions(\(hashes))")
        var found = [SessionFacts?](repeating: nil, count: hashes.count)
        var late: [[UInt8]: [Int]] = [:]
        for row in rows {
            let place = try row.value("ordinal", as: Int.self) - 1
            guard found.indices.contains(place) else { continue }
            found[place] = try SessionFacts(row: row)
            if try row.value("is_late") { late[hashes[place], default: []].append(place) }
        }
        guard !late.isEmpty else { return found }
        let touched: [Row] = try database.query(
            "select token_hash, expires_at from touch_sessions(\(Array(late.keys)), \(sessionDays)::int)")
        for row in touched {
            let end: Date = try row.value("expires_at")
            for place in try late[row.value("token_hash")] ?? [] { found[place]?.expiresAt = end }
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
