/// What a JSON value must look like. One declaration validates requests and describes them in the OpenAPI document.
public struct Schema: Sendable {
    indirect enum Kind: Sendable {
        case any
        case boolean
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case string(StringRule)
        case array(Schema, ClosedRange<Int>)
        case object([Field], isOpen: Bool)
        case map(Schema)
        case oneOf([Schema])
    }

    let kind: Kind
    /// Whether null is allowed too.
    private(set) var isNullable = false
    /// What the value means, for the document.
    private(set) var meaning: String?
    /// The name under which the document keeps it once.
    private(set) var name: String?

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// A member of an object.
    public struct Field: Sendable {
        let name: String
        let schema: Schema
        let isRequired: Bool

        /// A member that must be there.
        public static func required(_ name: String, _ schema: Schema, _ meaning: String? = nil) -> Field {
            Field(name: name, schema: schema.meaning(meaning), isRequired: true)
        }

        /// A member that may be absent or, being absent in meaning, null.
        public static func optional(_ name: String, _ schema: Schema, _ meaning: String? = nil) -> Field {
            Field(name: name, schema: schema.nullable.meaning(meaning), isRequired: false)
        }
    }
}

extension Schema {
    /// Any value at all.
    public static let any = Schema(.any)
    /// True or false.
    public static let boolean = Schema(.boolean)
    /// A UUID.
    public static let uuid = Schema(.string(.uuid))
    /// A point in time of RFC 3339.
    public static let dateTime = Schema(.string(.dateTime))
    /// An absolute http or https address.
    public static let url = Schema(.string(.url))
    /// An e-mail address.
    public static let email = Schema(.string(.email))

    /// A whole number.
    public static func integer(_ range: ClosedRange<Int> = Int.min...Int.max) -> Schema { Schema(.integer(range)) }

    /// A number.
    public static func number(
        _ range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    ) -> Schema {
        Schema(.number(range))
    }

    /// Any string of a length in code points; for tokens, codes and answers. What people write is `text`.
    public static func string(_ length: ClosedRange<Int> = 0...10_000, pattern: Pattern? = nil) -> Schema {
        Schema(.string(StringRule(length: length, pattern: pattern)))
    }

    /// What a person writes: no control characters, line breaks only when there may be several lines, and not only
    /// white space unless it may be empty.
    public static func text(_ length: ClosedRange<Int>, lines: Lines = .one) -> Schema {
        Schema(.string(StringRule(length: length, isText: true, lines: lines)))
    }

    /// One of a few words.
    public static func choice(_ words: [String]) -> Schema { Schema(.string(StringRule(words: words))) }

    /// A list.
    public static func array(_ element: Schema, count: ClosedRange<Int> = 0...1_000) -> Schema {
        Schema(.array(element, count))
    }

    /// An object of just these members.
    public static func object(_ fields: [Field]) -> Schema { Schema(.object(fields, isOpen: false)) }

    /// An object of these members, and perhaps others.
    public static func openObject(_ fields: [Field]) -> Schema { Schema(.object(fields, isOpen: true)) }

    /// An object whose members' names are data.
    public static func map(_ value: Schema) -> Schema { Schema(.map(value)) }

    /// A value that fits one of several schemas; the first that fits decides.
    public static func oneOf(_ schemas: [Schema]) -> Schema { Schema(.oneOf(schemas)) }

    /// Whether a text may have line breaks.
    public enum Lines: Sendable {
        /// One line.
        case one
        /// Many lines: line breaks and tabs are allowed.
        case many
    }

    /// The same, or null.
    public var nullable: Schema {
        var copy = self
        copy.isNullable = true
        return copy
    }

    /// The form itself, without what one place says about it.
    var bare: Schema {
        var copy = self
        copy.isNullable = false
        copy.meaning = nil
        return copy
    }

    /// The same with a sentence that says what it means.
    public func meaning(_ meaning: String?) -> Schema {
        var copy = self
        copy.meaning = meaning ?? self.meaning
        return copy
    }

    /// The same under a name of its own in the document.
    public func named(_ name: String) -> Schema {
        var copy = self
        copy.name = name
        return copy
    }
}

/// A form of strings: the regular expression for the document, the test for the program, the words for people.
public struct Pattern: Sendable {
    let source: String
    let explanation: String
    let matches: @Sendable (String) -> Bool

    /// A pattern; `explanation` completes the sentence "The value …".
    public init(_ source: String, explanation: String, matches: @escaping @Sendable (String) -> Bool) {
        self.source = source
        self.explanation = explanation
        self.matches = matches
    }
}
