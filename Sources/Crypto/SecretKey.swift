internal import COpenSSL

/// A key whose bytes do not show when it is printed or logged.
public struct SecretKey: Sendable, CustomStringConvertible, CustomReflectable {
    let hash: KeyedHash

    /// Wraps the bytes of a key.
    public init(_ bytes: [UInt8]) {
        hash = KeyedHash(bytes)
    }

    /// A key for one purpose, from which neither this key nor the key of another purpose can be found.
    public func derived(_ label: String) -> SecretKey {
        SecretKey(HMAC256.sign("dailies/\(label)", key: self))
    }

    /// Nothing of the key.
    public var description: String { "SecretKey" }

    /// Nothing of the key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Bytes that cannot be guessed.
public enum SecureRandom {
    /// Takes `count` bytes from OpenSSL's generator.
    public static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { room, initialized in
            guard RAND_bytes(room.baseAddress, Int32(count)) == 1 else {
                // There is no safe way on without randomness.
                fatalError("no randomness")
            }
            initialized = count
        }
    }
}
