internal import Text

/// A value in a field of a log line.
public enum LogValue: Sendable, Equatable {
    /// Text.
    case string(String)
    /// A whole number.
    case int(Int)
    /// A number with a fraction.
    case double(Double)
    /// True or false.
    case bool(Bool)

    /// Any value by its description, which must hold no secret.
    public init(describing value: some CustomStringConvertible) {
        self = .string(value.description)
    }

    /// The value as plain text.
    public var text: String {
        switch self {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let truth): String(truth)
        }
    }

    func appendJSON(to line: inout [UInt8]) {
        switch self {
        case .string(let text): JSONLines.appendQuoted(text, to: &line)
        case .double(let number) where !number.isFinite: JSONLines.appendQuoted(String(number), to: &line)
        case .int(let number): line.append(decimal: number)
        default: line += text.utf8
        }
    }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// A number with a fraction.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
