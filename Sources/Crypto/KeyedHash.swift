internal import COpenSSL
internal import Synchronization

/// OpenSSL's HMAC with SHA-256 under a key that was taken in once. To look the algorithm up by its name and to take the
/// key in costs several times as much as to sign a short message, and a vote needs five signatures.
final class KeyedHash: Sendable {
    /// Unchecked, since a context is either in the list, which is locked, or in use by the one thread that removed it;
    /// the pattern of them is only copied.
    private struct Context: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let pattern: Context
    private let idle = Mutex<[Context]>([])

    init(_ key: [UInt8]) {
        guard let pattern = dailies_hmac_sha256(key, key.count) else {
            // A library without it, or no memory at all: no later step could be trusted.
            fatalError("OpenSSL has no HMAC")
        }
        self.pattern = Context(pointer: pattern)
    }

    deinit {
        for context in idle.withLock(\.self) { EVP_MAC_CTX_free(context.pointer) }
        EVP_MAC_CTX_free(pattern.pointer)
    }

    /// Signs a message. As many contexts stay as there were threads that signed at a time. A copy costs less than to wait
    /// for the list, whose lock spins.
    func sign(_ message: [UInt8]) -> [UInt8] {
        let kept: Context?? = idle.withLockIfAvailable { $0.popLast() }
        let context = kept.flatMap { $0 } ?? copy()
        defer {
            let isKept: Void? = idle.withLockIfAvailable { $0.append(context) }
            if isKept == nil { EVP_MAC_CTX_free(context.pointer) }
        }
        return [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { room, count in
            // Without a key it begins anew with the one that it has.
            guard EVP_MAC_init(context.pointer, nil, 0, nil) == 1,
                EVP_MAC_update(context.pointer, message, message.count) == 1,
                EVP_MAC_final(context.pointer, room.baseAddress, nil, SHA256.byteCount) == 1
            else {
                // It fails for want of memory only, and a wrong signature would be believed.
                fatalError("HMAC failed")
            }
            count = SHA256.byteCount
        }
    }

    private func copy() -> Context {
        guard let pointer = EVP_MAC_CTX_dup(pattern.pointer) else {
            // There is no safe way on without a signature.
            fatalError("no memory for a signature")
        }
        return Context(pointer: pointer)
    }
}
