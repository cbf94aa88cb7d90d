internal import COpenSSL

/// SHA-256.
public enum SHA256 {
    /// How many bytes a hash has.
    public static let byteCount = 32

    /// Fetched once: OpenSSL looks an algorithm up by its name, under a lock, wherever none is handed to it.
    ///
    /// Unsafe, since the compiler knows nothing of what the pointer points to: a fetched algorithm is never changed, and
    /// OpenSSL lets every thread read it.
    nonisolated(unsafe) static let algorithm: OpaquePointer = {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
            // A library without it: no later step could be trusted.
            fatalError("OpenSSL has no SHA-256")
        }
        return algorithm
    }()

    /// Hashes bytes.
    public static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let message = Array(bytes)
        return [UInt8](unsafeUninitializedCapacity: byteCount) { room, count in
            guard EVP_Digest(message, message.count, room.baseAddress, nil, algorithm, nil) == 1 else {
                // It fails for want of memory only, and a wrong hash would be believed.
                fatalError("SHA-256 failed")
            }
            count = byteCount
        }
    }

    /// Hashes the UTF-8 form of text.
    public static func hash(_ text: String) -> [UInt8] { hash(text.utf8) }
}

/// A SHA-256 hash of bytes that come piece by piece.
public struct SHA256Stream: ~Copyable {
    private let context: OpaquePointer

    /// Starts a hash.
    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, SHA256.algorithm, nil) == 1 else {
            // A library without it, or no memory at all: no later step could be trusted.
            fatalError("OpenSSL has no SHA-256")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Takes the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
            // A hash of fewer bytes would be believed.
            fatalError("SHA-256 failed")
        }
    }

    /// Takes the next bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The hash of everything taken so far; nothing can follow.
    public consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { room, count in
            // What failed can only be memory or the library, and a wrong hash would be believed.
            guard EVP_DigestFinal_ex(context, room.baseAddress, nil) == 1 else { fatalError("SHA-256 failed") }
            count = SHA256.byteCount
        }
    }
}

/// HMAC with SHA-256.
public enum HMAC256 {
    /// Signs bytes.
    public static func sign(_ message: some Sequence<UInt8>, key: SecretKey) -> [UInt8] {
        key.hash.sign(Array(message))
    }

    /// Signs the UTF-8 form of text.
    public static func sign(_ message: String, key: SecretKey) -> [UInt8] { sign(message.utf8, key: key) }

    /// Signs bytes.
    public static func sign(_ message: some Sequence<UInt8>, key: [UInt8]) -> [UInt8] {
        sign(message, key: SecretKey(key))
    }

    /// Signs the UTF-8 form of text.
    public static func sign(_ message: String, key: [UInt8]) -> [UInt8] { sign(message.utf8, key: key) }

    /// Whether `signature` is the one that `key` makes of `message`.
    public static func isValid(_ signature: [UInt8], for message: String, key: SecretKey) -> Bool {
        constantTimeEqual(signature, sign(message, key: key))
    }
}

/// Compares without telling by its duration where two secrets differ.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && (left.isEmpty || CRYPTO_memcmp(left, right, left.count) == 0)
}
