public import FoundationEssentials
internal import Text

/// A type that has one form in JSON, which it describes and writes.
public protocol JSONRepresentable: Answer {
    /// The form.
    static var schema: Schema { get }
    /// This value in that form.
    var json: JSONValue { get }
}

extension JSONRepresentable {
    /// The form.
    public static var answerSchema: Schema? { schema }

    /// 200 with this value.
    public var response: Response { .json(self) }
}

extension Bool: JSONRepresentable {
    /// `true` or `false`.
    public static var schema: Schema { .boolean }
    /// `true` or `false`.
    public var json: JSONValue { .bool(self) }
}

extension Int: JSONRepresentable {
    /// Any whole number.
    public static var schema: Schema { .integer() }
    /// The number.
    public var json: JSONValue { .integer(self) }
}

extension Int64: JSONRepresentable {
    /// Any whole number.
    public static var schema: Schema { .integer() }
    /// The number.
    public var json: JSONValue { .integer(Int(self)) }
}

extension Double: JSONRepresentable {
    /// Any number.
    public static var schema: Schema { .number() }
    /// The number; null for what JSON has no word for, such as infinity.
    public var json: JSONValue { isFinite ? .number(self) : .null }
}

extension String: JSONRepresentable {
    /// Any string.
    public static var schema: Schema { .string() }
    /// The string.
    public var json: JSONValue { .string(self) }
}

extension UUID: JSONRepresentable {
    /// A UUID.
    public static var schema: Schema { .uuid }
    /// The id in lower case.
    public var json: JSONValue { .string(text) }
}

extension Date: JSONRepresentable {
    /// A date and time of RFC 3339.
    public static var schema: Schema { .dateTime }
    /// The time in UTC, to the millisecond.
    public var json: JSONValue { .string(rfc3339) }
}

extension JSONValue: JSONRepresentable {
    /// Anything.
    public static var schema: Schema { .any }
    /// The value itself.
    public var json: JSONValue { self }
}

extension Optional: JSONRepresentable, Answer where Wrapped: JSONRepresentable {
    /// The form of the value, or null.
    public static var schema: Schema { Wrapped.schema.nullable }
    /// The value, or null when there is none: every answer has all its members.
    public var json: JSONValue { self?.json ?? .null }
}

extension Array: JSONRepresentable, Answer where Element: JSONRepresentable {
    /// A list.
    public static var schema: Schema { .array(Element.schema) }
    /// The elements in order.
    public var json: JSONValue { .array(map(\.json)) }
}

extension Dictionary: JSONRepresentable, Answer where Key == String, Value: JSONRepresentable {
    /// An object whose members' names are data.
    public static var schema: Schema { .map(Value.schema) }
    /// The members.
    public var json: JSONValue { .object(mapValues(\.json)) }
}

/// Words of a fixed list say which they are.
extension JSONRepresentable where Self: RawRepresentable & CaseIterable, RawValue == String {
    /// One of the words.
    public static var schema: Schema { .choice(allCases.map(\.rawValue)) }
    /// The word.
    public var json: JSONValue { .string(rawValue) }
}
