public import FoundationEssentials
public import Postgres
public import Refusals
public import Text

/// Why adding an address to a member's sign-in methods failed.
public typealias EmailIdentityError = DomainError<EmailIdentityRefusal>

/// Why an address is not added to a member's sign-in methods.
public enum EmailIdentityRefusal: String, Refusal, CaseIterable {
    /// The address is one of the member's sign-in methods already.
    case alreadyAdded = "email_already_added"
    /// The address is a sign-in method of another member.
    case taken = "identity_taken"
    /// Another member requested the link.
    case otherMember = "link_other_member"
    /// The link has been used.
    case used = "link_used"
    /// The link is too old.
    case expired = "link_expired"
    /// There is no such link.
    case unknown = "link_unknown"

    /// Identifies the refusal for programs.
    public var code: String { rawValue }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .alreadyAdded: "You can already sign in with this address."
        case .taken: "This address already belongs to another account. Choose another one."
        case .otherMember: "This link was requested from another account. Sign in to that account and open it again."
        case .used: "This link has already been used. Request a new one in your settings."
        case .expired: "This link has expired. Request a new one in your settings."
        case .unknown: "This link does not exist. Check that you copied all of it."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .alreadyAdded, .taken, .used, .expired: .conflict
        case .otherMember: .forbidden
        case .unknown: .notFound
        }
    }
}

/// Links by mail that add an address to a member's sign-in methods. They sign no one in.
public enum EmailIdentityLinks {
    /// Requests a link by mail, which a job makes and sends. False when the address has received its mails of this hour.
    public static func request(
        for address: EmailAddress, of member: UUID, in database: Database
    ) throws(EmailIdentityError) -> Bool {
        try EmailIdentityError.wrapping {
            let outcome: String = try database.one("select request_email_identity(\(member), \(address.text))")
            if outcome == "already" { throw EmailIdentityRefusal.alreadyAdded }
            return outcome == "queued"
        }
    }

    /// Makes a link. Only the operator's and the jobs' roles may.
    public static func create(
        for address: EmailAddress, of member: UUID, goodFor duration: Duration, on connection: Connection
    ) throws(DatabaseError) -> OpaqueToken {
        let token = OpaqueToken.random()
        try connection.execute(
            """
            insert into email_identity_links (token_hash, user_id, address, created_at, expires_at)
            values (
                \(token.hash), \(member), lower(\(address.text)), dailies_now(), dailies_now() + \(duration)
            )
            """)
        return token
    }

    /// The address of the page with the button that uses the link.
    public static func address(of token: OpaqueToken, siteURL: String) -> String {
        // The part after # is in no log and in no Referer.
        "\(siteURL)/settings/email#token=\(token.text)"
    }

    /// Uses a link up, which adds its address to the sign-in methods of the member who requested it.
    public static func use(_ token: String, by member: UUID, in database: Database) throws(EmailIdentityError) {
        guard let token = OpaqueToken(token) else { throw .refused(.unknown) }
        try EmailIdentityError.wrapping {
            let outcome: String = try database.one("select add_email_identity(\(member), \(token.hash))")
            switch outcome {
            case "linked", "already": return
            case "taken": throw EmailIdentityRefusal.taken
            case "other_member": throw EmailIdentityRefusal.otherMember
            case "used": throw EmailIdentityRefusal.used
            case "expired": throw EmailIdentityRefusal.expired
            default: throw EmailIdentityRefusal.unknown
            }
        }
    }

    /// Deletes links that expired a week ago, for maintenance; answers how many.
    public static func sweep(batch: Int = 1_000, in database: Database) throws(DatabaseError) -> Int {
        try database.one("select sweep_email_identity_links(\(batch)::int)")
    }
}
