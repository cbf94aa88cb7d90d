internal import COpenSSL

/// A private key of the curve P-256, for signatures and for exchanges of keys.
///
/// Unchecked, since OpenSSL's keys are counted atomically and only read once they are made.
public final class P256PrivateKey: @unchecked Sendable {
    /// The public key: a point of 65 bytes.
    public let point: [UInt8]
    private let key: OpaquePointer

    /// A key of its 32 bytes; nil for what is no number of the curve.
    public init?(_ secret: [UInt8]) {
        var point = [UInt8](repeating: 0, count: P256PublicKey.byteCount)
        guard secret.count == 32, dailies_p256_point(secret, &point) == 1, let key = dailies_p256_key(secret, point)
        else { return nil }
        self.point = point
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// A new key.
    public static func random() -> P256PrivateKey {
        while true {
            // One in four thousand million is no number of the curve.
            if let key = P256PrivateKey(SecureRandom.bytes(32)) { return key }
        }
    }

    /// The key that belongs to another one for one purpose.
    public static func derived(from secret: SecretKey, _ label: String) -> P256PrivateKey {
        var counter = 0
        while true {
            if let key = P256PrivateKey(HMAC256.sign("dailies/\(label)/\(counter)", key: secret)) { return key }
            counter += 1
        }
    }

    /// The 32 bytes that the owners of both keys find.
    public func sharedSecret(with other: P256PublicKey) -> [UInt8]? {
        var shared = [UInt8](repeating: 0, count: 32)
        return dailies_p256_shared(key, other.key, &shared) == 1 ? shared : nil
    }

    /// The signature of a message with SHA-256 (ES256): two numbers of 32 bytes, as JOSE has them.
    public func sign(_ message: [UInt8]) -> [UInt8]? {
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1 else { return nil }
        var length = 72
        var der = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &der, &length, message, message.count) == 1 else { return nil }
        var raw = [UInt8](repeating: 0, count: 64)
        return dailies_p256_raw_signature(der, length, &raw) == 1 ? raw : nil
    }
}

/// A public key of the curve P-256.
///
/// Unchecked, as ``P256PrivateKey``.
public final class P256PublicKey: @unchecked Sendable {
    /// How many bytes a point has.
    public static let byteCount = 65

    /// The point.
    public let point: [UInt8]
    fileprivate let key: OpaquePointer

    /// A key of a point of 65 bytes; nil for one that is not on the curve.
    public init?(_ point: [UInt8]) {
        guard point.count == Self.byteCount, point[0] == 4, let key = dailies_p256_key(nil, point) else { return nil }
        self.point = point
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// Whether 64 bytes are the signature of a message (ES256) by this key.
    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count == 64, let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        var der = [UInt8](repeating: 0, count: 80)
        let length = dailies_p256_der_signature(signature, &der)
        guard length > 0, EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, der, Int(length), message, message.count) == 1
    }
}
