internal import Crypto
public import FoundationEssentials
public import Postgres
public import Push
public import Refusals
internal import Text

/// A browser to which a member has notifications pushed.
public struct PushSubscription: Sendable, RowDecodable {
    /// Its number.
    public let id: Int64
    /// The address at its push service, by which the browser knows it.
    public let endpoint: String
    /// What the browser calls itself.
    public let userAgent: String
    /// When it was subscribed.
    public let createdAt: Date

    /// Reads a row of `list_push_subscriptions`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        endpoint = try row.value("endpoint")
        userAgent = try row.value("user_agent")
        createdAt = try row.value("created_at")
    }
}

/// Why a browser is not subscribed.
public enum PushRefusal: String, Refusal, CaseIterable {
    /// The address is not one of a push service that this site may call.
    case unknownService = "push_service_unknown"
    /// The key is no key.
    case invalidKey = "push_key_invalid"
    /// The secret does not have 16 bytes.
    case invalidSecret = "push_secret_invalid"
    /// Another member has it, with other keys.
    case taken = "push_subscription_taken"

    /// Identifies the refusal for programs.
    public var code: String { rawValue }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .unknownService: "This site cannot send to the push service of this browser."
        case .invalidKey: "“keys.p256dh” must be a public key of the curve P-256 in base64url."
        case .invalidSecret: "“keys.auth” must be 16 bytes in base64url."
        case .taken: "This browser is subscribed by another account."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .unknownService: .invalid(field: "endpoint")
        case .invalidKey: .invalid(field: "keys.p256dh")
        case .invalidSecret: .invalid(field: "keys.auth")
        case .taken: .conflict
        }
    }
}

/// The browsers to which members have notifications pushed.
public struct PushSubscriptions: Sendable {
    private let database: Database
    private let services: PushServices
    /// The site's public key, which browsers need to subscribe.
    public let publicKey: String

    /// The subscriptions of a database.
    public init(database: Database, services: PushServices, publicKey: String) {
        self.database = database
        self.services = services
        self.publicKey = publicKey
    }

    /// Subscribes a browser for a member. It ends with the session, whose id is given.
    public func add(
        endpoint: String, p256dh: String, auth: String, userAgent: String, session: String, for member: UUID
    ) throws {
        guard services.origin(of: endpoint) != nil else { throw PushRefusal.unknownService }
        guard let point = Text.bytes(base64url: Self.unpadded(p256dh)), P256PublicKey(point) != nil else {
            throw PushRefusal.invalidKey
        }
        guard let secret = Text.bytes(base64url: Self.unpadded(auth)), secret.count == 16 else {
            throw PushRefusal.invalidSecret
        }
        let outcome: String = try database.one(
            """
            select subscribe_push(
                \(member), \(Text.bytes(hex: session) ?? []), \(endpoint), \(point), \(secret), \(userAgent)
            )
            """)
        if outcome == "taken" { throw PushRefusal.taken }
    }

    /// Ends a subscription of a member, by its address or its number; whether there was one.
    @discardableResult
    public func remove(endpoint: String?, id: Int?, of member: UUID) throws -> Bool {
        try database.one("select unsubscribe_push(\(member), \(endpoint), \(id.map(Int64.init)))")
    }

    /// A member's browsers, the latest first.
    public func list(of member: UUID) throws -> [PushSubscription] {
        try database.query("select * from list_push_subscriptions(\(member))")
    }

    /// Some browsers' libraries write padding.
    private static func unpadded(_ text: String) -> Substring {
        text[..<(text.firstIndex(of: "=") ?? text.endIndex)]
    }
}
