public import FoundationEssentials
public import Text

/// How much a log line matters.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    /// What only a developer wants to see.
    case debug
    /// What happens all the time.
    case info
    /// What happens rarely and is in order.
    case notice
    /// What someone should look at one day.
    case warning
    /// What someone must look at.
    case error

    /// Reads a level by its name.
    public init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name.lowercased() }) else { return nil }
        self = level
    }

    /// The level's name in lower case.
    public var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        }
    }

    /// The level's number in syslog and journald.
    public var syslogPriority: Int {
        switch self {
        case .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        }
    }

    /// Orders levels by weight.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// One line of the log before it is written.
public struct LogEntry: Sendable {
    /// When it happened.
    public let time: Date
    /// How much it matters.
    public let level: LogLevel
    /// What happened, in constant words.
    public let message: String
    /// The data of this one occurrence, in the order in which it is written; each name is there once.
    let pairs: [LogField]

    /// The data by name.
    public var fields: [String: LogValue] { Dictionary(pairs.map { ($0.name, $0.value) }) { _, last in last } }
}

/// One field of a log line.
struct LogField: Sendable {
    let name: String
    let value: LogValue

    /// What has no order of its own is written by its names.
    static func sorted(_ fields: [String: LogValue]) -> [LogField] {
        fields.map { LogField(name: $0, value: $1) }.sorted { $0.name < $1.name }
    }
}

/// Structured log lines: constant words, and data in fields.
public struct Log: Sendable {
    /// Where entries go.
    public typealias Sink = @Sendable (LogEntry) -> Void

    /// The levels of the program and its subsystems.
    public let levels: LogLevels
    private var threshold: LogThreshold
    private var sink: Sink
    private let clock: WallClock
    private var context: [LogField] = []

    /// Creates a log that writes to `sink`.
    public init(
        levels: LogLevels = LogLevels(.info), clock: WallClock = .system, sink: @escaping Sink
    ) {
        self.levels = levels
        threshold = levels.all
        self.clock = clock
        self.sink = sink
    }

    /// Journald when standard error leads there, else one JSON object a line on standard error.
    public static func standard(
        level: LogLevel = .info, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Log {
        Log(
            levels: LogLevels(level),
            sink: Journal.isStandardError(environment) ? Journal.write : JSONLines.write)
    }

    /// A log that writes nothing.
    public static let silent = Log { _ in }

    /// The same log with `fields` added to every line, in their order and before the line's own.
    public func with(_ fields: KeyValuePairs<String, LogValue>) -> Log {
        var copy = self
        copy.context = added(fields.map { LogField(name: $0, value: $1) })
        return copy
    }

    /// The same log for a subsystem, whose level is changed on its own.
    public func of(_ subsystem: LogSubsystem) -> Log {
        var copy = with(["subsystem": .string(subsystem.rawValue)])
        copy.threshold = levels.threshold(of: subsystem)
        return copy
    }

    /// The same log, whose entries `other` gets too.
    public func also(_ other: @escaping Sink) -> Log {
        var copy = self
        copy.sink = { [sink] entry in
            sink(entry)
            other(entry)
        }
        return copy
    }

    /// Writes what only a developer wants to see.
    public func debug(_ message: StaticString, _ fields: @autoclosure () -> [String: LogValue] = [:]) {
        write(.debug, message, fields)
    }

    /// Writes what happens all the time.
    public func info(_ message: StaticString, _ fields: @autoclosure () -> [String: LogValue] = [:]) {
        write(.info, message, fields)
    }

    /// Writes what happens rarely and is in order.
    public func notice(_ message: StaticString, _ fields: @autoclosure () -> [String: LogValue] = [:]) {
        write(.notice, message, fields)
    }

    /// Writes what someone should look at one day.
    public func warning(_ message: StaticString, _ fields: @autoclosure () -> [String: LogValue] = [:]) {
        write(.warning, message, fields)
    }

    /// Writes what someone must look at.
    public func error(_ message: StaticString, _ fields: @autoclosure () -> [String: LogValue] = [:]) {
        write(.error, message, fields)
    }

    /// Writes what happens all the time, its fields in their order: for the line of each request, for which a dictionary
    /// would be made, sorted and thrown away.
    public func info(_ message: StaticString, inOrder fields: @autoclosure () -> KeyValuePairs<String, LogValue>) {
        guard .info >= threshold.level else { return }
        write(.info, message, fields().map { LogField(name: $0, value: $1) })
    }

    private func write(_ level: LogLevel, _ message: StaticString, _ fields: () -> [String: LogValue]) {
        guard level >= threshold.level else { return }
        write(level, message, LogField.sorted(fields()))
    }

    private func write(_ level: LogLevel, _ message: StaticString, _ fields: [LogField]) {
        sink(LogEntry(time: clock.now(), level: level, message: message.description, pairs: added(fields)))
    }

    /// The context and then the fields, which take the place of what has the same name there.
    private func added(_ fields: [LogField]) -> [LogField] {
        if context.isEmpty { return fields }
        var all: [LogField] = []
        all.reserveCapacity(context.count + fields.count)
        for known in context where !fields.contains(where: { $0.name == known.name }) { all.append(known) }
        return all + fields
    }
}
