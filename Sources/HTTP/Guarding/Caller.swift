public import FoundationEssentials

/// Who sent a request.
public enum Caller: Sendable, Hashable {
    /// Somebody who is not signed in.
    case visitor
    /// A member.
    case member(Member)

    /// The member, if it is one.
    public var member: Member? {
        if case .member(let member) = self { member } else { nil }
    }

    /// The word in the log line.
    var kind: String {
        switch self {
        case .visitor: "visitor"
        case .member(let member): member.isAdmin ? "admin" : "member"
        }
    }
}

/// A signed-in member.
public struct Member: Sendable, Hashable {
    /// The user's id.
    public let id: UUID
    /// The name, nil until one was chosen.
    public let username: String?
    /// Whether the member administers the site.
    public let isAdmin: Bool
    /// Whether the member is banned.
    public let isBanned: Bool
    /// When the member last proved who they are.
    public let authenticatedAt: Date
    /// What names the session without giving it away; CSRF tokens are bound to it. `key:` and an id for a key.
    public let sessionID: String
    /// Whether the session has been in use without a long break since its sign-in.
    public let isInUse: Bool
    /// What the member's API key may do; nil when the request carries a session instead.
    public let keyScopes: Set<KeyScope>?
    /// How often that key may be used; nil when the request carries a session instead.
    public let keyPlan: KeyPlan?

    /// A member.
    public init(
        id: UUID, username: String?, isAdmin: Bool, isBanned: Bool, authenticatedAt: Date, sessionID: String,
        isInUse: Bool = true, keyScopes: Set<KeyScope>? = nil, keyPlan: KeyPlan? = nil
    ) {
        self.id = id
        self.username = username
        self.isAdmin = isAdmin
        self.isBanned = isBanned
        self.authenticatedAt = authenticatedAt
        self.sessionID = sessionID
        self.isInUse = isInUse
        self.keyScopes = keyScopes
        self.keyPlan = keyPlan
    }
}

/// How often an API key may be used.
public struct KeyPlan: Sendable, Hashable {
    /// Names the key.
    public let id: UUID
    /// The name of its tier.
    public let tier: String
    /// Requests a minute by the name of their class, in a tier of its own.
    public let limits: [String: Int]

    /// A plan.
    public init(id: UUID, tier: String, limits: [String: Int]) {
        self.id = id
        self.tier = tier
        self.limits = limits
    }
}

/// What an API key may do for its member.
public enum KeyScope: String, Sendable, CaseIterable {
    /// Read what the member may read.
    case read
    /// Change what the member may change.
    case write
    /// Do what admins may do, for as long as the member is one.
    case admin
}

/// Who may call a route.
public enum Access: String, Sendable, CaseIterable {
    /// Everybody.
    case any
    /// Members.
    case member
    /// The member whose thing it is; the handler finds out, and answers 404 to others.
    case owner
    /// Admins.
    case admin
    /// The scheduler, by the cron secret.
    case cron
    /// Anyone with a signed address; the handler checks the signature.
    case signed
    /// A provider; the handler checks its signature.
    case provider
    /// The web server itself.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case internal_ = "internal"

    /// Whether a person calls, or a program for one, so that cookies or a key let the caller in.
    var isPersonal: Bool {
        switch self {
        case .any, .member, .owner, .admin: true
        case .cron, .signed, .provider, .internal_: false
        }
    }

    /// What a key needs for a method unless the route says that no key will do. Changes that visitors may make, such
    /// as votes, are for people.
    func keyScope(for method: Method) -> KeyScope? {
        switch self {
        case .admin: .admin
        case .member, .owner: method.isMutation ? .write : .read
        case .any: method.isMutation ? nil : .read
        case .cron, .signed, .provider, .internal_: nil
        }
    }
}

/// Which limit a request counts against.
public enum LimitClass: String, Sendable, CaseIterable {
    /// Votes.
    case vote
    /// Uploads.
    case upload
    /// Comments.
    case comment
    /// Other changes.
    case api
    /// Reads.
    case read
    /// Signing in.
    case auth
    /// Messages to the operator.
    case contact
    /// What an admin should not do often.
    case adminSensitive = "admin_sensitive"
    /// Votes in the arena.
    case arenaVote = "arena_vote"

    /// Whether counting never waits. Reads are counted in the process and settled in the database later; the other limits
    /// are counted in the database.
    public var isCountedInMemory: Bool { self == .read }
}
