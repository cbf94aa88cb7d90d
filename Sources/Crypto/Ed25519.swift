internal import COpenSSL

/// Makes and checks signatures of Ed25519.
public enum Ed25519 {
    /// The public key that belongs to a private one of 32 bytes; nil when it has another length.
    public static func publicKey(of seed: [UInt8]) -> [UInt8]? {
        withPrivateKey(seed) { key in
            var length = 32
            var bytes = [UInt8](repeating: 0, count: length)
            return EVP_PKEY_get_raw_public_key(key, &bytes, &length) == 1 && length == 32 ? bytes : nil
        }
    }

    /// The 64 bytes that sign a message; nil when the private key does not have 32.
    public static func sign(_ message: [UInt8], seed: [UInt8]) -> [UInt8]? {
        withPrivateKey(seed) { key in
            guard let context = EVP_MD_CTX_new() else { return nil }
            defer { EVP_MD_CTX_free(context) }
            guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else { return nil }
            var length = 64
            var bytes = [UInt8](repeating: 0, count: length)
            return EVP_DigestSign(context, &bytes, &length, message, message.count) == 1 && length == 64 ? bytes : nil
        }
    }

    private static func withPrivateKey(_ seed: [UInt8], _ body: (OpaquePointer) -> [UInt8]?) -> [UInt8]? {
        guard seed.count == 32, let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count) else {
            return nil
        }
        defer { EVP_PKEY_free(key) }
        return body(key)
    }

    /// Whether 64 bytes are the signature of a message by the key of these 32 bytes.
    public static func isValid(_ signature: [UInt8], for message: [UInt8], key: [UInt8]) -> Bool {
        guard key.count == 32, signature.count == 64,
            let loaded = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, key, key.count)
        else { return false }
        defer { EVP_PKEY_free(loaded) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, nil, nil, loaded) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
