public import Crypto
internal import FoundationEssentials

/// The secret with which the messages to one webhook are signed, after the Standard Webhooks specification.
public struct WebhookSecret: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    private static let prefix = "whsec_"
    private let bytes: [UInt8]

    /// A new secret of 192 bits.
    public static func random() -> WebhookSecret { WebhookSecret(SecureRandom.bytes(24)) }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads a secret as it is shown.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), let data = Data(base64Encoded: String(text.dropFirst(Self.prefix.count)))
        else {
            return nil
        }
        bytes = Array(data)
    }

    /// The secret as it is shown, once.
    public var text: String { Self.prefix + Data(bytes).base64EncodedString() }

    /// The header `webhook-signature` of a message by one or more secrets.
    static func signature(of body: String, id: String, timestamp: Int, by secrets: [WebhookSecret]) -> String {
        secrets.map { secret in
            "v1," + Data(HMAC256.sign("\(id).\(timestamp).\(body)", key: secret.bytes)).base64EncodedString()
        }.joined(separator: " ")
    }

    /// Encrypted for one webhook.
    func sealed(_ key: SealingKey, for webhook: UUID) -> [UInt8] {
        key.seal(bytes, for: webhook.uuidString.lowercased())
    }

    /// Decrypts a secret of a webhook; nil when the site's key is another one now.
    init?(sealed: [UInt8], _ key: SealingKey, for webhook: UUID) {
        guard let bytes = key.open(sealed, for: webhook.uuidString.lowercased()) else { return nil }
        self.bytes = bytes
    }

    /// Nothing of the secret.
    public var description: String { "WebhookSecret" }

    /// Nothing of the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SealingKey {
    /// The key under which a site stores the secrets of its webhooks.
    public static func webhooks(of siteKey: [UInt8]) -> SealingKey {
        SealingKey(SecretKey(siteKey), purpose: "webhooks")
    }
}
