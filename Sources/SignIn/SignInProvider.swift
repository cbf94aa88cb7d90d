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
