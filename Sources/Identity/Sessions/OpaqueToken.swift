internal import Crypto
internal import Text

/// 256 random bits that only their holder knows, for a session or a link. The database stores only the hash.
public struct OpaqueToken: Sendable, Hashable, CustomStringConvertible {
    /// The token itself, for a cookie or a link.
    public let text: String
    /// What is kept of it.
    public let hash: [UInt8]

    /// A new token.
    public static func random() -> OpaqueToken {
        let bytes = SecureRandom.bytes(32)
        return OpaqueToken(bytes, Text.base64url(bytes))
    }

    /// A token that a client sends; nil when it has not the form of one, so that no lookup is needed.
    public init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Text.bytes(base64url: text), bytes.count == 32 else { return nil }
        // There is one text for the bytes, so it is this one.
        self.init(bytes, text)
    }

    private init(_ bytes: [UInt8], _ text: String) {
        self.text = text
        hash = SHA256.hash(bytes)
    }

    /// Nothing of the token.
    public var description: String { "OpaqueToken" }
}
