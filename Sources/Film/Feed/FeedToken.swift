internal import Crypto
public import FoundationEssentials
internal import Text

/// Shows with a vote that its voter was given a feed a short while ago.
public struct FeedTokens: Sendable {
    /// What a token says.
    public enum Finding: Sendable, Equatable {
        /// The voter was given a feed in the last five minutes.
        case fresh
        /// The voter was given a feed, but longer ago.
        case stale
        /// There is none, or it is not this voter's.
        case missing
    }

    private static let life: Double = 300
    private let key: SecretKey

    /// Tokens under the site's secret key.
    public init(secretKey: [UInt8]) {
        key = SecretKey(secretKey).derived("feed token")
    }

    /// A token for a voter.
    public func issue(to voter: String, at now: Date) -> String {
        let expiry = String(Int(now.timeIntervalSince1970 + Self.life), radix: 36)
        return expiry + "." + signature(expiry, voter)
    }

    /// What a token says of a voter.
    public func inspect(_ token: String?, of voter: String, at now: Date) -> Finding {
        guard let token, let dot = token.utf8.firstIndex(of: UInt8(ascii: ".")),
            let expiry = Int(token[..<dot], radix: 36)
        else { return .missing }
        let shown = token.utf8[token.utf8.index(after: dot)...]
        guard constantTimeEqual(Array(shown), Array(signature(String(token[..<dot]), voter).utf8)) else {
            return .missing
        }
        return Double(expiry) > now.timeIntervalSince1970 ? .fresh : .stale
    }

    private func signature(_ expiry: String, _ voter: String) -> String {
        Text.base64url(HMAC256.sign("\(expiry) \(voter)", key: key).prefix(16))
    }
}
