/// Sixteen bytes in place, such as a network's hash, where an array or a text would be an allocation for each that is kept.
public struct Identifier128: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// These 16 bytes.
    public init(_ bytes: some Sequence<UInt8>) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for byte in bytes {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte)
        }
        self.high = high
        self.low = low
    }

    /// The bytes of 32 small hexadecimal digits; nil for anything else, so that the same digits can be written again.
    public init?(hex text: some StringProtocol) {
        guard text.utf8.count == 32, let bytes = Text.bytes(hex: text) else { return nil }
        // Capitals would be written again as small letters.
        guard !text.utf8.contains(where: { (0x41...0x46).contains($0) }) else { return nil }
        self.init(bytes)
    }

    /// 32 hexadecimal digits.
    public var hex: String {
        Text.hex(high, low)
    }
}
