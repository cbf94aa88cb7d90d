public import FoundationEssentials

extension UUID {
    /// The id as this site writes it: in lower case. Foundation writes it by `snprintf`, which costs twenty times as
    /// much, and then in upper case.
    public var text: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(36)
        withUnsafeBytes(of: uuid) { bytes in
            for (place, byte) in bytes.enumerated() {
                if place == 4 || place == 6 || place == 8 || place == 10 { digits.append(UInt8(ascii: "-")) }
                digits.append(Text.lowerHex[Int(byte >> 4)])
                digits.append(Text.lowerHex[Int(byte & 15)])
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// Reads an id in its one form of 36 characters, digits of either case; nil for anything else. Foundation reads it by
    /// `sscanf`.
    public init?(text: some StringProtocol) {
        var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isRead = withUnsafeMutableBytes(of: &value) { bytes in
            var rest = text.utf8.makeIterator()
            for place in 0..<16 {
                if place == 4 || place == 6 || place == 8 || place == 10, rest.next() != UInt8(ascii: "-") {
                    return false
                }
                guard let high = rest.next().flatMap(Text.nibble), let low = rest.next().flatMap(Text.nibble) else {
                    return false
                }
                bytes[place] = high << 4 | low
            }
            return rest.next() == nil
        }
        guard isRead else { return nil }
        self.init(uuid: value)
    }
}
