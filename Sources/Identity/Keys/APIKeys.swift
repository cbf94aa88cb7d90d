public import FoundationEssentials
public import Postgres
public import Refusals
internal import Text

/// The secret of an API key, `dly_` and 256 random bits. It is shown to its maker once; the database keeps the hash.
public struct APIKeyToken: Sendable, Hashable, CustomStringConvertible {
    /// What every key begins with, so that leaked ones can be searched for.
    public static let prefix = "dly_"

    /// The key as it is sent.
    public let text: String
    let token: OpaqueToken

    /// A new key.
    public static func random() -> APIKeyToken { APIKeyToken(.random()) }

    /// A key that a client sends; nil when it has not the form of one, so that no lookup is needed.
    public init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), let token = OpaqueToken(String(text.dropFirst(Self.prefix.count))) else {
            return nil
        }
        self.init(token)
    }

    private init(_ token: OpaqueToken) {
        self.token = token
        text = Self.prefix + token.text
    }

    /// Nothing of the key.
    public var description: String { "APIKeyToken" }
}

/// A key that is good, and for whom it acts.
public struct APIKey: Sendable, Equatable {
    /// The key's id in the member's list.
    public let keyID: UUID
    /// The member's id.
    public let userID: UUID
    /// The member's name, nil until one was chosen.
    public let username: String?
    /// Whether the member administers the site.
    public let isAdmin: Bool
    /// What the key may do: `read`, `write`, `admin`.
    public let scopes: [String]
    /// When it ends; nil for never.
    public let expiresAt: Date?
    /// Which limits count for it: `standard`, `partner` or `own`.
    public let tier: String
    /// Requests a minute by class, in the tier `own`.
    public let limits: [String: Int]

    init(row: Row) throws(DatabaseError) {
        keyID = try row.value("key_id")
        userID = try row.value("user_id")
        username = try row.value("username")
        isAdmin = try row.value("role", as: String.self) == "admin"
        scopes = try row.value("scopes")
        expiresAt = try row.value("expires_at")
        tier = try row.value("tier")
        limits = try KeyLimits.read(row)
    }
}

extension APIKey: Credential {
    static let word = "key"
    var end: Date? { expiresAt }
    var longestLife: Duration? { nil }
}

/// A key in a member's list of them.
public struct APIKeySummary: Sendable, Equatable, RowDecodable {
    /// What names the key.
    public let id: UUID
    /// What the member calls it.
    public let name: String
    /// What it may do.
    public let scopes: [String]
    /// When it was made.
    public let createdAt: Date
    /// When it was last used, to the minute; nil when never.
    public let lastUsedAt: Date?
    /// When it ends; nil for never.
    public let expiresAt: Date?
    /// Which limits count for it: `standard`, `partner` or `own`.
    public let tier: String
    /// Requests a minute by class, in the tier `own`.
    public let limits: [String: Int]
    /// The requests of the last 30 days, the latest first; days without any are left out.
    public let usage: [KeyDay]

    /// Reads a row of `list_api_keys`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        name = try row.value("name")
        scopes = try row.value("scopes")
        createdAt = try row.value("created_at")
        lastUsedAt = try row.value("last_used_at")
        expiresAt = try row.value("expires_at")
        tier = try row.value("tier")
        limits = try KeyLimits.read(row)
        usage = (try? row.value("usage", as: JSONText.self).decode()) ?? []
    }
}

/// The requests of a key on a day, UTC.
public struct KeyDay: Sendable, Equatable, Decodable {
    /// The day, as 2026-09-14.
    public let day: String
    /// How many requests there were, with those that were refused.
    public let requests: Int
    /// How many were refused because there were too many.
    public let refused: Int
}

/// Requests a minute by class, as the database keeps them.
private enum KeyLimits {
    static func read(_ row: Row) throws(DatabaseError) -> [String: Int] {
        let kept: JSONText? = try row.value("limits")
        return kept.flatMap { try? $0.decode() } ?? [:]
    }
}

/// Keys by which programs act for a member. The web role has no rights on their table, only on these functions.
public enum APIKeys {
    /// How many keys that have not ended a member may have.
    public static let most = 20

    /// Makes a key that expires after so many days, or never, and answers it with its id.
    public static func create(
        for member: UUID, name: String, scopes: [String], days: Int?, in database: Database
    ) throws(KeyError) -> (key: APIKeyToken, id: UUID) {
        try KeyError.wrapping {
            let key = APIKeyToken.random()
            let row: Row = try database.one(
                """
                select outcome, key_id
                from create_api_key(\(member), \(key.token.hash), \(name), \(scopes), \(days.map(Int32.init))::int)
                """)
            switch try row.value("outcome", as: String.self) {
            case "created": return (key, try row.value("key_id"))
            case "too_many_keys": throw KeyRefusal.tooMany
            case "admin_only": throw KeyRefusal.adminOnly
            default: throw KeyRefusal.accountGone
            }
        }
    }

    /// A member's keys that were not revoked, the newest first.
    public static func list(of member: UUID, in database: Database) throws(DatabaseError) -> [APIKeySummary] {
        try database.query("select * from list_api_keys(\(member))")
    }

    /// Ends a key, in every process at once.
    public static func revoke(_ key: UUID, of member: UUID, in database: Database) throws(KeyError) {
        try KeyError.wrapping {
            let found: Bool = try database.one("select revoke_api_key(\(member), \(key))")
            if !found { throw KeyRefusal.notFound }
        }
    }

    /// Whose key this is; nil when it is worth nothing. Its use is written down.
    public static func find(_ key: APIKeyToken, in database: Database) throws(DatabaseError) -> APIKey? {
        guard let row: Row = try database.first("select * from find_api_key(\(key.token.hash))") else { return nil }
        return try APIKey(row: row)
    }

    /// A member's keys for an admin.
    public static func list(of member: UUID, for admin: UUID, in database: Database) throws(DatabaseError)
        -> [APIKeySummary]
    {
        try database.query("select * from administered_keys(\(admin), \(member))")
    }

    /// Puts a key into another tier, in every process at once. `limits` are requests a minute by class, for the tier `own`.
    public static func setTier(
        _ tier: String, limits: [String: Int]?, of key: UUID, by admin: UUID, in database: Database
    ) throws(KeyError) {
        try KeyError.wrapping {
            let limits = try limits.map { try JSONText(encoding: $0) }
            let found: Bool = try database.one("select set_key_tier(\(admin), \(key), \(tier), \(limits))")
            if !found { throw KeyRefusal.unknown }
        }
    }

    /// Removes keys that ended a month ago, for maintenance; tells how many there were.
    public static func sweep(batch: Int = 1_000, in database: Database) throws(DatabaseError) -> Int {
        try database.one("select sweep_api_keys(\(batch)::int)")
    }
}

/// The keys that were used in the last seconds. What ends one takes effect in every process at once.
public final class APIKeyCache: Sendable {
    private let cache: CredentialCache<APIKey>
    private let database: Database

    /// A cache over a database. While `reception` is off each key is read.
    public init(
        database: Database, life: Duration = .seconds(5), capacity: Int = 10_000, reception: Reception = Reception()
    ) {
        self.database = database
        cache = CredentialCache(life: life, capacity: capacity, reception: reception)
    }

    /// Whose key this is at a time; nil when it is worth nothing.
    public func find(_ key: APIKeyToken, at now: Date) throws(DatabaseError) -> APIKey? {
        try cache.find(key.token, at: now) { () throws(DatabaseError) in try APIKeys.find(key, in: database) }
    }

    /// Forgets the keys that an announcement on the topic `sessions` names: `key:<hash>` or `user:<id>`.
    public func forget(_ announcement: String) { cache.forget(announcement) }

    /// Forgets the keys that the payload of a notification on the channel `dailies` names.
    public func forget(payload: String) { cache.forget(payload: payload) }

    /// Forgets everything, as after a loss of the listening connection.
    public func forgetAll() { cache.forgetAll() }
}
