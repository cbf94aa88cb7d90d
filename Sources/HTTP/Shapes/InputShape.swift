public import FoundationEssentials

/// A body that a route takes, as a type whose stored properties are its fields.
///
/// ```swift
/// struct RejectInput: InputShape {
///     @Input var clipID: UUID
///     @Input(.text(1...500, lines: .many), "What the creator reads.") var reason: String
///     @Input("Only of this slot.") var slot: Int?
/// }
/// ```
///
/// The names in JSON are derived from the properties' (`clipId`); an optional property may be left out or null.
public protocol InputShape: Decodable, SendableMetatype {
    /// The declaration, before any value has been read.
    init()
}

extension InputShape {
    /// The form of the JSON, under the name of the type without what says that it is an input.
    public static var schema: Schema {
        let name = String(describing: Self.self)
        return Schema.object(fields).named(name)
    }

    fileprivate static var fields: [Schema.Field] {
        Mirror(reflecting: Self()).children.flatMap { child -> [Schema.Field] in
            // A wrapped property is stored under its name with an underscore in front.
            guard let label = child.label, let declared = child.value as? any DeclaredInput else { return [] }
            return declared.fields(named: JSONName.derived(from: String(label.dropFirst())))
        }
    }
}

/// A field of a body.
@propertyWrapper
public struct Input<Value: InputValue>: Sendable {
    private enum State: Sendable {
        case declared(Schema?, String?)
        case read(Value)
    }

    private let state: State

    /// What the body holds. It exists once the body has been read.
    public var wrappedValue: Value {
        guard case .read(let value) = state else { preconditionFailure("this input was declared and not read") }
        return value
    }

    /// A field whose form follows from its type.
    public init() {
        state = .declared(nil, nil)
    }

    /// The same with what it means.
    public init(_ meaning: String) {
        state = .declared(nil, meaning)
    }

    /// A field with a form that says more than its type, such as a length.
    public init(_ schema: Schema, _ meaning: String? = nil) {
        state = .declared(schema, meaning)
    }

    fileprivate init(read value: Value) {
        state = .read(value)
    }
}

/// The fields of another body, side by side with a body's own.
@propertyWrapper
public struct InputGroup<Group: InputShape & Sendable>: Sendable {
    private let group: Group?

    /// What the body holds.
    public var wrappedValue: Group {
        guard let group else { preconditionFailure("this input was declared and not read") }
        return group
    }

    /// Declares the fields.
    public init() {
        group = nil
    }
}

/// A type that a field of a body may have.
public protocol InputValue: Decodable, Sendable {
    /// The form of its JSON.
    static var inputSchema: Schema { get }
    /// The value of a field that was left out; nil where it must not be.
    static var absent: Self? { get }
    /// The value of a field that is null; nil where it must not be.
    static var null: Self? { get }
}

extension InputValue {
    /// Fields are required.
    public static var absent: Self? { nil }
    /// Fields are not null.
    public static var null: Self? { nil }
}

extension InputValue where Self: JSONRepresentable {
    /// The form that the type has in answers too.
    public static var inputSchema: Schema { schema }
}

extension InputValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    /// One of the words.
    public static var inputSchema: Schema { .choice(allCases.map(\.rawValue)) }
}

extension InputValue where Self: JSONRepresentable & RawRepresentable & CaseIterable, RawValue == String {
    /// One of the words.
    public static var inputSchema: Schema { schema }
}

extension InputValue where Self: InputShape {
    /// An object of its fields.
    public static var inputSchema: Schema { schema }
}

extension Bool: InputValue {}
extension Int: InputValue {}
extension Double: InputValue {}
extension String: InputValue {}
extension UUID: InputValue {}
extension Date: InputValue {}

extension Array: InputValue where Element: InputValue {
    /// A list.
    public static var inputSchema: Schema { .array(Element.inputSchema) }
}

extension Optional: InputValue where Wrapped: InputValue {
    /// The form of the value, or null.
    public static var inputSchema: Schema { Wrapped.inputSchema.nullable }
    /// Nothing was said.
    public static var absent: Wrapped?? { .some(.none) }
    /// Nothing was said; of an optional in an optional: that there is to be none.
    public static var null: Wrapped?? { .some(Wrapped.null) }
}

/// What the declaration of a body finds in its properties.
private protocol DeclaredInput {
    func fields(named name: String) -> [Schema.Field]
}

extension Input: DeclaredInput {
    fileprivate func fields(named name: String) -> [Schema.Field] {
        guard case .declared(let schema, let meaning) = state else { return [] }
        let form = schema ?? Value.inputSchema
        return [Value.absent == nil ? .required(name, form, meaning) : .optional(name, form, meaning)]
    }
}

extension InputGroup: DeclaredInput {
    fileprivate func fields(named name: String) -> [Schema.Field] { Group.fields }
}

/// What reads a field knows more about it than that it can be decoded.
protocol FieldReadable {
    /// Reads the field `key` out of the members of `object`.
    static func read(_ key: any CodingKey, of object: ValueDecoder, _ members: [String: JSONValue]) throws -> Self
}

extension Input: FieldReadable {
    static func read(
        _ key: any CodingKey, of object: ValueDecoder, _ members: [String: JSONValue]
    ) throws -> Input<Value> {
        let name = Step(JSONName.derived(from: key.stringValue))
        guard let found = members[name.stringValue] else {
            if let absent = Value.absent { return Input(read: absent) }
            throw DecodingError.keyNotFound(
                name, DecodingError.Context(codingPath: object.codingPath + [name], debugDescription: "is required"))
        }
        if found == .null, let null = Value.null { return Input(read: null) }
        return Input(read: try object.at(name, found).decode(Value.self))
    }
}

extension InputGroup: FieldReadable {
    static func read(
        _ key: any CodingKey, of object: ValueDecoder, _ members: [String: JSONValue]
    ) throws -> InputGroup<Group> {
        InputGroup(group: try object.decode(Group.self))
    }

    private init(group: Group) {
        self.group = group
    }
}

extension Input: Decodable {
    /// Never called: the reader of bodies makes fields by their names.
    public init(from decoder: any Decoder) throws {
        state = .read(try Value(from: decoder))
    }
}

extension InputGroup: Decodable {
    /// Reads the group out of the object that holds its fields.
    public init(from decoder: any Decoder) throws {
        group = try Group(from: decoder)
    }
}
