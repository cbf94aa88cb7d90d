/// A piece of markup, written as a string literal whose interpolated values are escaped.
///
/// A literal's own characters are markup; every interpolated value is text and comes out escaped, in content and in
/// quoted attributes alike; an interpolated `HTML` stays markup. Only literals can become markup: there is no way to
/// turn a `String` made at run time into tags.
public struct HTML: Sendable, Equatable {
    /// The markup, ready to be sent.
    public let source: String

    /// Nothing at all.
    public static let empty: HTML = ""

    /// The pieces one after the other.
    public static func join(_ pieces: some Sequence<HTML>, separator: HTML = .empty) -> HTML {
        var source = ""
        var isFirst = true
        for piece in pieces {
            if !isFirst { source += separator.source }
            source += piece.source
            isFirst = false
        }
        return HTML(source: source)
    }

    /// The markup when the condition holds, else nothing.
    public static func when(_ condition: Bool, _ markup: @autoclosure () -> HTML) -> HTML {
        condition ? markup() : .empty
    }

    private init(source: String) {
        self.source = source
    }
}

extension HTML: ExpressibleByStringInterpolation {
    /// Markup without holes.
    public init(stringLiteral literal: StaticString) {
        source = literal.description
    }

    /// Markup with its holes filled.
    public init(stringInterpolation: StringInterpolation) {
        source = stringInterpolation.source
    }

    /// Collects the literal parts and escapes the interpolated ones.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var source = ""

        /// Starts an empty piece with room for the literal and a little text for each hole.
        public init(literalCapacity: Int, interpolationCount: Int) {
            source.reserveCapacity(literalCapacity + interpolationCount * 24)
        }

        /// Adds markup.
        public mutating func appendLiteral(_ literal: StaticString) {
            source += literal.description
        }

        /// Adds text, escaped.
        public mutating func appendInterpolation(_ text: some StringProtocol) {
            appendEscaped(text)
        }

        /// Adds a whole number.
        public mutating func appendInterpolation(_ number: some BinaryInteger) {
            source += String(number)
        }

        /// Adds markup.
        public mutating func appendInterpolation(_ markup: HTML) {
            source += markup.source
        }

        /// Adds markup, or nothing.
        public mutating func appendInterpolation(_ markup: HTML?) {
            source += markup?.source ?? ""
        }

        /// Adds pieces of markup one after the other.
        public mutating func appendInterpolation(_ pieces: some Sequence<HTML>) {
            for piece in pieces { source += piece.source }
        }

        /// Adds JSON as the content of a `script` element that is data. What could end the element is written as an
        /// escape, which means the same: in JSON these characters are only within strings.
        public mutating func appendInterpolation(json text: String) {
            for scalar in text.unicodeScalars {
                switch scalar {
                case "&", "<", ">", "\u{2028}", "\u{2029}":
                    let digits = String(scalar.value, radix: 16)
                    source += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: source.unicodeScalars.append(scalar)
                }
            }
        }

        /// Replaces the five characters that mean something in content or in a quoted attribute.
        ///
        /// NUL has no place in a document, so it becomes the replacement character, as a parser would read it.
        private mutating func appendEscaped(_ text: some StringProtocol) {
            for scalar in text.unicodeScalars {
                switch scalar {
                case "&": source += "&amp;"
                case "<": source += "&lt;"
                case ">": source += "&gt;"
                case "\"": source += "&quot;"
                case "'": source += "&#39;"
                case "\0": source += "\u{FFFD}"
                default: source.unicodeScalars.append(scalar)
                }
            }
        }
    }
}
