internal import FoundationEssentials
internal import HTTPClient
internal import Text

/// Speaks OpenID Connect with one provider: the authorization code flow with PKCE.
struct OpenIDClient: Sendable {
    /// What a provider says of itself (OpenID Connect Discovery).
    struct Discovery: Sendable, Decodable {
        let issuer: String
        let authorizationEndpoint: String
        let tokenEndpoint: String
        let keys: String
        let authentication: [String]?

        enum CodingKeys: String, CodingKey {
            case issuer
            case authorizationEndpoint = "authorization_endpoint"
            case tokenEndpoint = "token_endpoint"
            case keys = "jwks_uri"
            case authentication = "token_endpoint_auth_methods_supported"
        }
    }

    private struct Token: Decodable {
        let idToken: String?
        let accessToken: String?
        let error: String?

        enum CodingKeys: String, CodingKey {
            case error
            case idToken = "id_token"
            case accessToken = "access_token"
        }
    }

    private let issuer: String
    private let scopes: String
    private let clientID: String
    private let clientSecret: String
    private let http: ProviderHTTPClient
    private let discovery: CachedDocument<Discovery>
    private let keys: CachedDocument<WebKeySet>

    init(issuer: String, scopes: String, clientID: String, clientSecret: String, renewalPause: Duration = .seconds(60))
    {
        self.issuer = issuer
        self.scopes = scopes
        self.clientID = clientID
        self.clientSecret = clientSecret
        let http = ProviderHTTPClient()
        self.http = http
        let discovery = CachedDocument<Discovery>(pause: renewalPause) { () throws(ProviderFault) in
            try Self.discover(issuer, http)
        }
        self.discovery = discovery
        keys = CachedDocument(pause: renewalPause) { () throws(ProviderFault) in
            let (set, response): (WebKeySet, IncomingResponse) = try http.fetch(
                try discovery.value().keys, from: "the key set")
            return (set, life: response.life(within: 300...86_400, otherwise: 3_600))
        }
    }

    /// The page of the provider to send a person to.
    func authorizationURL(state: String, nonce: String, verifier: String, callback: String) throws(ProviderFault)
        -> String
    {
        try discovery.value().authorizationEndpoint.adding([
            ("response_type", "code"), ("client_id", clientID), ("redirect_uri", callback), ("scope", scopes),
            ("state", state), ("nonce", nonce), ("code_challenge", ProofKey.challenge(verifier)),
            ("code_challenge_method", "S256"),
        ])
    }

    /// Whether an answer that names its issuer (RFC 9207) is of this one.
    func accepts(issuer named: String?) -> Bool {
        named.map(issuers.contains) ?? true
    }

    /// Turns the code of a callback into an account.
    func account(code: String, nonce: String, verifier: String, callback: String, now: Date) throws(ProviderFault)
        -> ProviderAccount
    {
        let answer = try exchange(code, verifier, callback)
        guard let text = answer.idToken else { throw .untrusted("the token endpoint gave no id_token") }
        let token = try IDToken(text)
        guard try isSigned(token) else { throw .untrusted("no key of the provider has signed the id_token") }
        return try token.account(
            IDToken.Expectation(
                issuers: issuers, clientID: clientID, nonce: nonce, accessToken: answer.accessToken, now: now))
    }

    /// Google writes its own name in two ways.
    private var issuers: [String] {
        issuer == "https://accounts.google.com" ? [issuer, "accounts.google.com"] : [issuer]
    }

    private func isSigned(_ token: IDToken) throws(ProviderFault) -> Bool {
        let known = try keys.value()
        if token.isSigned(by: known) { return true }
        // A key that is there and does not fit will not fit better later.
        guard known.candidates(token.keyID).isEmpty, let renewed = try keys.renewed() else { return false }
        return token.isSigned(by: renewed)
    }

    private func exchange(_ code: String, _ verifier: String, _ callback: String) throws(ProviderFault) -> Token {
        let discovery = try discovery.value()
        var pairs = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback),
            ("code_verifier", verifier),
        ]
        var headers: [(name: String, value: String)] = []
        if discovery.authentication?.contains("client_secret_post") == true {
            pairs += [("client_id", clientID), ("client_secret", clientSecret)]
        } else {
            // What a provider takes that does not say.
            let pair = "\(Text.percentEncode(clientID)):\(Text.percentEncode(clientSecret))"
            headers.append((name: "Authorization", value: "Basic " + Data(pair.utf8).base64EncodedString()))
        }
        let place = "the token endpoint"
        let response = try http.send(http.form(discovery.tokenEndpoint, pairs, headers: headers), to: place)
        let token: Token = try http.decode(response, from: place)
        if response.status != 200 || token.error != nil {
            throw .refused("\(place) answered \(response.status) \(token.error?.prefix(64) ?? "")")
        }
        return token
    }

    private static func discover(_ issuer: String, _ http: ProviderHTTPClient) throws(ProviderFault)
        -> (Discovery, life: Duration)
    {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let (found, response): (Discovery, IncomingResponse) = try http.fetch(
            base + "/.well-known/openid-configuration", from: "the OpenID configuration")
        guard found.issuer == issuer else {
            throw .untrusted("the OpenID configuration is of the issuer \(found.issuer.prefix(200))")
        }
        // Only a provider on this machine may itself send people and secrets anywhere without https.
        let isSecure = [found.authorizationEndpoint, found.tokenEndpoint, found.keys].allSatisfy { url in
            url.hasPrefix("https://") || issuer.hasPrefix("http://") && url.hasPrefix("http://")
        }
        guard isSecure else { throw .untrusted("the OpenID configuration names addresses without https") }
        return (found, life: response.life(within: 300...86_400, otherwise: 3_600))
    }
}
