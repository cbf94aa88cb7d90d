/// The small text conversions that FoundationEssentials lacks.
public enum Text {
    private static let upperHex = Array("0123456789ABCDEF".utf8)
    private static let base64urlAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// A number with its thousands apart: `1,317`.
    public static func grouped(_ number: Int) -> String {
        var digits = String(abs(number))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (number < 0 ? "−" : "") + ([digits] + groups).joined(separator: ",")
    }

    /// Undoes percent-encoding; nil when an escape is malformed or the result is not UTF-8.
    public static func percentDecode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(nibble), let low = rest.next().flatMap(nibble) else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                bytes.append(UInt8(ascii: " "))
            default:
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Percent-encodes everything but the unreserved characters of RFC 3986.
    public static func percentEncode(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), upperHex[Int(byte >> 4)], upperHex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Makes text safe in HTML content and in quoted attributes.
    public static func htmlEscape(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += Array("&amp;".utf8)
            case UInt8(ascii: "<"): bytes += Array("&lt;".utf8)
            case UInt8(ascii: ">"): bytes += Array("&gt;".utf8)
            case UInt8(ascii: "\""): bytes += Array("&quot;".utf8)
            case UInt8(ascii: "'"): bytes += Array("&#39;".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes bytes as lower-case hexadecimal digits.
    public static func hex(_ bytes: some Collection<UInt8>) -> String {
        // Written in its place: ids and hashes are written several times for each request.
        unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { room in
            var place = 0
            for byte in bytes {
                unsafe room[place] = lowerHex(byte >> 4)
                unsafe room[place + 1] = lowerHex(byte & 15)
                place += 2
            }
            return place
        }
    }

    /// Writes two words as 32 lower-case hexadecimal digits.
    public static func hex(_ high: UInt64, _ low: UInt64) -> String {
        unsafe withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { unsafe hex($0) }
    }

    /// The digit of a number below 16.
    static func lowerHex(_ number: UInt8) -> UInt8 {
        number + (number < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }

    /// Reads hexadecimal digits of either case; nil when there is anything else or half a byte.
    public static func bytes(hex text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var rest = text.utf8.makeIterator()
        while let first = rest.next() {
            guard let high = nibble(first), let low = rest.next().flatMap(nibble) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// Writes bytes as base64 with the URL alphabet and without padding.
    public static func base64url(_ bytes: some Collection<UInt8>) -> String {
        unsafe String(unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { room in
            var place = 0
            var buffer: UInt32 = 0
            var bits = 0
            func put(_ number: UInt32) {
                unsafe room[place] = base64urlAlphabet[Int(number) & 63]
                place += 1
            }
            for byte in bytes {
                buffer = (buffer << 8 | UInt32(byte)) & 0xffff
                bits += 8
                while bits >= 6 {
                    bits -= 6
                    put(buffer >> UInt32(bits))
                }
            }
            if bits > 0 { put(buffer << UInt32(6 - bits)) }
            return place
        }
    }

    /// Reads unpadded base64 with the URL alphabet; nil for anything that `base64url` would not have written.
    public static func bytes(base64url text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3 / 4)
        var buffer: UInt32 = 0
        var bits = 0
        for character in text.utf8 {
            guard let digit = sextet(character) else { return nil }
            buffer = (buffer << 6 | digit) & 0xffff
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        // One text for one value, so that a token cannot be written in two ways.
        guard bits < 6, buffer & ((1 << UInt32(bits)) - 1) == 0 else { return nil }
        return bytes
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func sextet(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}

extension Unicode.Scalar {
    /// Whether it shows nothing by itself: white space, what Unicode lets a font ignore, and the characters that are empty
    /// although Unicode counts them among signs.
    public var isInvisible: Bool {
        if properties.isWhitespace || properties.isDefaultIgnorableCodePoint { return true }
        switch value {
        // The braille pattern without dots, marks of annotations, an empty note head, empty hieroglyphs.
        case 0x2800, 0xFFF9...0xFFFB, 0x1D159, 0x13441...0x13446: return true
        default: return properties.generalCategory == .control
        }
    }
}

extension StringProtocol {
    /// Whether nothing of it can be seen, as in a text of spaces or of zero-width characters.
    public var isInvisible: Bool { unicodeScalars.allSatisfy(\.isInvisible) }

    /// The text without white space at its ends.
    public var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
