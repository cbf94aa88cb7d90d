internal import COpenSSL

/// A key under which secrets are stored: AES-256 in GCM, which notices every change.
public struct SealingKey: Sendable, CustomStringConvertible, CustomReflectable {
    private static let nonceLength = 12
    private static let tagLength = 16
    private let key: [UInt8]

    /// The key for one purpose, derived from a site's key.
    public init(_ secret: SecretKey, purpose: String) {
        key = HMAC256.sign("dailies/sealing/\(purpose)", key: secret)
    }

    /// Encrypts bytes: a random nonce, the ciphertext and its tag. `context` names the place where they are stored, so that they
    /// mean nothing in another.
    public func seal(_ bytes: [UInt8], for context: String) -> [UInt8] {
        let nonce = SecureRandom.bytes(Self.nonceLength)
        var tag = [UInt8](repeating: 0, count: Self.tagLength)
        let sealed = transform(bytes, nonce, Array(context.utf8), isSealing: true) { cipher in
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagLength), &tag) == 1
        }
        guard let sealed else {
            // It fails for want of memory or of the cipher only, and a secret must not be stored in the clear.
            fatalError("AES failed")
        }
        return nonce + sealed + tag
    }

    /// The bytes that were encrypted for this context; nil when they were not, under this key.
    public func open(_ sealed: [UInt8], for context: String) -> [UInt8]? {
        guard sealed.count >= Self.nonceLength + Self.tagLength else { return nil }
        var tag = Array(sealed.suffix(Self.tagLength))
        let bytes = Array(sealed.dropFirst(Self.nonceLength).dropLast(Self.tagLength))
        return transform(bytes, Array(sealed.prefix(Self.nonceLength)), Array(context.utf8), isSealing: false) {
            cipher in
            EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagLength), &tag) == 1
        }
    }

    /// Encrypts or decrypts. `tagging` reads the tag at the end, or sets it before.
    private func transform(
        _ bytes: [UInt8], _ nonce: [UInt8], _ context: [UInt8], isSealing: Bool, tagging: (OpaquePointer) -> Bool
    ) -> [UInt8]? {
        guard let cipher = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(cipher) }
        guard EVP_CipherInit_ex2(cipher, EVP_aes_256_gcm(), key, nonce, isSealing ? 1 : 0, nil) == 1 else { return nil }
        var length: Int32 = 0
        guard EVP_CipherUpdate(cipher, nil, &length, context, Int32(context.count)) == 1 else { return nil }
        var output = [UInt8](repeating: 0, count: bytes.count + Self.tagLength)
        guard EVP_CipherUpdate(cipher, &output, &length, bytes, Int32(bytes.count)) == 1 else { return nil }
        let written = Int(length)
        if !isSealing, !tagging(cipher) { return nil }
        var rest = [UInt8](repeating: 0, count: Self.tagLength)
        guard EVP_CipherFinal_ex(cipher, &rest, &length) == 1 else { return nil }
        if isSealing, !tagging(cipher) { return nil }
        return Array(output.prefix(written)) + rest.prefix(Int(length))
    }

    /// Nothing of the key.
    public var description: String { "SealingKey" }

    /// Nothing of the key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
