internal import COpenSSL

/// Checks signatures of Ed25519.
public enum Ed25519 {
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
