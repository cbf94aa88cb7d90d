internal import FoundationEssentials
internal import Identity
internal import Postgres

/// A sign-in on its way: the browser is at the provider, and this site keeps what it must compare later.
struct SignInFlow: Sendable, RowDecodable {
    let verifier: String
    let nonce: String
    let returnPath: String
    /// The member who wants a further way in; nil for a sign-in.
    let linkedMember: UUID?

    init(verifier: String, nonce: String, returnPath: String, linkedMember: UUID?) {
        self.verifier = verifier
        self.nonce = nonce
        self.returnPath = returnPath
        self.linkedMember = linkedMember
    }

    init(row: Row) throws(DatabaseError) {
        verifier = try row.value("verifier")
        nonce = try row.value("nonce")
        returnPath = try row.value("return_path")
        linkedMember = try row.value("link_user_id")
    }

    /// Remembers the flow under its state and the browser that began it.
    func begin(
        state: OpaqueToken, browser: OpaqueToken, provider: String, in database: Database
    ) throws(DatabaseError) {
        try database.execute(
            """
            select begin_sign_in_flow(
                \(state.hash), \(browser.hash), \(provider), \(verifier), \(nonce), \(returnPath), \(linkedMember)
            )
            """)
    }

    /// Uses the flow up; nil when there is none like it for this browser, or none any more.
    static func take(
        state: OpaqueToken, browser: OpaqueToken, provider: String, in database: Database
    ) throws(DatabaseError) -> SignInFlow? {
        try database.first(
            """
            select verifier, nonce, return_path, link_user_id
            from consume_sign_in_flow(\(state.hash), \(browser.hash), \(provider))
            """)
    }
}
