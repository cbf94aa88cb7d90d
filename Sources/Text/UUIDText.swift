public import FoundationEssentials

extension UUID {
    /// The id as this site writes it: in lower case. Foundation writes it by `snprintf`, which costs twenty times as
    /// much, and then in upper case.
    public var text: String {
        unsafe String(unsafeUninitializedCapacity: 36) { room in
            unsafe withUnsafeBytes(of: uuid) { bytes in
                var place = 0
                for index in 0..<16 {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        unsafe room[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    unsafe room[place] = Text.lowerHex(bytes[index] >> 4)
                    unsafe room[place + 1] = Text.lowerHex(bytes[index] & 15)
                    place += 2
                }
                return place
            }
        }
    }

    /// Reads an id in its one form of 36 characters, digits of either case; nil for anything else. Foundation reads it by
    /// `sscanf`.
    public init?(text: some StringProtocol) {
        var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isRead = unsafe withUnsafeMutableBytes(of: &value) { bytes in
            var rest = text.utf8.makeIterator()
            for place in 0..<16 {
                if place == 4 || place == 6 || place == 8 || place == 10, rest.next() != UInt8(ascii: "-") {
                    return false
                }
                guard let high = rest.next().flatMap(Text.nibble), let low = rest.next().flatMap(Text.nibble) else {
                    return false
                }
                unsafe bytes[place] = high << 4 | low
            }
            return rest.next() == nil
        }
        guard isRead else { return nil }
        self.init(uuid: value)
    }
}
