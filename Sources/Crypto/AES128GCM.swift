internal import COpenSSL

/// AES-GCM with keys of 128 bits, without additional data.
public enum AES128GCM {
    /// How many bytes longer the result is than the text.
    public static let tagCount = 16

    /// The encrypted text and its tag; nil when the key does not have 16 bytes or the nonce not 12.
    public static func seal(_ text: [UInt8], key: [UInt8], nonce: [UInt8]) -> [UInt8]? {
        guard key.count == 16, nonce.count == 12, let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var sealed = [UInt8](repeating: 0, count: text.count + tagCount)
        var tag = [UInt8](repeating: 0, count: tagCount)
        var (length, rest): (Int32, Int32) = (0, 0)
        guard EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, key, nonce) == 1,
            EVP_EncryptUpdate(context, &sealed, &length, text, Int32(text.count)) == 1, Int(length) == text.count,
            EVP_EncryptFinal_ex(context, &tag, &rest) == 1, rest == 0,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagCount), &tag) == 1
        else { return nil }
        sealed.replaceSubrange(text.count..., with: tag)
        return sealed
    }
}
