public import Crypto
public import FoundationEssentials
internal import Text

/// By which push services know this site: its key, and the tokens that the key signs (VAPID, RFC 8292).
public struct PushIdentity: Sendable {
    /// How long a token is good. Push services take at most 24 hours.
    public static let tokenLife: TimeInterval = 12 * 3_600

    private let key: P256PrivateKey
    /// Where the operator is reached: a `mailto:` or https address.
    private let subject: String

    /// An identity.
    public init(key: P256PrivateKey, subject: String) {
        self.key = key
        self.subject = subject
    }

    /// The public key as browsers take it: a point in base64url.
    public var publicKey: String { Text.base64url(key.point) }

    /// The header `Authorization` of requests to a push service at a time; nil only when the machine has no memory.
    public func authorization(for origin: String, at now: Date) -> String? {
        let end = Int(now.timeIntervalSince1970 + Self.tokenLife)
        let claims = #"{"aud":"\#(origin)","exp":\#(end),"sub":"\#(subject)"}"#
        let signed = Self.header + "." + Text.base64url(claims.utf8.map(\.self))
        guard let signature = key.sign(Array(signed.utf8)) else { return nil }
        return "vapid t=\(signed).\(Text.base64url(signature)),k=\(publicKey)"
    }

    private static let header = Text.base64url(Array(#"{"typ":"JWT","alg":"ES256"}"#.utf8))
}
