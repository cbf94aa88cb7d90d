internal import Text

/// A token's SHA-256, in place where an array or a text would be an allocation for each session that is kept.
struct TokenHash: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The hash of these 32 bytes.
    init(_ bytes: [UInt8]) {
        func word(_ place: Int) -> UInt64 {
            var word: UInt64 = 0
            for byte in bytes[place * 8..<place * 8 + 8] { word = word << 8 | UInt64(byte) }
            return word
        }
        precondition(bytes.count == 32, "a SHA-256 has 32 bytes")
        words = (word(0), word(1), word(2), word(3))
    }

    /// The hash that was written so; nil when it is none.
    init?(hex text: some StringProtocol) {
        guard text.utf8.count == 64, let bytes = Text.bytes(hex: text) else { return nil }
        self.init(bytes)
    }

    static func == (left: TokenHash, right: TokenHash) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
