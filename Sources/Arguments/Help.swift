extension Selection {
    /// The command line in the notation of manual pages.
    var usage: String {
        let parts = command.commands.isEmpty ? command.parameters.map(\.notation) : ["COMMAND"]
        let start = "Usage: \(name)"
        return Self.wrap(parts, start: start, indent: start.count + 1) + "\n"
    }

    /// The help text.
    var help: String {
        let rows =
            command.commands.isEmpty
            ? command.parameters.map { ($0.term, $0.explanation) } : command.commands.map { ($0.name, $0.summary) }
        let about =
            command.details.isEmpty
            ? command.summary.prefix(1).uppercased() + command.summary.dropFirst() + "." : command.details
        let hint = command.commands.isEmpty ? "" : "\n\"\(name) COMMAND --help\" explains a command.\n"
        return usage + "\n" + Self.paragraphs(about) + "\n" + Self.table(rows) + hint
    }

    private static let width = 100

    /// Terms with their explanations beside them.
    private static func table(_ rows: [(term: String, text: String)]) -> String {
        let column = (rows.map(\.term.count).max() ?? 0) + 4
        return rows.map { term, text in
            let start = "  " + term + String(repeating: " ", count: column - 2 - term.count - 1)
            return wrap(words(text), start: start, indent: column) + "\n"
        }.joined()
    }

    /// Paragraphs with an empty line between them; other line breaks do not matter.
    private static func paragraphs(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .split { $0.allSatisfy(\.isWhitespace) }
            .map { lines in wrap(words(lines.joined(separator: " ")), start: "", indent: 0) + "\n" }
            .joined(separator: "\n")
    }

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    private static func wrap(_ parts: [String], start: String, indent: Int) -> String {
        var lines: [String] = []
        var line = start
        for part in parts {
            if line.count + 1 + part.count > width, line.count > indent {
                lines.append(line)
                line = String(repeating: " ", count: indent) + part
            } else {
                line += (line.isEmpty ? "" : " ") + part
            }
        }
        return (lines + [line]).joined(separator: "\n")
    }
}

extension ParameterDescription {
    /// The parameter in a list: `--slots N`.
    var term: String {
        if case .option(let placeholder) = kind { "\(name) \(placeholder)" } else { name }
    }

    /// The parameter in a command line: `[--slots N]`.
    fileprivate var notation: String {
        let term = isRepeated && kind == .operand ? "\(term)…" : term
        return (isRequired ? term : "[\(term)]") + (isRepeated && kind != .operand ? "…" : "")
    }

    /// What it does, the values that it may have, and its default.
    var explanation: String {
        let notes = [limits, standard.flatMap { $0.isEmpty ? nil : "default: \($0)" }].compactMap(\.self)
        return meaning + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
    }
}
