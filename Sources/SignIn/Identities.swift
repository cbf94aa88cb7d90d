public import FoundationEssentials
public import Identity
public import Postgres
internal import Refusals

/// A sign-in method of a member.
public struct LinkedIdentity: Sendable, Equatable, RowDecodable {
    /// The id.
    public let id: UUID
    /// What the provider is kept under; see `SignInProvider.key`.
    public let providerKey: String
    /// The address, as the provider reports it.
    public let email: String?
    /// Whether the provider vouches for it.
    public let emailIsVerified: Bool
    /// Since when the member has it.
    public let createdAt: Date
    /// When it was last used.
    public let lastUsedAt: Date?

    /// Reads a row of `list_identities`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        providerKey = try row.value("provider")
        email = try row.value("email")
        emailIsVerified = try row.value("email_verified")
        createdAt = try row.value("created_at")
        lastUsedAt = try row.value("last_used_at")
    }
}

/// The browser that comes back from a provider.
public struct SignInVisit: Sendable {
    /// The session that it has.
    public var session: OpaqueToken?
    /// Whose session that is.
    public var member: UUID?
    /// The key of its device as a voter.
    public var deviceKey: String
    /// What it calls itself.
    public var userAgent: String
    /// The time.
    public var now: Date

    /// A visit.
    public init(session: OpaqueToken?, member: UUID?, deviceKey: String, userAgent: String, now: Date) {
        self.session = session
        self.member = member
        self.deviceKey = deviceKey
        self.userAgent = userAgent
        self.now = now
    }
}

/// The sign-in methods of members. The web role has no rights on their table, only on the functions that these call.
public enum Identities {
    enum Linking: String, Sendable {
        case linked, already, taken
    }

    /// The new session's token; nil when the provider has blocked this identity.
    static func signIn(
        _ account: ProviderAccount, provider: String, isAdminAddress: Bool, visit: SignInVisit, sessionDays: Int,
        in database: Database
    ) throws(DatabaseError) -> OpaqueToken? {
        let token = OpaqueToken.random()
        let row: Row = try database.one(
            """
            select outcome
            from sign_in_by_identity(
                \(provider), \(account.subject), \(account.email), \(account.emailIsVerified), \(isAdminAddress),
                \(token.hash), \(visit.session?.hash), \(visit.deviceKey), \(visit.userAgent), \(sessionDays)::int
            )
            """)
        return try row.value("outcome", as: String.self) == "signed_in" ? token : nil
    }

    static func link(
        _ account: ProviderAccount, provider: String, to member: UUID, in database: Database
    ) throws(DatabaseError) -> Linking {
        let outcome: String = try database.one(
            """
            select link_identity(
                \(member), \(provider), \(account.subject), \(account.email), \(account.emailIsVerified)
            )
            """)
        return Linking(rawValue: outcome) ?? .taken
    }

    /// The sign-in methods of a member, the oldest first.
    public static func list(of member: UUID, in database: Database) throws(DatabaseError) -> [LinkedIdentity] {
        try database.query("select * from list_identities(\(member))")
    }

    static func remove(
        _ id: UUID, of member: UUID, usable providers: [String], sendsMail: Bool, in database: Database
    ) throws(IdentityError) {
        try IdentityError.wrapping {
            let outcome: String = try database.one(
                "select remove_identity(\(member), \(id), \(providers), \(sendsMail))")
            switch outcome {
            case "removed": return
            case "last": throw IdentityRefusal.last
            default: throw IdentityRefusal.notFound
            }
        }
    }
}
