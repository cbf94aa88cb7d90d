/// Header fields in the order in which they were added. Names compare without regard to case.
public struct Headers: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// One header field.
    public struct Field: Sendable, Hashable {
        /// The name as it was written.
        public let name: String
        /// The value, free of line breaks.
        public let value: String
    }

    /// All fields in order.
    public private(set) var fields: [Field] = []

    /// No fields.
    public init() {}

    /// Fields from a literal.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements {
            add(name, value)
        }
    }

    /// The first value of a name; assigning replaces all of them, assigning nil removes them.
    public subscript(_ name: String) -> String? {
        get { place(of: name).map { fields[$0].value } }
        set {
            if place(of: name) != nil { fields.removeAll { Headers.isSame($0.name, name) } }
            if let newValue {
                add(name, newValue)
            }
        }
    }

    /// Every value of a name in order.
    public func values(_ name: String) -> [String] {
        fields.indices.compactMap { Headers.isSame(fields[$0].name, name) ? fields[$0].value : nil }
    }

    /// The index of the first field with this name. Searches a span, since an iteration would copy each field.
    private func place(of name: String) -> Int? {
        let fields = fields.span
        for place in fields.indices where Headers.isSame(fields[place].name, name) { return place }
        return nil
    }

    /// Makes room for so many fields.
    public mutating func reserve(_ count: Int) { fields.reserveCapacity(count) }

    /// Adds a field beside those that are there.
    public mutating func add(_ name: String, _ value: String) {
        // An answer has about a dozen of them.
        if fields.isEmpty { fields.reserveCapacity(12) }
        fields.append(Field(name: Headers.withoutControls(name), value: Headers.withoutControls(value)))
    }

    /// A control character in a value could end the field and begin another one of the writer's choosing.
    private static func withoutControls(_ text: String) -> String {
        let bytes = text.utf8Span.span
        // To the end in any case and without a branch, so that many bytes are looked at at a time.
        var controls: UInt8 = 0
        for index in bytes.indices {
            let byte = bytes[index]
            controls |= (byte < 0x20 ? 1 : 0) & (byte != 0x09 ? 1 : 0) | (byte == 0x7F ? 1 : 0)
        }
        if controls == 0 { return text }
        return String(decoding: text.utf8.filter { !isControl($0) }, as: UTF8.self)
    }

    private static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x09 || byte == 0x7F
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        // Most names differ in length, which costs nothing to know.
        guard left.utf8.count == right.utf8.count else { return false }
        let left = left.utf8Span.span
        let right = right.utf8Span.span
        return left.indices.allSatisfy { left[$0] == right[$0] || lowercased(left[$0]) == lowercased(right[$0]) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}
