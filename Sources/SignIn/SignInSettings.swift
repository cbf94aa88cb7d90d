package import Configuration
internal import FoundationEssentials
internal import Text

/// The providers by which people sign in.
package struct SignInSettings: SettingGroup {
    package static let title = "Sign-in"

    package let adminEmails = Setting(
        "ADMIN_EMAILS", default: "", .list(.text, "addresses, comma-separated"),
        "Addresses whose owners become admins when a sign-in provider confirms them. A sign-in link makes no admin.")

    package let googleClientID = Setting(
        optional: "GOOGLE_CLIENT_ID", .text, aliases: ["GOOGLE_ID"],
        "The OAuth client of sign-in with Google; required with GOOGLE_CLIENT_SECRET.")
    package let googleClientSecret = Setting(
        optional: "GOOGLE_CLIENT_SECRET", .text, secret: true, aliases: ["GOOGLE_SECRET"],
        "The secret of that client; required with GOOGLE_CLIENT_ID.")
    package let googleIssuer = Setting(
        "GOOGLE_ISSUER", default: SignInProvider.google, .secureURL(like: SignInProvider.google),
        "Where Google's OpenID configuration is looked up.")

    package let gitHubClientID = Setting(
        optional: "GITHUB_CLIENT_ID", .text, aliases: ["GITHUB_ID"],
        "The OAuth app of sign-in with GitHub; required with GITHUB_CLIENT_SECRET.")
    package let gitHubClientSecret = Setting(
        optional: "GITHUB_CLIENT_SECRET", .text, secret: true, aliases: ["GITHUB_SECRET"],
        "The secret of that app; required with GITHUB_CLIENT_ID.")
    package let gitHubBaseURL = Setting(
        "GITHUB_BASE_URL", default: SignInProvider.gitHub, .secureURL(like: SignInProvider.gitHub),
        "Where people sign in with GitHub; another address for GitHub Enterprise.")
    package let gitHubAPIURL = Setting(
        "GITHUB_API_URL", default: "https://api.github.com", .secureURL(like: "https://api.github.com"),
        "The address of GitHub's API.")

    package let issuer = Setting(
        optional: "OIDC_ISSUER", .secureURL(like: "https://accounts.example.org"),
        "The issuer of any other OpenID Connect provider, exactly as the provider writes it; required with "
            + "OIDC_CLIENT_ID.")
    package let clientID = Setting(
        optional: "OIDC_CLIENT_ID", .text, "The client at that provider; required with OIDC_ISSUER.")
    package let clientSecret = Setting(
        optional: "OIDC_CLIENT_SECRET", .text, secret: true, "The secret of that client; required with OIDC_CLIENT_ID.")
    package let label = Setting(
        "OIDC_NAME", default: "single sign-on", .text, "The provider's name on its button.")
    package let scopes = Setting(
        "OIDC_SCOPES", default: "openid email profile", .openIDScopes,
        "The scopes that are requested from that provider; `openid` must be among them.")

    package let webhookKey = Setting(
        optional: "IDENTITY_WEBHOOK_SECRET", .webhookKey, secret: true,
        "The key of `POST /api/identity/webhook`; without it the route refuses everyone.")

    package init() {}

    package func check(_ check: inout SettingCheck<Self>) {
        check.require(\.googleClientSecret, with: \.googleClientID)
        check.require(\.googleClientID, with: \.googleClientSecret)
        check.require(\.gitHubClientSecret, with: \.gitHubClientID)
        check.require(\.gitHubClientID, with: \.gitHubClientSecret)
        check.require(\.clientSecret, with: \.clientID)
        check.require(\.clientID, with: \.clientSecret)
        check.require(\.issuer, with: \.clientID)
        if !check.isGiven(\.clientSecret) { check.require(\.clientID, with: \.issuer) }
    }
}

extension Settings {
    /// The providers by which people sign in.
    package var signIn: SettingValues<SignInSettings> { self[SignInSettings.self] }
}

extension SettingValues<SignInSettings> {
    /// The providers in the order of their buttons.
    package var providers: [SignInProvider] {
        [
            provider(
                "google", "Google", self.googleClientID, self.googleClientSecret,
                .openID(issuer: self.googleIssuer, scopes: "openid email profile")),
            provider(
                "github", "GitHub", self.gitHubClientID, self.gitHubClientSecret,
                .gitHub(baseURL: withoutSlash(self.gitHubBaseURL), apiURL: withoutSlash(self.gitHubAPIURL))),
            self.issuer.flatMap { issuer in
                provider(
                    "oidc", self.label, self.clientID, self.clientSecret,
                    .openID(issuer: issuer, scopes: self.scopes))
            },
        ].compactMap(\.self)
    }

    private func provider(
        _ name: String, _ label: String, _ id: String?, _ secret: String?, _ kind: SignInProvider.Kind
    ) -> SignInProvider? {
        guard let id, let secret else { return nil }
        return SignInProvider(name: name, label: label, kind: kind, clientID: id, clientSecret: secret)
    }

    private func withoutSlash(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }
}

extension ValueFormat<String> {
    fileprivate static var openIDScopes: Self {
        ValueFormat("scopes, separated by blanks") { text throws(FormatFault) in
            guard text.split(separator: " ").contains("openid") else { throw FormatFault("must contain openid") }
            return text
        }
    }
}

extension ValueFormat<[UInt8]> {
    fileprivate static var webhookKey: Self {
        ValueFormat("whsec_ and base64") { text throws(FormatFault) in
            let encoded = text.hasPrefix("whsec_") ? String(text.dropFirst(6)) : ""
            guard let key = Data(base64Encoded: encoded), key.count >= 24 else {
                throw FormatFault("must be whsec_ and the base64 form of at least 24 bytes")
            }
            return Array(key)
        }
    }
}
