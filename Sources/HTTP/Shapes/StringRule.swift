internal import FoundationEssentials
internal import Text

/// What a string must be.
struct StringRule: Sendable {
    var length: ClosedRange<Int> = 0...10_000
    var isText = false
    var lines = Schema.Lines.many
    var words: [String] = []
    var format: String?
    var pattern: Pattern?

    static let uuid = StringRule(
        length: 36...36, format: "uuid",
        pattern: Pattern("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", explanation: "must be a UUID") {
            $0.utf8.count == 36 && UUID(text: $0) != nil
        })

    static let dateTime = StringRule(
        length: 20...40, format: "date-time",
        pattern: Pattern(
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}T.*$", explanation: "must be a date and time like 2026-01-31T12:00:00.000Z"
        ) {
            Date(rfc3339: $0) != nil
        })

    static let url = StringRule(
        length: 8...2_048, format: "uri",
        pattern: Pattern("^https?://[^\\s/]+", explanation: "must be an address that begins with https:// or http://") {
            let rest = $0.hasPrefix("https://") ? $0.dropFirst(8) : $0.hasPrefix("http://") ? $0.dropFirst(7) : ""
            return rest.first.map { $0 != "/" } ?? false && !$0.contains(where: \.isWhitespace)
        })

    static let email = StringRule(
        length: 3...254, format: "email",
        pattern: Pattern("^[^@\\s]+@[^@\\s]+$", explanation: "must be an e-mail address") {
            let halves = $0.split(separator: "@", omittingEmptySubsequences: false)
            return halves.count == 2 && halves.allSatisfy { !$0.isEmpty } && !$0.contains(where: \.isWhitespace)
        })

    /// What is wrong with a string, as the end of a sentence about it; nil when nothing is.
    func fault(in text: String) -> (code: String, message: String)? {
        if text.utf8.contains(0) { return ("nul", "must not hold a NUL character") }
        if !words.isEmpty {
            return words.contains(text)
                ? nil : ("choice", "must be one of " + words.map { "“\($0)”" }.joined(separator: ", "))
        }
        // A pattern for people explains more than its length does.
        if format != nil, let pattern, !pattern.matches(text) { return (format ?? "pattern", pattern.explanation) }
        if let fault = lengthFault(in: text) { return fault }
        if isText, let fault = textFault(in: text) { return fault }
        if let pattern, !pattern.matches(text) { return ("pattern", pattern.explanation) }
        return nil
    }

    private func lengthFault(in text: String) -> (code: String, message: String)? {
        // A code point has at least one byte and at most four, so most strings need no counting.
        let bytes = text.utf8.count
        let count = bytes <= length.upperBound && bytes / 4 >= length.lowerBound ? bytes / 4 : text.unicodeScalars.count
        if count < length.lowerBound {
            return count == 0 || length.lowerBound == 1
                ? ("empty", "must not be empty") : ("too_short", "must have at least \(length.lowerBound) characters")
        }
        if count > length.upperBound { return ("too_long", "must have at most \(length.upperBound) characters") }
        return nil
    }

    private func textFault(in text: String) -> (code: String, message: String)? {
        for scalar in text.unicodeScalars where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
            let isBreak = scalar == "\n" || scalar == "\r" || scalar == "\t"
            guard isBreak, lines == .many else {
                return ("control", isBreak ? "must be one line" : "must not hold control characters")
            }
        }
        // A title of zero-width characters would be an invisible link.
        if length.lowerBound > 0, text.isInvisible { return ("empty", "must not be empty") }
        return nil
    }
}
