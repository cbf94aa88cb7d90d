internal import Crypto
internal import FoundationEssentials
internal import Text

/// The keys that a provider publishes for its signatures (RFC 7517). Those of other kinds are left out.
public struct WebKeySet: Sendable, Decodable {
    struct Key: Sendable {
        let id: String?
        let rsa: RSAPublicKey
    }

    private struct Entry: Decodable {
        let kty: String?
        let use: String?
        let alg: String?
        let kid: String?
        let n: String?
        let e: String?
    }

    private enum CodingKeys: CodingKey {
        case keys
    }

    /// More than any provider publishes; each costs a check when a token names none.
    private static let limit = 32

    let keys: [Key]

    /// Reads a JWKS document.
    public init(from decoder: any Decoder) throws {
        let entries = try decoder.container(keyedBy: CodingKeys.self).decode([Entry].self, forKey: .keys)
        keys = entries.prefix(Self.limit).compactMap(Self.key)
    }

    /// The keys that may have signed a token whose header names this key, or none.
    func candidates(_ id: String?) -> [RSAPublicKey] {
        keys.filter { id == nil || $0.id == id }.map(\.rsa)
    }

    private static func key(_ entry: Entry) -> Key? {
        guard entry.kty == "RSA", entry.use == nil || entry.use == "sig", entry.alg == nil || entry.alg == "RS256",
            let modulus = entry.n.flatMap({ Text.bytes(base64url: $0) }),
            let exponent = entry.e.flatMap({ Text.bytes(base64url: $0) }),
            let rsa = RSAPublicKey(modulus: modulus, exponent: exponent)
        else { return nil }
        return Key(id: entry.kid, rsa: rsa)
    }
}
