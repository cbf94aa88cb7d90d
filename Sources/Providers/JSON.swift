public import FoundationEssentials

/// A JSON value as providers take and give it. Numbers keep their decimal digits.
public indirect enum JSON: Sendable, Hashable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number.
    case number(Decimal)
    /// Text.
    case string(String)
    /// A list.
    case array([JSON])
    /// Named members.
    case object([String: JSON])

    /// Reads a document; nil when it is not JSON.
    public init?(_ bytes: [UInt8]) {
        guard let value = try? JSONDecoder().decode(JSON.self, from: Data(bytes)) else { return nil }
        self = value
    }

    /// The document, its members in the order of their names.
    public var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }

    /// A member of an object, nil for anything else.
    public subscript(_ name: String) -> JSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The element of a list, nil for anything else.
    public subscript(_ index: Int) -> JSON? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }

    /// The text of a string.
    public var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The value of a number.
    public var number: Decimal? { if case .number(let value) = self { value } else { nil } }

    /// The value of a whole number.
    public var integer: Int? {
        guard case .number(let value) = self else { return nil }
        return Int("\(value)")
    }

    /// The value of a number, for what need not be exact, such as a share that is done.
    public var double: Double? { number.flatMap { Double("\($0)") } }

    /// What a path of names and numbers separated by dots leads to, such as `output.0.url`.
    public func at(_ path: String) -> JSON? {
        path.split(separator: ".").reduce(self as JSON?) { value, step in
            guard let value else { return nil }
            if let index = Int(step), case .array = value { return value[index] }
            return value[String(step)]
        }
    }
}

extension JSON: Codable {
    /// Reads any value.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? value.decode(Decimal.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let elements = try? value.decode([JSON].self) {
            self = .array(elements)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    /// Writes itself.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let flag): try container.encode(flag)
        case .number(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .number(Decimal(value)) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An object.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}
