public import Configuration
public import FoundationEssentials
public import Identity
public import Postgres
public import Refusals
internal import Text

/// Signing in by providers that vouch for people.
public struct SignInService: Sendable {
    /// A provider that is set up, and the client that speaks to it.
    public struct Provider: Sendable {
        enum Client: Sendable {
            case openID(OpenIDClient)
            case gitHub(GitHubClient)
        }

        /// The name in addresses.
        public let name: String
        /// The name on the button.
        public let label: String
        /// What its identities are kept under.
        public let key: String
        let client: Client

        init(_ provider: SignInProvider) {
            name = provider.name
            label = provider.label
            key = provider.key
            switch provider.kind {
            case .openID(let issuer, let scopes):
                client = .openID(
                    OpenIDClient(
                        issuer: issuer, scopes: scopes, clientID: provider.clientID,
                        clientSecret: provider.clientSecret))
            case .gitHub(let base, let api):
                client = .gitHub(
                    GitHubClient(
                        baseURL: base, apiURL: api, clientID: provider.clientID, clientSecret: provider.clientSecret))
            }
        }
    }

    /// A start: where to send the browser, and what its cookie must hold.
    public struct Start: Sendable {
        /// The provider's page.
        public let url: String
        /// The value of the cookie that ties the sign-in to this browser.
        public let browser: OpaqueToken
    }

    /// What the provider sent the browser back with.
    public struct Callback: Sendable {
        /// The values of the query.
        public var state, code, error, issuer: String?

        /// A callback.
        public init(state: String?, code: String?, error: String?, issuer: String?) {
            self.state = state
            self.code = code
            self.error = error
            self.issuer = issuer
        }
    }

    /// The end of a sign-in.
    public enum Outcome: Sendable {
        /// This is the token of the new session, and the page to go to.
        case signedIn(OpaqueToken, returnPath: String)
        /// The member has a further sign-in method. This is the page to go to.
        case linked(returnPath: String)
    }

    /// How long a browser has for a sign-in, in seconds.
    public static let flowLife = 600

    /// The providers in the order of their buttons.
    public let providers: [Provider]
    /// Messages of an identity provider.
    public let webhook: IdentityWebhook
    private let database: Database
    private let siteURL: String
    private let adminEmails: Set<String>
    private let sessionDays: Int
    private let sendsMail: Bool

    /// Composes the parts by the settings. `sendsMail` says whether links can be sent by e-mail, which makes an
    /// address a sign-in method.
    public init(settings: Settings, database: Database, sendsMail: Bool = false) {
        let configured = settings.signIn.providers
        providers = configured.map(Provider.init)
        // Messages speak of the people who sign in by the provider of one's own choice, if there is one.
        let speaker = configured.first { $0.name == "oidc" }?.key ?? "identity"
        webhook = IdentityWebhook(key: settings.signIn.webhookKey, provider: speaker, database: database)
        self.database = database
        siteURL = settings.site.url
        adminEmails = Set(settings.signIn.adminEmails.map { $0.lowercased() })
        sessionDays = settings.identity.sessionDays
        self.sendsMail = sendsMail
    }

    /// The provider of that name.
    public func provider(_ name: String) -> Provider? { providers.first { $0.name == name } }

    /// Begins a sign-in, or the linking of a further sign-in method to a member. `browser` is the cookie that the browser has
    /// already, from another tab for example.
    public func start(
        _ provider: Provider, next: String?, linking member: UUID? = nil, browser: OpaqueToken?
    ) throws(SignInError) -> Start {
        let state = OpaqueToken.random()
        let browser = browser ?? .random()
        let flow = SignInFlow(
            verifier: ProofKey.verifier(), nonce: OpaqueToken.random().text, returnPath: ReturnPath.checked(next),
            linkedMember: member)
        let callback = callbackURL(provider)
        let url: String
        do {
            url =
                switch provider.client {
                case .openID(let client):
                    try client.authorizationURL(
                        state: state.text, nonce: flow.nonce, verifier: flow.verifier, callback: callback)
                case .gitHub(let client):
                    client.authorizationURL(state: state.text, verifier: flow.verifier, callback: callback)
                }
        } catch {
            throw .refused(SignInRefusal(error, returnPath: next))
        }
        // Only now, so that a provider that is down leaves nothing behind.
        do {
            try flow.begin(state: state, browser: browser, provider: provider.key, in: database)
        } catch {
            throw .failed(error)
        }
        return Start(url: url, browser: browser)
    }

    /// Ends a sign-in with what the provider sent.
    public func finish(
        _ provider: Provider, _ callback: Callback, browser: OpaqueToken?, visit: SignInVisit
    ) throws(SignInError) -> Outcome {
        try SignInError.wrapping { try outcome(provider, callback, browser, visit) }
    }

    private func outcome(
        _ provider: Provider, _ callback: Callback, _ browser: OpaqueToken?, _ visit: SignInVisit
    ) throws -> Outcome {
        guard let browser, let state = callback.state.flatMap(OpaqueToken.init),
            let flow = try SignInFlow.take(state: state, browser: browser, provider: provider.key, in: database)
        else { throw SignInRefusal(.noFlow, detail: "no such sign-in in this browser") }
        let path = flow.returnPath
        if let member = flow.linkedMember, member != visit.member {
            throw SignInRefusal(.otherSession, detail: "the session has changed", returnPath: path)
        }
        if let error = callback.error {
            let reason = error == "access_denied" ? SignInRefusal.Reason.denied : .refused
            throw SignInRefusal(reason, detail: "the provider answered \(error.prefix(64))", returnPath: path)
        }
        let account: ProviderAccount
        do {
            account = try self.account(provider, callback, flow, visit.now)
        } catch {
            throw SignInRefusal(error, returnPath: path)
        }
        if let member = flow.linkedMember { return try link(account, provider, to: member, path) }
        let isAdminAddress = account.emailIsVerified && adminEmails.contains(account.email?.lowercased() ?? "")
        let token = try Identities.signIn(
            account, provider: provider.key, isAdminAddress: isAdminAddress, visit: visit, sessionDays: sessionDays,
            in: database)
        guard let token else { throw SignInRefusal(.blocked, detail: "the identity is blocked", returnPath: path) }
        return .signedIn(token, returnPath: path)
    }

    /// The sign-in methods of a member, the oldest first.
    public func identities(of member: UUID) throws(DatabaseError) -> [LinkedIdentity] {
        try Identities.list(of: member, in: database)
    }

    /// Removes a sign-in method of a member, but never the last one.
    public func remove(_ id: UUID, of member: UUID) throws(IdentityError) {
        try Identities.remove(id, of: member, usable: providers.map(\.key), sendsMail: sendsMail, in: database)
    }

    private func account(
        _ provider: Provider, _ callback: Callback, _ flow: SignInFlow, _ now: Date
    ) throws(ProviderFault) -> ProviderAccount {
        guard let code = callback.code, (1...4_096).contains(code.utf8.count) else {
            throw .refused("the callback has no code")
        }
        switch provider.client {
        case .gitHub(let client):
            return try client.account(code: code, verifier: flow.verifier, callback: callbackURL(provider))
        case .openID(let client):
            guard client.accepts(issuer: callback.issuer) else {
                throw .untrusted("the callback is of another issuer")
            }
            return try client.account(
                code: code, nonce: flow.nonce, verifier: flow.verifier, callback: callbackURL(provider), now: now)
        }
    }

    private func link(
        _ account: ProviderAccount, _ provider: Provider, to member: UUID, _ path: String
    ) throws -> Outcome {
        switch try Identities.link(account, provider: provider.key, to: member, in: database) {
        case .linked, .already: return .linked(returnPath: path)
        case .taken: throw SignInRefusal(.taken, detail: "the identity is another member's", returnPath: path)
        }
    }

    private func callbackURL(_ provider: Provider) -> String { "\(siteURL)/api/auth/\(provider.name)/callback" }
}
