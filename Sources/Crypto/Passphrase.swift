internal import COpenSSL

/// A key from a passphrase, by scrypt (RFC 7914), which makes guessing cost memory and time.
public struct PassphraseKey: Sendable {
    /// What the derivation costs: blocks of memory (a power of two), their size and the repetitions.
    public struct Cost: Sendable, Equatable {
        /// N, a power of two.
        public var blocks: Int
        /// r.
        public var size: Int
        /// p.
        public var repetitions: Int

        /// A cost.
        public init(blocks: Int, size: Int, repetitions: Int) {
            self.blocks = blocks
            self.size = size
            self.repetitions = repetitions
        }

        /// 128 MiB and some tenths of a second.
        public static let usual = Cost(blocks: 1 << 17, size: 8, repetitions: 1)

        /// Memory in bytes.
        var memory: Int { 128 * blocks * size }
    }

    /// The most memory that a foreign file may ask for.
    private static let largest = 1 << 30

    /// The key; nil for a cost that is no scrypt cost or needs over 1 GiB.
    public static func derive(from passphrase: String, salt: [UInt8], cost: Cost) -> SecretKey? {
        guard cost.blocks > 1, cost.blocks <= 1 << 24, cost.blocks & (cost.blocks - 1) == 0,
            (1...64).contains(cost.size), (1...64).contains(cost.repetitions), cost.memory <= largest
        else { return nil }
        let text = Array(passphrase.utf8)
        var key = [UInt8](repeating: 0, count: 32)
        let done = text.withUnsafeBufferPointer { text in
            text.withMemoryRebound(to: CChar.self) { characters in
                EVP_PBE_scrypt(
                    characters.baseAddress, characters.count, salt, salt.count, UInt64(cost.blocks),
                    UInt64(cost.size), UInt64(cost.repetitions), UInt64(2 * largest), &key, key.count)
            }
        }
        return done == 1 ? SecretKey(key) : nil
    }
}
