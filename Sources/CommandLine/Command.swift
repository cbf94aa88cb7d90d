internal import Configuration
internal import FoundationEssentials
internal import Installation
internal import Platform
internal import Text

/// One verb of the command line.
protocol Command: SendableMetatype {
    static var name: String { get }
    /// One line for the list of commands.
    static var summary: String { get }
    static var help: String { get }
    /// Options with a value, besides --config.
    static var options: Set<String> { get }
    /// Options without a value, besides --json.
    static var flags: Set<String> { get }
    /// Does it and returns the exit status.
    static func run(_ arguments: Arguments) throws -> Int32
}

extension Command {
    static var options: Set<String> { [] }
    static var flags: Set<String> { [] }
}

/// What exit statuses mean to scripts, as sysexits.h numbers them.
enum ExitCode {
    static let success: Int32 = 0
    static let failure: Int32 = 1
    static let usage: Int32 = 64
    static let configuration: Int32 = 78
}

/// The command line was not understood.
struct UsageFault: Error {
    let message: String
}

/// Something that could not be done, in words for the operator.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The words after the command, sorted into options, flags and the rest.
struct Arguments {
    let values: [String: String]
    let flags: Set<String>
    let words: [String]

    init(_ given: [String], options: Set<String>, flags known: Set<String>) throws {
        var values: [String: String] = [:]
        var flags: Set<String> = []
        var words: [String] = []
        var rest = given[...]
        while let word = rest.popFirst() {
            let (name, attached) = Self.split(word)
            if options.union(["--config"]).contains(name) {
                // The next option is not this one's value; one that begins so is written after an equals sign.
                guard let value = attached ?? (rest.first?.hasPrefix("--") == true ? nil : rest.popFirst()) else {
                    throw UsageFault(message: "\(name) needs a value")
                }
                values[name] = value
            } else if known.union(["--json"]).contains(word) {
                flags.insert(word)
            } else if word.hasPrefix("-") {
                throw UsageFault(message: "unknown option \(word)")
            } else {
                words.append(word)
            }
        }
        self.values = values
        self.flags = flags
        self.words = words
    }

    /// Whether the answer is for programs.
    var wantsJSON: Bool { flags.contains("--json") }

    /// An option's number, within bounds.
    func number(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = values[name] else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw UsageFault(message: "\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(text)")
        }
        return number
    }

    /// The settings from the environment and the file that --config names.
    func settings() throws -> Settings {
        try Settings.load(ProcessInfo.processInfo.environment, file: values["--config"])
    }

    private static func split(_ word: String) -> (name: String, value: String?) {
        guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }
}

/// Words for people on standard output and error, or one JSON value for programs.
enum Output {
    static func write(_ text: String) { StandardStream.output(text + "\n") }

    static func complain(_ text: String) { StandardStream.errors(text + "\n") }

    /// Prints `value` for programs or `text` for people.
    static func answer(_ value: some Encodable, text: String, for arguments: Arguments) throws {
        guard arguments.wantsJSON else { return write(text) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.rfc3339)
        }
        write(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
