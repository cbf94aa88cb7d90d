public import Crypto
public import FoundationEssentials
internal import Text

/// The addresses at which providers report. Each holds a token for one run at one provider, so that no one else can use it.
public struct WebhookAddress: Sendable {
    private let siteURL: String
    private let key: SecretKey

    /// Addresses of a site.
    public init(siteURL: String, secret: SecretKey) {
        self.siteURL = siteURL
        key = secret.derived("provider webhook")
    }

    /// The address for a run.
    func url(_ provider: String, _ id: UUID, _ run: Int) -> String {
        "\(siteURL)/api/webhooks/\(provider)?job=\(token(provider, id, run))"
    }

    /// The token of a run.
    func token(_ provider: String, _ id: UUID, _ run: Int) -> String {
        "\(id.text).\(run)." + Text.base64url(Array(HMAC256.sign("\(provider) \(id.text) \(run)", key: key).prefix(18)))
    }

    /// The run of a token; nil when it is not one of this site for that provider.
    public func run(of token: String, provider: String) -> (id: UUID, run: Int)? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let id = UUID(uuidString: String(parts[0])), let run = Int(parts[1]),
            constantTimeEqual(Array(token.utf8), Array(self.token(provider, id, run).utf8))
        else { return nil }
        return (id, run)
    }
}
