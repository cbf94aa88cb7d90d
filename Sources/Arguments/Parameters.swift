/// What a command accepts, as stored properties: options, flags and operands. It is the only place where they are
/// declared; parsing and the help text follow from it.
///
/// ```swift
/// struct Create: Parameters {
///     let label = Option(required: "--label", "TEXT", .text, "the season's name")
///     let slots = Option("--slots", "N", .number(1...500), default: 75, "the number of slots")
/// }
/// ```
public protocol Parameters: Sendable {
    /// The declarations.
    init()

    /// Throws when the values are not valid together.
    func check(_ values: ArgumentValues<Self>) throws(UsageFault)
}

extension Parameters {
    /// Accepts all values.
    public func check(_ values: ArgumentValues<Self>) throws(UsageFault) {}

    static var declarations: [any Parameter] {
        Mirror(reflecting: Self()).children.compactMap { $0.value as? any Parameter }
    }
}

/// An option, a flag or an operand.
public protocol Parameter: Sendable {
    /// The type that a command reads.
    associatedtype Value: Sendable

    /// What a user must know about it.
    var description: ParameterDescription { get }

    /// Reads the words that were given for it.
    func value(of words: [String]) throws(UsageFault) -> Value
}

/// What a user must know about a parameter: enough for a help text, a manual page and completion in a shell.
public struct ParameterDescription: Sendable {
    /// How it appears on a command line.
    public enum Kind: Sendable, Equatable {
        /// `--name PLACEHOLDER` or `--name=PLACEHOLDER`.
        case option(placeholder: String)
        /// `--name`.
        case flag
        /// A word by its position.
        case operand
    }

    /// `--name`, or the placeholder of an operand.
    public let name: String
    /// How it appears on a command line.
    public let kind: Kind
    /// What it does, without a capital letter and a full stop.
    public let meaning: String
    /// The values it may have, for a number its range.
    public let limits: String?
    /// The value when none is given, if there is one.
    public let standard: String?
    /// Whether it must be given.
    public let isRequired: Bool
    /// Whether it may be given several times. Of other options the last one counts.
    public let isRepeated: Bool
}

/// The values that a command line gives, under the names of the properties.
@dynamicMemberLookup
public struct ArgumentValues<Group: Parameters>: Sendable {
    private let declared: Group
    private let valuesByName: [String: any Sendable]

    init(_ words: [String: [String]]) throws(UsageFault) {
        func read<P: Parameter>(_ parameter: P) throws(UsageFault) -> any Sendable {
            ReadValue(value: try parameter.value(of: words[parameter.description.name] ?? []))
        }
        declared = Group()
        var values: [String: any Sendable] = [:]
        for parameter in Group.declarations { values[parameter.description.name] = try read(parameter) }
        valuesByName = values
        try declared.check(self)
    }

    /// The value of a parameter.
    public subscript<P: Parameter>(dynamicMember parameter: KeyPath<Group, P>) -> P.Value {
        let name = declared[keyPath: parameter].description.name
        guard let read = valuesByName[name] as? ReadValue<P.Value> else {
            preconditionFailure("\(name) is not a stored property of \(Group.self)")
        }
        return read.value
    }
}

/// A value in a dictionary of values of all types. An optional by itself would be unwrapped by a cast.
private struct ReadValue<Value: Sendable>: Sendable {
    let value: Value
}
