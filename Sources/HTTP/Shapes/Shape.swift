/// The members of a JSON object, each declared once with its name, its meaning and where its value comes from.
///
/// A shape writes values and describes itself: validation, the OpenAPI document and the pages' types follow from it.
///
/// ```swift
/// extension Season: Shaped {
///     static let shape = Shape<Season>("Season") {
///         Field("id", \.id)
///         Field("roundSeconds", \.settings.roundSeconds, "How long a round is open.")
///         Field("coverURL", \.coverURL)    // `coverUrl` in JSON; null when there is none
///     }
/// }
/// ```
public struct Shape<Value>: Sendable {
    /// The form, under the shape's name.
    public let schema: Schema
    fileprivate let fields: [Field<Value>]

    /// A shape. The document and the types of the pages know it by `name`.
    public init(_ name: String, @FieldBuilder<Value> _ fields: () -> [Field<Value>]) {
        self.fields = fields()
        schema = Schema.object(self.fields.map(\.described)).named(name)
    }

    /// A value in this form.
    public func json(_ value: Value) -> JSONValue {
        var members: [String: JSONValue] = [:]
        members.reserveCapacity(fields.count)
        for field in fields { members[field.described.name] = field.read(value) }
        return .object(members)
    }
}

/// A type whose JSON has one shape.
public protocol Shaped: JSONRepresentable {
    /// The shape.
    static var shape: Shape<Self> { get }
}

extension Shaped {
    /// The form of the shape.
    public static var schema: Schema { shape.schema }
    /// This value in the shape.
    public var json: JSONValue { Self.shape.json(self) }
}

/// One member of a shape.
public struct Field<Value>: Sendable {
    fileprivate let described: Schema.Field
    fileprivate let read: @Sendable (Value) -> JSONValue

    /// A member. `name` is the name that Swift uses (`clipID`); JSON's is derived from it (`clipId`). `schema` says more
    /// than the type of the value does, such as a range.
    public init<Member: JSONRepresentable>(
        _ name: String, _ get: @escaping @Sendable (Value) -> Member, _ schema: Schema? = nil,
        _ meaning: String? = nil
    ) {
        self.init(
            described: .required(JSONName.derived(from: name), schema ?? Member.schema, meaning),
            read: { get($0).json })
    }

    /// A member whose form follows from the type of its value.
    public init<Member: JSONRepresentable>(
        _ name: String, _ get: @escaping @Sendable (Value) -> Member, _ meaning: String
    ) {
        self.init(name, get, nil, meaning)
    }

    fileprivate init(described: Schema.Field, read: @escaping @Sendable (Value) -> JSONValue) {
        self.described = described
        self.read = read
    }
}

/// The members of another shape, side by side with a shape's own.
public struct Including<Value> {
    fileprivate let fields: [Field<Value>]

    /// These members.
    public init(_ fields: Field<Value>...) {
        self.fields = fields
    }

    /// The members of the shape of a part that was written before, and is kept as JSON.
    public init<Part: Shaped>(written part: Part.Type, _ get: @escaping @Sendable (Value) -> JSONValue) {
        fields = Part.shape.fields.map { field in
            Field(described: field.described, read: { get($0)[field.described.name] ?? .null })
        }
    }

    /// The members of the shape of a part.
    public init<Part: Shaped>(_ get: @escaping @Sendable (Value) -> Part) {
        fields = Part.shape.fields.map { field in
            Field(described: field.described, read: { field.read(get($0)) })
        }
    }
}

/// Collects the members of a shape. Each is checked by itself, which keeps the compiler quick.
@resultBuilder
public enum FieldBuilder<Value> {
    /// One member.
    public static func buildExpression(_ field: Field<Value>) -> [Field<Value>] { [field] }
    /// The members of a part.
    public static func buildExpression(_ including: Including<Value>) -> [Field<Value>] { including.fields }
    /// All of them.
    public static func buildBlock(_ fields: [Field<Value>]...) -> [Field<Value>] { fields.flatMap(\.self) }
}
