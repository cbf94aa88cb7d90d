public import FoundationEssentials
public import Postgres
public import Refusals
public import Text

/// Links that sign a person in once.
public enum SignInLinks {
    /// The state of a link.
    public enum State: String, Sendable, SQLValue, RowDecodable {
        /// It can be used.
        case good
        /// It has been used.
        case used
        /// It is too old.
        case expired
        /// There is no such link.
        case unknown
    }

    /// Makes a link for a member. Only the operator's and the jobs' roles may.
    public static func create(
        for member: UUID, goodFor duration: Duration = .seconds(3_600), on connection: Connection
    ) throws(DatabaseError) -> OpaqueToken {
        let token = OpaqueToken.random()
        try connection.execute(
            """
            insert into sign_in_links (token_hash, user_id, created_at, expires_at)
            values (\(token.hash), \(member), dailies_now(), dailies_now() + \(duration))
            """)
        return token
    }

    /// Makes a link for the person who reads the mail to an address. The account is found, or made, when it is used. Only the
    /// operator's and the jobs' roles may.
    public static func create(
        for address: EmailAddress, goodFor duration: Duration, on connection: Connection
    ) throws(DatabaseError) -> OpaqueToken {
        let token = OpaqueToken.random()
        try connection.execute(
            """
            insert into sign_in_links (token_hash, address, created_at, expires_at)
            values (\(token.hash), \(address.text), dailies_now(), dailies_now() + \(duration))
            """)
        return token
    }

    /// Requests a link by mail, which a job makes and sends; `next` is the page to go to after signing in. False when the
    /// address has received its mails of this hour. Nothing depends on whether the address has an account.
    @discardableResult
    public static func request(
        for address: EmailAddress, next: String?, in database: Database
    ) throws(DatabaseError) -> Bool {
        try database.one("select request_sign_in_link(\(address.text), \(next))")
    }

    /// Deletes old requests for links; answers how many.
    public static func sweepRequests(in database: Database) throws(DatabaseError) -> Int {
        try database.one("select sweep_sign_in_requests()")
    }

    /// The address of the page with the button that uses the link. It then opens `next`, a path of this site.
    public static func address(of token: OpaqueToken, siteURL: String, next: String? = nil) -> String {
        let query = next.map { "?next=" + Text.percentEncode($0) } ?? ""
        // The part after # is in no log and in no Referer.
        return "\(siteURL)/sign-in\(query)#token=\(token.text)"
    }

    /// The state of a link, which does not change by this.
    public static func state(_ token: String, in database: Database) throws(DatabaseError) -> State {
        guard let token = OpaqueToken(token) else { return .unknown }
        return try database.one("select sign_in_link_state(\(token.hash))")
    }

    /// Uses a link up and answers the token of the new session and its member. The new session replaces the one that the
    /// browser has, and the votes of its device in the open round become the member's.
    public static func signIn(
        _ token: String, replacing session: OpaqueToken?, deviceKey: String, userAgent: String, sessionDays: Int,
        in database: Database
    ) throws(SignInLinkError) -> (session: OpaqueToken, member: UUID) {
        guard let link = OpaqueToken(token) else { throw .refused(.unknown) }
        return try SignInLinkError.wrapping {
            let new = OpaqueToken.random()
            let row: Row = try database.one(
                """
                select outcome, member
                from sign_in_by_link(
                    \(link.hash), \(new.hash), \(session?.hash), \(deviceKey), \(userAgent), \(sessionDays)::int
                )
                """)
            if let member = try row.value("member", as: UUID?.self) { return (new, member) }
            throw refusal(try row.value("outcome"))
        }
    }

    private static func refusal(_ outcome: String) -> SignInLinkRefusal {
        switch outcome {
        case "used": .used
        case "expired": .expired
        default: .unknown
        }
    }
}
