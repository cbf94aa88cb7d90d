import Configuration
import SignIn
import Testing

@Suite("Settings of sign-in by providers")
struct SignInSettingsTests {
    private func load(_ environment: [String: String]) throws(SettingsError) -> Settings {
        try Settings.load([SignInSettings.self], from: environment)
    }

    private func faults(_ changes: [String: String]) -> [String] {
        do {
            _ = try load(changes)
            return []
        } catch {
            return error.faults.map(\.name)
        }
    }

    @Test("AUTH-01 without settings there is no provider")
    func none() throws {
        let settings = try load([:])
        #expect(settings.signIn.providers.isEmpty && settings.signIn.webhookKey == nil)
    }

    @Test("AUTH-01 each provider by its settings, older names included")
    func all() throws {
        let settings = try load([
            "GOOGLE_ID": "g", "GOOGLE_SECRET": "gs", "GITHUB_ID": "h", "GITHUB_SECRET": "hs",
            "GITHUB_BASE_URL": "https://git.example/", "OIDC_ISSUER": "https://id.example/app/", "OIDC_CLIENT_ID": "o",
            "OIDC_CLIENT_SECRET": "os", "OIDC_NAME": "Studio", "OIDC_SCOPES": "openid email",
        ])
        let providers = settings.signIn.providers
        #expect(providers.map(\.name) == ["google", "github", "oidc"])
        #expect(providers.map(\.label) == ["Google", "GitHub", "Studio"])
        #expect(providers.map(\.clientSecret) == ["gs", "hs", "os"])
        #expect(
            providers.map(\.kind) == [
                .openID(issuer: "https://accounts.google.com", scopes: "openid email profile"),
                .gitHub(baseURL: "https://git.example", apiURL: "https://api.github.com"),
                .openID(issuer: "https://id.example/app/", scopes: "openid email"),
            ])
        #expect(settings.shown["GOOGLE_CLIENT_SECRET"] == "set" && settings.shown["GOOGLE_CLIENT_ID"] == "g")
    }

    @Test(
        "AUTH-01 what is missing or not safe is named at the start",
        arguments: [
            (["GOOGLE_CLIENT_ID": "x"], ["GOOGLE_CLIENT_SECRET"]),
            (["GOOGLE_CLIENT_SECRET": "x"], ["GOOGLE_CLIENT_ID"]),
            (["GITHUB_CLIENT_ID": "x"], ["GITHUB_CLIENT_SECRET"]),
            (["OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "y"], ["OIDC_ISSUER"]),
            (["OIDC_ISSUER": "https://id.example"], ["OIDC_CLIENT_ID"]),
            (["OIDC_ISSUER": "http://id.example", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "y"], ["OIDC_ISSUER"]),
            (["OIDC_SCOPES": "email"], ["OIDC_SCOPES"]),
            (["GOOGLE_ISSUER": "http://accounts.google.com"], ["GOOGLE_ISSUER"]),
            (["GITHUB_API_URL": "api.github.com"], ["GITHUB_API_URL"]),
            (["IDENTITY_WEBHOOK_SECRET": "plain"], ["IDENTITY_WEBHOOK_SECRET"]),
            (["IDENTITY_WEBHOOK_SECRET": "whsec_c2hvcnQ="], ["IDENTITY_WEBHOOK_SECRET"]),
            (["GOOGLE_ISSUER": "http://127.0.0.1:9000", "GITHUB_BASE_URL": "http://localhost:1"], []),
        ] as [([String: String], [String])])
    func mistakes(changes: [String: String], names: [String]) {
        #expect(faults(changes) == names)
    }
}
