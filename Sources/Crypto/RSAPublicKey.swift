internal import COpenSSL

/// An RSA key with which signatures are checked.
///
/// Unchecked, since OpenSSL's keys are counted atomically and only read once they are made.
public final class RSAPublicKey: @unchecked Sendable {
    private let key: OpaquePointer

    /// A key of its big-endian numbers. Nil below 2,048 bits, which can be broken, above 8,192, which only cost time,
    /// and for exponents that no sound key has.
    public init?(modulus: [UInt8], exponent: [UInt8]) {
        guard let key = Self.make(modulus, exponent) else { return nil }
        let bits = EVP_PKEY_get_bits(key)
        guard (2_048...8_192).contains(bits) else {
            EVP_PKEY_free(key)
            return nil
        }
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// Whether the signature is RSASSA-PKCS1-v1_5 with SHA-256 of the message by this key.
    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    private static func make(_ modulus: [UInt8], _ exponent: [UInt8]) -> OpaquePointer? {
        guard modulus.count <= 1_024, (1...8).contains(exponent.count), let last = exponent.last, last & 1 == 1,
            exponent.dropLast().contains(where: { $0 != 0 }) || last >= 3
        else { return nil }
        let (n, e) = (
            BN_bin2bn(modulus, Int32(modulus.count), nil), BN_bin2bn(exponent, Int32(exponent.count), nil)
        )
        defer {
            BN_free(n)
            BN_free(e)
        }
        guard let builder = OSSL_PARAM_BLD_new() else { return nil }
        defer { OSSL_PARAM_BLD_free(builder) }
        guard dailies_push_rsa(builder, n, e) == 1,
            let parameters = OSSL_PARAM_BLD_to_param(builder)
        else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1,
            EVP_PKEY_fromdata(context, &key, dailies_public_key, parameters) == 1
        else { return nil }
        return key
    }
}
