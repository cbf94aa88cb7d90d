/// How a value is written as text, in settings and on command lines.
public struct ValueFormat<Value: Sendable>: Sendable {
    /// What the number counts or the form of the text, for documentation: `votes`, `URL`.
    public let unit: String
    /// The values that are allowed, for help texts: `1 to 500`; nil when they need no explanation.
    public let limits: String?
    private let read: @Sendable (String) throws(FormatFault) -> Value

    /// A format; `read` gets the text and throws the rule that it breaks.
    public init(
        _ unit: String, limits: String? = nil, read: @escaping @Sendable (String) throws(FormatFault) -> Value
    ) {
        self.unit = unit
        self.limits = limits
        self.read = read
    }

    /// Reads a value.
    public func value(of text: String) throws(FormatFault) -> Value { try read(text) }

    /// The same format with another unit in the documentation.
    public func described(as unit: String) -> ValueFormat { ValueFormat(unit, limits: limits, read: read) }
}

/// The rules that a text breaks. Each continues a sentence that begins with the name of the setting or option.
public struct FormatFault: Error, Sendable {
    private struct Reason {
        let rule: String
        let text: String?
    }

    private var reasons: [Reason]

    /// One rule, such as `must be true or false`, and the text that breaks it, if it may be shown.
    public init(_ rule: String, not text: String? = nil) {
        reasons = [Reason(rule: rule, text: text)]
    }

    /// Several faults of one text.
    public init?(joining faults: [FormatFault]) {
        guard !faults.isEmpty else { return nil }
        reasons = faults.flatMap(\.reasons)
    }

    /// The ends of the sentences; without the text itself when that is a secret.
    public func messages(hidingText: Bool = false) -> [String] {
        reasons.map { reason in
            guard let text = reason.text, !hidingText else { return reason.rule }
            return "\(reason.rule), not \"\(text)\""
        }
    }
}

extension ValueFormat where Value == String {
    /// Any text.
    public static var text: Self { text("text") }

    /// Any text, with a name for its form.
    public static func text(_ unit: String) -> Self { ValueFormat(unit) { text throws(FormatFault) in text } }

    /// A path from the root, without a slash at the end.
    public static var path: Self {
        ValueFormat("path") { path throws(FormatFault) in
            guard path.hasPrefix("/") else { throw FormatFault("must be an absolute path", not: path) }
            return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        }
    }

    /// The path of a directory.
    public static var directory: Self { path.described(as: "directory") }
}

extension ValueFormat where Value == Int {
    /// A whole number in a range.
    public static func number(_ range: ClosedRange<Int>, _ unit: String = "number") -> Self {
        let end = range.upperBound == Int.max ? "" : " to \(range.upperBound)"
        let limits = "from \(range.lowerBound)\(end)"
        return ValueFormat(unit, limits: limits) { text throws(FormatFault) in
            guard let number = Int(text), range.contains(number) else {
                throw FormatFault("must be a whole number \(limits)", not: text)
            }
            return number
        }
    }
}

extension ValueFormat where Value == Bool {
    /// `true` or `false`, or what other programs write instead.
    public static var toggle: Self {
        ValueFormat("true or false") { text throws(FormatFault) in
            switch text.lowercased() {
            case "true", "yes", "on", "1": return true
            case "false", "no", "off", "0": return false
            default: throw FormatFault("must be true or false", not: text)
            }
        }
    }
}

extension ValueFormat where Value == EmailAddress {
    /// One e-mail address without a name.
    public static var emailAddress: Self {
        ValueFormat("address") { text throws(FormatFault) in
            guard let address = EmailAddress(text) else {
                throw FormatFault("must be an e-mail address alone, such as film@example.org", not: text)
            }
            return address
        }
    }
}

extension ValueFormat where Value == Duration {
    /// A number of seconds, or a number with `ms`, `s`, `m`, `min` or `h`.
    public static var duration: Self {
        ValueFormat("time") { text throws(FormatFault) in
            let digits = text.prefix { $0.isASCII && $0.isNumber }
            let number = Int(digits).flatMap { $0 <= 1_000_000_000 ? $0 : nil }
            switch (number, text.dropFirst(digits.count)) {
            case (let number?, "ms"): return .milliseconds(number)
            case (let number?, ""), (let number?, "s"): return .seconds(number)
            case (let number?, "m"), (let number?, "min"): return .seconds(number * 60)
            case (let number?, "h"): return .seconds(number * 3_600)
            default: throw FormatFault("must be a time such as 55s, 10m or 500ms", not: text)
            }
        }
    }
}

extension ValueFormat {
    /// One of several words, in any case.
    public static func choice(_ choices: [(word: String, value: Value)], _ unit: String) -> Self {
        ValueFormat(unit) { text throws(FormatFault) in
            guard let choice = choices.first(where: { $0.word == text.lowercased() }) else {
                let words = choices.map(\.word)
                throw FormatFault(
                    "must be \(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")", not: text)
            }
            return choice.value
        }
    }

    /// Values of a format with a separator between them. Blanks around each are dropped, and so are empty ones.
    public static func list<Item: Sendable>(
        _ item: ValueFormat<Item>, separator: Character = ",", _ unit: String
    ) -> Self where Value == [Item] {
        ValueFormat(unit) { text throws(FormatFault) in
            var items: [Item] = []
            var faults: [FormatFault] = []
            for part in text.split(separator: separator).map(\.trimmed) where !part.isEmpty {
                do throws(FormatFault) {
                    items.append(try item.value(of: part))
                } catch {
                    faults.append(error)
                }
            }
            if let fault = FormatFault(joining: faults) { throw fault }
            return items
        }
    }
}
