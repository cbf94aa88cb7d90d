internal import FoundationEssentials

/// A provider that vouches for people, as the configuration names it.
public struct SignInProvider: Sendable {
    /// How it is spoken to.
    public enum Kind: Sendable, Equatable {
        /// OpenID Connect; everything else is discovered at the issuer.
        case openID(issuer: String, scopes: String)
        /// GitHub's OAuth.
        case gitHub(baseURL: String, apiURL: String)
    }

    /// The name in addresses: `google`, `github` or `oidc`.
    public let name: String
    /// The name on the button.
    public let label: String
    /// How it is spoken to.
    public let kind: Kind
    /// What this site is called there.
    public let clientID: String
    /// What proves that it is this site.
    public let clientSecret: String

    /// What identities of this provider are kept under. An address other than the usual one is part of it: another
    /// server may give the same subject to somebody else.
    public var key: String {
        switch kind {
        case .openID(let issuer, _): issuer == Self.google ? "google" : issuer
        case .gitHub(let base, _): base == Self.gitHub ? "github" : base
        }
    }

    /// A provider.
    public init(name: String, label: String, kind: Kind, clientID: String, clientSecret: String) {
        self.name = name
        self.label = label
        self.kind = kind
        self.clientID = clientID
        self.clientSecret = clientSecret
    }

    static let google = "https://accounts.google.com"
    static let gitHub = "https://github.com"
}

extension SettingsReader {
    mutating func signInProviders() -> [SignInProvider] {
        [google(), gitHub(), openID()].compactMap(\.self)
    }

    mutating func identityWebhookKey() -> [UInt8]? {
        let name = "IDENTITY_WEBHOOK_SECRET"
        let text = text(name)
        if text.isEmpty { return nil }
        let encoded = text.hasPrefix("whsec_") ? String(text.dropFirst(6)) : ""
        guard let key = Data(base64Encoded: encoded), key.count >= 24 else {
            fault(name, "must be whsec_ and the base64 form of at least 24 bytes")
            return nil
        }
        return Array(key)
    }

    private mutating func google() -> SignInProvider? {
        let issuer = outwardURL("GOOGLE_ISSUER")
        return provider(
            "google", "Google", id: "GOOGLE_CLIENT_ID", secret: "GOOGLE_CLIENT_SECRET",
            .openID(issuer: issuer, scopes: "openid email profile"))
    }

    private mutating func gitHub() -> SignInProvider? {
        let kind = SignInProvider.Kind.gitHub(
            baseURL: withoutSlash(outwardURL("GITHUB_BASE_URL")), apiURL: withoutSlash(outwardURL("GITHUB_API_URL")))
        return provider("github", "GitHub", id: "GITHUB_CLIENT_ID", secret: "GITHUB_CLIENT_SECRET", kind)
    }

    private mutating func openID() -> SignInProvider? {
        let (issuer, scopes, label) = (outwardURL("OIDC_ISSUER"), text("OIDC_SCOPES"), text("OIDC_NAME"))
        if !scopes.split(separator: " ").contains("openid") { fault("OIDC_SCOPES", "must contain openid") }
        let provider = provider(
            "oidc", label, id: "OIDC_CLIENT_ID", secret: "OIDC_CLIENT_SECRET",
            .openID(issuer: issuer, scopes: scopes))
        if provider != nil, issuer.isEmpty { fault("OIDC_ISSUER", "is required beside OIDC_CLIENT_ID") }
        if provider == nil, !issuer.isEmpty { fault("OIDC_CLIENT_ID", "is required beside OIDC_ISSUER") }
        return provider
    }

    private mutating func provider(
        _ name: String, _ label: String, id idName: String, secret secretName: String, _ kind: SignInProvider.Kind
    ) -> SignInProvider? {
        let (id, secret) = (text(idName), text(secretName))
        switch (id.isEmpty, secret.isEmpty) {
        case (true, true): return nil
        case (false, true): fault(secretName, "is required beside \(idName)")
        case (true, false): fault(idName, "is required beside \(secretName)")
        case (false, false): break
        }
        return SignInProvider(name: name, label: label, kind: kind, clientID: id, clientSecret: secret)
    }

    /// Secrets travel there, so it is https, unless they do not leave this machine.
    private mutating func outwardURL(_ name: String) -> String {
        let text = text(name)
        if text.isEmpty { return text }
        guard let (scheme, host, _) = parts(text) else {
            fault(name, "must be like https://accounts.example.org, not \"\(text)\"")
            return text
        }
        if scheme == "http" && !isLoopback(host) {
            fault(name, "must be https; plain http is for loopback addresses only")
        }
        return text
    }

    private func withoutSlash(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }
}
