internal import Text

/// One verb of the program.
protocol JobsCommand: SendableMetatype {
    static var name: String { get }
    static var help: String { get }
    /// The options that it accepts besides --config.
    static var options: Set<String> { get }
    /// Runs the command and returns the exit status.
    static func run(_ options: JobsOptions, in process: JobsProcess) throws -> Int32
}

/// What exit statuses mean to scripts, as sysexits.h numbers them.
enum ExitCode {
    static let success: Int32 = 0
    static let failure: Int32 = 1
    static let usage: Int32 = 64
    static let configuration: Int32 = 78
}

/// The command line is wrong.
struct UsageFault: Error {
    let message: String
}

/// The arguments after the verb.
struct JobsOptions {
    private(set) var config: String?
    /// How long to work before ending, if that is limited.
    private(set) var budget: Duration?
    private(set) var isUntilEmpty = false
    private(set) var isNow = false
    private(set) var workers = 4
    /// The queues to drain; nil for the command's default.
    private(set) var queues: [String]?

    init(_ words: [String], allowed: Set<String>) throws {
        var rest = words[...]
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            let name = parts[0]
            guard name == "--config" || allowed.contains(name) else {
                throw UsageFault(message: "unknown option \(word)")
            }
            let attached = parts.count == 2 ? parts[1] : nil
            switch name {
            case "--until-empty": isUntilEmpty = true
            case "--now": isNow = true
            default:
                guard let value = attached ?? rest.popFirst() else {
                    throw UsageFault(message: "\(name) needs a value")
                }
                try set(name, value)
            }
        }
    }

    private mutating func set(_ name: String, _ value: String) throws {
        switch name {
        case "--config":
            config = value
        case "--for":
            guard let time = Self.duration(value) else {
                throw UsageFault(message: "--for must be a time such as 55s, 10m or 500ms, not \(value)")
            }
            budget = time
        case "--queues":
            let names = value.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
            guard !names.isEmpty else { throw UsageFault(message: "--queues needs names of queues") }
            queues = names
        default:
            guard let number = Int(value), (1...256).contains(number) else {
                throw UsageFault(message: "\(name) must be from 1 to 256, not \(value)")
            }
            workers = number
        }
    }

    /// Reads a number with a unit; without one it means seconds.
    static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number <= 1_000_000_000 else { return nil }
        return switch text.dropFirst(digits.count) {
        case "ms": .milliseconds(number)
        case "", "s": .seconds(number)
        case "m", "min": .seconds(number * 60)
        case "h": .seconds(number * 3_600)
        default: nil
        }
    }
}
