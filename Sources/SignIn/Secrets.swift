internal import Crypto
internal import Text

/// The proof that the client that fetches the token is the one that sent the person to the provider (RFC 7636).
enum ProofKey {
    static func verifier() -> String { Text.base64url(SecureRandom.bytes(32)) }

    static func challenge(_ verifier: String) -> String { Text.base64url(SHA256.hash(verifier)) }
}

/// `name=value` pairs as queries and forms carry them.
func formEncoded(_ pairs: [(String, String)]) -> String {
    pairs.map { "\(Text.percentEncode($0.0))=\(Text.percentEncode($0.1))" }.joined(separator: "&")
}

extension String {
    /// The address with a query, whether or not it has one already.
    func adding(_ pairs: [(String, String)]) -> String {
        self + (contains("?") ? "&" : "?") + formEncoded(pairs)
    }
}
