public import Configuration
internal import Crypto
internal import FoundationEssentials
public import HTTP
public import Identity
public import Text

extension Guard {
    /// The guard of this site: members by their session cookie, forms by their token, the scheduler by its secret.
    public static func site(
        _ identity: IdentityService, settings: Settings, clock: WallClock = .system,
        limit: @escaping @Sendable (Route, Request, Caller) throws -> LimitDecision? = { _, _, _ in nil },
        isEnabled: @escaping @Sendable (String, Caller) throws -> Bool = { _, _ in true }
    ) -> Guard {
        let cronSecret = settings.identity.cronSecret
        return Guard(
            siteOrigin: settings.site.url,
            recentSignIn: .seconds(settings.identity.recentSignInMinutes * 60),
            identify: { request in try identity.caller(of: request, clock) },
            identifyLater: { request, then in identity.caller(of: request, clock, then: then) },
            verifyCSRF: { request, caller in identity.isFormTokenValid(of: request, caller, clock) },
            limit: limit,
            isEnabled: isEnabled,
            hasAcceptedTerms: { member in try Terms(identity.database).isAccepted(by: member.id) },
            isScheduler: { request in
                guard let cronSecret, let token = request.bearerToken else { return false }
                return constantTimeEqual(Array(token.utf8), cronSecret)
            })
    }
}

extension IdentityService {
    /// Who sends a request. A bearer token replaces the cookie, so a request that needs no form token never acts for a
    /// session.
    func caller(of request: Request, _ clock: WallClock) throws -> Caller {
        if let token = request.bearerToken { return .member(try keyHolder(token, clock)) }
        return try session(of: request, clock).map(Self.caller) ?? .visitor
    }

    /// Who sends a request without a bearer token. Calls `then` on any thread.
    func caller(
        of request: Request, _ clock: WallClock, then: @escaping @Sendable (Guard.Identified) -> Void
    ) {
        guard let token = sessionToken(of: request) else {
            then(.success(.visitor))
            return
        }
        sessions.find(token, at: clock.now()) { found in
            then(found.map { $0.map(Self.caller) ?? .visitor }.mapError { $0 })
        }
    }

    private static func caller(_ session: Session) -> Caller {
        .member(
            Member(
                id: session.userID, username: session.username, isAdmin: session.isAdmin, isBanned: session.isBanned,
                authenticatedAt: session.authenticatedAt, sessionID: session.id, isInUse: session.isInUse))
    }

    private func sessionToken(of request: Request) -> OpaqueToken? {
        request.cookies[cookies.session].flatMap(OpaqueToken.init)
    }

    /// The member for whom an API key acts. Even an admin's key acts as an admin only with the scope `admin`.
    private func keyHolder(_ token: String, _ clock: WallClock) throws -> Member {
        let now = clock.now()
        guard let key = try APIKeyToken(token).flatMap({ try keys.find($0, at: now) }) else {
            throw Problem(
                status: 401, code: "key_invalid",
                message: "This API key is invalid, expired or revoked.", headers: ["WWW-Authenticate": "Bearer"])
        }
        let scopes = Set(key.scopes.compactMap(KeyScope.init))
        return Member(
            id: key.userID, username: key.username, isAdmin: key.isAdmin && scopes.contains(.admin), isBanned: false,
            authenticatedAt: now, sessionID: "key:" + key.keyID.uuidString.lowercased(), keyScopes: scopes,
            keyPlan: KeyPlan(id: key.keyID, tier: key.tier, limits: key.limits))
    }

    /// The session whose cookie a request carries.
    func session(of request: Request, _ clock: WallClock) throws -> Session? {
        try sessionToken(of: request).flatMap { try sessions.find($0, at: clock.now()) }
    }

    func isFormTokenValid(of request: Request, _ caller: Caller, _ clock: WallClock) -> Bool {
        guard let token = request.formToken, let binding = binding(of: request, caller) else {
            return false
        }
        return csrf.isValid(token, for: binding, at: clock.now())
    }

    /// What form tokens are bound to: the session, else the voter cookie.
    func binding(of request: Request, _ caller: Caller) -> CSRFTokens.Binding? {
        if let member = caller.member { return .session(member.sessionID) }
        return request.cookies[cookies.voter].flatMap(VoterCookie.init).map { .voter($0.text) }
    }
}
