public import Text

/// A parameter with a name and a value: `--slots 75` or `--slots=75`.
public struct Option<Value: Sendable>: Parameter {
    /// What a user must know about it.
    public let description: ParameterDescription
    private let read: @Sendable ([String]) throws(FormatFault) -> Value?

    /// An option with a default.
    public init(
        _ name: String, _ placeholder: String, _ format: ValueFormat<Value>, default standard: Value, _ meaning: String
    ) where Value: CustomStringConvertible {
        description = Self.described(name, placeholder, format, standard: "\(standard)", meaning)
        read = { words throws(FormatFault) in
            guard let word = words.last else { return standard }
            return try format.value(of: word)
        }
    }

    /// An option that must be given.
    public init(required name: String, _ placeholder: String, _ format: ValueFormat<Value>, _ meaning: String) {
        description = Self.described(name, placeholder, format, isRequired: true, meaning)
        read = { words throws(FormatFault) in
            guard let word = words.last else { return nil }
            return try format.value(of: word)
        }
    }

    /// An option that may be left out; its value is nil then.
    public init<Given: Sendable>(
        optional name: String, _ placeholder: String, _ format: ValueFormat<Given>, _ meaning: String
    ) where Value == Given? {
        description = Self.described(name, placeholder, format, meaning)
        read = { words throws(FormatFault) in
            guard let word = words.last else { return .some(nil) }
            return try format.value(of: word)
        }
    }

    /// An option that may be given several times.
    public init<Item: Sendable>(
        repeated name: String, _ placeholder: String, _ format: ValueFormat<Item>, _ meaning: String
    ) where Value == [Item] {
        description = Self.described(name, placeholder, format, isRepeated: true, meaning)
        read = { words throws(FormatFault) in try words.map { word throws(FormatFault) in try format.value(of: word) } }
    }

    /// Reads the words that were given for it.
    public func value(of words: [String]) throws(UsageFault) -> Value {
        try UsageFault.naming(description) { () throws(FormatFault) in try read(words) }
    }

    private static func described<Given>(
        _ name: String, _ placeholder: String, _ format: ValueFormat<Given>, standard: String? = nil,
        isRequired: Bool = false, isRepeated: Bool = false, _ meaning: String
    ) -> ParameterDescription {
        ParameterDescription(
            name: name, kind: .option(placeholder: placeholder), meaning: meaning, limits: format.limits,
            standard: standard, isRequired: isRequired, isRepeated: isRepeated)
    }
}

/// A parameter with a name and no value: `--json`.
public struct Flag: Parameter {
    /// What a user must know about it.
    public let description: ParameterDescription

    /// A flag, false unless it is given.
    public init(_ name: String, _ meaning: String) {
        description = ParameterDescription(
            name: name, kind: .flag, meaning: meaning, limits: nil, standard: nil, isRequired: false, isRepeated: false)
    }

    /// Whether it was given.
    public func value(of words: [String]) -> Bool { !words.isEmpty }
}

/// A parameter by its position.
public struct Operand<Value: Sendable>: Parameter {
    /// What a user must know about it.
    public let description: ParameterDescription
    private let read: @Sendable ([String]) throws(FormatFault) -> Value?

    /// An operand that must be given.
    public init(_ name: String, _ format: ValueFormat<Value>, _ meaning: String) {
        description = ParameterDescription(
            name: name, kind: .operand, meaning: meaning, limits: format.limits, standard: nil, isRequired: true,
            isRepeated: false)
        read = { words throws(FormatFault) in
            guard let word = words.last else { return nil }
            return try format.value(of: word)
        }
    }

    /// Any number of operands. No operand may follow them.
    public init<Item: Sendable>(
        repeated name: String, _ format: ValueFormat<Item>, _ meaning: String
    ) where Value == [Item] {
        description = ParameterDescription(
            name: name, kind: .operand, meaning: meaning, limits: format.limits, standard: nil, isRequired: false,
            isRepeated: true)
        read = { words throws(FormatFault) in try words.map { word throws(FormatFault) in try format.value(of: word) } }
    }

    /// Reads the words that were given for it.
    public func value(of words: [String]) throws(UsageFault) -> Value {
        try UsageFault.naming(description) { () throws(FormatFault) in try read(words) }
    }
}

/// A command line that is not valid.
public struct UsageFault: Error, Sendable, Equatable {
    /// What is wrong, such as `--label is required`.
    public let message: String

    /// A fault by its message.
    public init(_ message: String) {
        self.message = message
    }

    /// Reads a value; a fault begins with the parameter's name, and nil means that it is missing.
    fileprivate static func naming<Value>(
        _ parameter: ParameterDescription, _ read: () throws(FormatFault) -> Value?
    ) throws(UsageFault) -> Value {
        let value: Value?
        do throws(FormatFault) {
            value = try read()
        } catch {
            throw UsageFault("\(parameter.name) \(error.messages().joined(separator: "; "))")
        }
        guard let value else { throw UsageFault("\(parameter.name) is required") }
        return value
    }
}
