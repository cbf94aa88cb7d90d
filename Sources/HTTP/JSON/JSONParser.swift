/// Reads JSON text strictly: RFC 8259, valid UTF-8 only, no member twice, nesting bounded.
///
/// The standard decoder accepts a repeated member and takes one of them, so that what is validated and what is
/// decoded could differ; here both see the one value.
struct JSONParser {
    /// Why text is not JSON, for people.
    struct Fault: Error, Equatable {
        let offset: Int
        let reason: String
    }

    /// Deep enough for every document of the interface, far from the end of a thread's stack.
    static let depthLimit = 32

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    static func parse(_ bytes: [UInt8]) throws(Fault) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Fault(offset: 0, reason: "The text is not valid UTF-8.")
        }
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.fault("Something follows the value.") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func fault(_ reason: String) -> Fault {
        Fault(offset: position, reason: reason)
    }

    private var next: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(Fault) -> JSONValue {
        skipSpace()
        guard let byte = next else { throw fault("The text ends where a value is expected.") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { parser throws(Fault) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(Fault) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw fault("No value begins like this.")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(Fault) -> JSONValue
    ) throws(Fault) -> JSONValue {
        depth += 1
        guard depth <= JSONParser.depthLimit else { throw fault("The nesting is too deep.") }
        position += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(Fault) -> JSONValue {
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("A member's name is expected here.") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("A colon is expected here.") }
            guard members.updateValue(try value(), forKey: name) == nil else {
                throw fault("A member is there twice.")
            }
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw fault("A comma or the end of the object is expected here.") }
        }
    }

    private mutating func array() throws(Fault) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw fault("A comma or the end of the array is expected here.") }
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(Fault) -> JSONValue {
        for byte in word.utf8 {
            guard take(byte) else { throw fault("No value begins like this.") }
        }
        return value
    }

    private mutating func digits() throws(Fault) {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            position += 1
        }
        guard position > start else { throw fault("A digit is expected here.") }
    }

    private mutating func number() throws(Fault) -> JSONValue {
        let start = position
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw fault("The number is out of range.") }
        return .number(value)
    }

    private mutating func string() throws(Fault) -> String {
        position += 1
        var text: [UInt8] = []
        var start = position
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                text.append(contentsOf: bytes[start..<position])
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text.append(contentsOf: bytes[start..<position])
                position += 1
                text.append(contentsOf: Array(String(Character(try escaped())).utf8))
                start = position
            case 0..<0x20:
                throw fault("A string contains a control character. Escape it.")
            default:
                position += 1
            }
        }
        throw fault("The text ends inside a string.")
    }

    private mutating func escaped() throws(Fault) -> Unicode.Scalar {
        guard let byte = next else { throw fault("The text ends inside a string.") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw fault("There is no such escape.")
        }
    }

    private mutating func unicodeEscape() throws(Fault) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw fault("A string contains half of a surrogate pair.")
        }
        let second = try codeUnit()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else {
            throw fault("A string contains half of a surrogate pair.")
        }
        return scalar
    }

    private mutating func codeUnit() throws(Fault) -> UInt16 {
        guard position + 4 <= bytes.count,
            bytes[position..<position + 4].allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else {
            throw fault("Four hexadecimal digits are expected here.")
        }
        position += 4
        return unit
    }
}

extension JSONValue {
    /// Reads a document that did not come as a route's declared body; 400 when it is not JSON.
    public init(parsing bytes: [UInt8]) throws(Problem) {
        do {
            self = try JSONParser.parse(bytes)
        } catch {
            throw .malformed("This is not JSON: \(error.reason) (at byte \(error.offset))", code: "malformed_json")
        }
    }
}
