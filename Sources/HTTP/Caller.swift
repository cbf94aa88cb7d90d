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
    /// What names the session without giving it away; CSRF tokens are bound to it.
    public let sessionID: String

    /// A member.
    public init(
        id: UUID, username: String?, isAdmin: Bool, isBanned: Bool, authenticatedAt: Date, sessionID: String
    ) {
        self.id = id
        self.username = username
        self.isAdmin = isAdmin
        self.isBanned = isBanned
        self.authenticatedAt = authenticatedAt
        self.sessionID = sessionID
    }
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
    /// Whoever holds a signed address; the handler checks it.
    case signed
    /// A provider; the handler checks its signature.
    case provider
    /// The web server itself.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case internal_ = "internal"

    /// Whether a browser's cookies could be what lets the caller in, so that another site could abuse them.
    var isByCookie: Bool {
        switch self {
        case .any, .member, .owner, .admin: true
        case .cron, .signed, .provider, .internal_: false
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
}
