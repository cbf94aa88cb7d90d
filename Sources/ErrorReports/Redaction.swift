/// Takes out of the words of an error what may say who somebody is: addresses, networks, ids, tokens and values.
enum Redaction {
    /// The fields of log lines that are reported. They are constant words, numbers and patterns; all others stay here.
    static let fields: Set<String> = [
        "attempt", "code", "command", "jobs", "kind", "method", "queue", "route", "sqlstate", "status", "subsystem",
        "votes",
    ]

    /// The text without personal data. What is left of it are the words of programs.
    static func clean(_ text: String) -> String {
        var text = String(text.prefix(4_000))
        // The detail of a violated constraint: Key (email)=(film@example.org) already exists.
        text.replace(/\([^()]*\)=\([^()]*\)/, with: "(…)=(…)")
        text.replace(/[^\s"'<>()=,;:]+@[^\s"'<>()=,;:]+/, with: "[address]")
        text.replace(/[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}/, with: "[id]")
        text.replace(/(?:\d{1,3}\.){3}\d{1,3}/, with: "[network]")
        text.replace(/[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}/, with: "[network]")
        text.replace(/(constraint|relation|column|function|table|type) "([a-z0-9_]+)"/) {
            "\($0.output.1) `\($0.output.2)`"
        }
        text.replace(/"[^"]*"/, with: "\"…\"")
        text.replace(/'[^']*'/, with: "'…'")
        text.replace(/[A-Za-z0-9_\-+\/=]{20,}/) { match in
            match.output.contains { $0.isNumber } ? "[token]" : String(match.output)
        }
        return text
    }
}
