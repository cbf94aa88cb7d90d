internal import FoundationEssentials
internal import HTTPClient
internal import Text

/// Asks hCaptcha whether an answer of its widget is good.
public final class HCaptcha: Sendable {
    /// The secret of the test keys that hCaptcha publishes, for which it names no real host.
    private static let testSecret = "0x0000000000000000000000000000000000000000"
    private static let testHost = "dummy-key-pass"

    private let account: CaptchaAccount
    private let host: String
    private let client = HTTPClient()

    /// A verifier for the site at `siteURL`.
    public init(_ account: CaptchaAccount, siteURL: String) {
        self.account = account
        host = URLComponents(string: siteURL)?.host?.lowercased() ?? ""
    }

    /// Throws unless an answer is good. Each answer can be verified once.
    public func verify(_ token: String) throws(CaptchaRefusal) {
        let form = [("secret", account.secret), ("response", token), ("sitekey", account.siteKey)]
            .map { "\($0)=\(Text.percentEncode($1))" }.joined(separator: "&")
        let response: IncomingResponse
        do {
            response = try client.send(
                OutgoingRequest(
                    method: "POST", url: account.verifyURL,
                    headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")],
                    body: Array(form.utf8), timeout: .seconds(4), connectTimeout: .seconds(2),
                    responseLimit: 64 << 10))
        } catch {
            throw .unavailable(reason: "\(error)")
        }
        guard response.status == 200 else { throw .unavailable(reason: "status \(response.status)") }
        guard let verdict = try? JSONDecoder().decode(Verdict.self, from: Data(response.body)) else {
            throw .unavailable(reason: "the answer cannot be read")
        }
        try judge(verdict)
    }

    func judge(_ verdict: Verdict) throws(CaptchaRefusal) {
        let codes = verdict.errorCodes ?? []
        guard verdict.success else {
            // What is wrong with this site's own part is no fault of the visitor.
            let ours = codes.filter {
                $0.hasSuffix("-secret") || $0.hasSuffix("-remoteip") || $0 == "sitekey-secret-mismatch"
                    || $0 == "bad-request"
            }
            guard ours.isEmpty else { throw .unavailable(reason: "hCaptcha says \(ours.joined(separator: ", "))") }
            if codes.contains("expired-input-response") { throw .expired }
            let isUsed = codes.contains { $0 == "already-seen-response" || $0 == "invalid-or-already-seen-response" }
            throw isUsed ? .used : .invalid
        }
        let expected = account.secret == Self.testSecret ? [host, Self.testHost] : [host]
        guard let named = verdict.hostname?.lowercased(), expected.contains(named) else { throw .otherSite }
    }
}

struct Verdict: Decodable {
    let success: Bool
    let hostname: String?
    let errorCodes: [String]?

    enum CodingKeys: String, CodingKey {
        case success, hostname
        case errorCodes = "error-codes"
    }
}
