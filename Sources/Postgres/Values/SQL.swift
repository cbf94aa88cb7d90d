/// A statement whose interpolated values are always bound as parameters and never become part of its text.
///
/// `"select title from clips where id = \(id)"` has the text `select title from clips where id = $1` and one
/// parameter. Text can be spliced in only by `\(unescaped:)`, which takes a literal of the source code, by
/// `\(identifier:)`, which quotes, and by `\(sql:)`, which nests another statement with its parameters.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The text that the server is sent, with `$1`, `$2` … where values were interpolated.
    public private(set) var text: String
    private(set) var parameters: Parameters
    /// The UTF-8 offset in `text` of each placeholder, so that a nested statement can be numbered anew.
    private var placeholders: [Int]

    init(text: String, parameters: Parameters = Parameters()) {
        self.text = text
        self.parameters = parameters
        self.placeholders = []
    }

    /// A statement without parameters.
    public init(stringLiteral value: String) {
        self.init(text: value)
    }

    /// The statement that an interpolated literal spells.
    public init(stringInterpolation: Interpolation) {
        self = stringInterpolation.sql
    }

    /// How many values are bound.
    public var parameterCount: Int { parameters.count }

    mutating func append(literal: String) {
        text.append(literal)
    }

    mutating func append(value: some SQLValue) {
        parameters.append(value)
        placeholders.append(text.utf8.count)
        text.append("$\(parameters.count)")
    }

    mutating func append(_ other: SQL) {
        let shift = parameters.count
        if shift == 0 {
            placeholders.append(contentsOf: other.placeholders.map { $0 + text.utf8.count })
            text.append(other.text)
        } else {
            var rest = other.text.utf8[...]
            for (index, offset) in other.placeholders.enumerated() {
                let start = other.text.utf8.index(other.text.startIndex, offsetBy: offset)
                text.append(String(Substring(rest[..<start])))
                placeholders.append(text.utf8.count)
                text.append("$\(shift + index + 1)")
                rest = other.text.utf8[other.text.utf8.index(start, offsetBy: "$\(index + 1)".utf8.count)...]
            }
            text.append(String(Substring(rest)))
        }
        parameters.append(contentsOf: other.parameters)
    }

    /// Both statements one after the other; the parameters of the second are numbered on.
    public static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum.append(right)
        return sum
    }

    /// Appends a statement; its parameters are numbered on.
    public static func += (left: inout SQL, right: SQL) {
        left.append(right)
    }

    /// Collects the literals and the bound values of an interpolated statement.
    public struct Interpolation: StringInterpolationProtocol {
        fileprivate(set) var sql: SQL

        /// Starts an empty statement.
        public init(literalCapacity: Int, interpolationCount: Int) {
            sql = SQL(text: "")
            sql.text.reserveCapacity(literalCapacity + 3 * interpolationCount)
        }

        /// Appends text of the source code.
        public mutating func appendLiteral(_ literal: String) {
            sql.append(literal: literal)
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some SQLValue) {
            sql.append(value: value)
        }

        /// Binds a value or null. It does what the function above would, but without it the compiler warns of every
        /// optional that it is a description which will be interpolated.
        public mutating func appendInterpolation<Value: SQLValue>(_ value: Value?) {
            sql.append(value: value)
        }

        /// Nests a statement with its parameters.
        public mutating func appendInterpolation(sql nested: SQL) {
            sql.append(nested)
        }

        /// Splices text that is a literal in the source code.
        public mutating func appendInterpolation(unescaped text: StaticString) {
            sql.append(literal: "\(text)")
        }

        /// Splices a quoted name of a table, column, channel or database.
        public mutating func appendInterpolation(identifier name: String) {
            sql.append(literal: SQL.quoted(identifier: name))
        }
    }

    static func quoted(identifier name: String) -> String {
        "\"\(name.replacing("\"", with: "\"\""))\""
    }
}

extension SQL: CustomStringConvertible, CustomDebugStringConvertible {
    /// The text without the bound values, which may be secret.
    public var description: String { text }

    /// The text and how many values are bound; the values themselves are never printed.
    public var debugDescription: String { "\(text) [\(parameters.count) bound]" }
}

extension Sequence<SQL> {
    /// The statements one after the other with `separator` between them, as for a list of conditions.
    public func joined(separator: SQL) -> SQL {
        var joined = SQL(text: "")
        for (index, part) in enumerated() {
            if index > 0 { joined.append(separator) }
            joined.append(part)
        }
        return joined
    }
}
