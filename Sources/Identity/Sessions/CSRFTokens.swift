internal import Crypto
public import FoundationEssentials
internal import Text

/// Tokens that prove that a request comes from a page which this site gave to this very session or voter.
///
/// A token is the second at which it ends and an HMAC over that and what it is bound to; nothing is stored.
public struct CSRFTokens: Sendable {
    /// How long a token is good.
    public static let life: Duration = .seconds(3_600)

    /// What a token is bound to.
    public enum Binding: Sendable, Equatable {
        /// A session, by its id.
        case session(String)
        /// A voter cookie.
        case voter(String)

        var text: String {
            switch self {
            case .session(let id): "session \(id)"
            case .voter(let cookie): "voter \(cookie)"
            }
        }
    }

    private let key: SecretKey

    /// Tokens under the site's secret key.
    public init(secretKey: [UInt8]) {
        key = SecretKey(secretKey).derived("csrf")
    }

    /// A token that is good for an hour.
    public func issue(_ binding: Binding, at now: Date) -> (token: String, expiresAt: Date) {
        let end = Int64(now.timeIntervalSince1970) + Self.life.components.seconds
        let token = Text.base64url(bytes(end) + signature(binding, end))
        return (token, Date(timeIntervalSince1970: Double(end)))
    }

    /// Whether a token is bound to just this and its time is not over.
    public func isValid(_ token: String, for binding: Binding, at now: Date) -> Bool {
        guard token.utf8.count == 54, let bytes = Text.bytes(base64url: token), bytes.count == 40 else { return false }
        let end = bytes.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return constantTimeEqual(Array(bytes.dropFirst(8)), signature(binding, end))
            && Date(timeIntervalSince1970: Double(end)) > now
    }

    private func signature(_ binding: Binding, _ end: Int64) -> [UInt8] {
        HMAC256.sign("\(end) \(binding.text)", key: key)
    }

    private func bytes(_ end: Int64) -> [UInt8] {
        (0..<8).reversed().map { UInt8(truncatingIfNeeded: end >> (Int64($0) * 8)) }
    }
}
