public import FoundationEssentials
internal import Synchronization

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
    public var name: String { "\(self)" }

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
    /// The data of this one occurrence.
    public let fields: [String: LogValue]
}

/// The least level that is written, shared by all copies of a log and changeable while the process runs.
public final class LogThreshold: Sendable {
    private let value: Atomic<Int>

    /// Creates a threshold at `level`.
    public init(_ level: LogLevel) {
        value = Atomic(level.rawValue)
    }

    /// The least level that is written.
    public var level: LogLevel {
        get { LogLevel(rawValue: value.load(ordering: .relaxed)) ?? .info }
        set { value.store(newValue.rawValue, ordering: .relaxed) }
    }
}

/// Structured log lines: constant words, and data in fields.
public struct Log: Sendable {
    /// Where entries go.
    public typealias Sink = @Sendable (LogEntry) -> Void

    /// The least level that is written.
    public let threshold: LogThreshold
    private let sink: Sink
    private let clock: WallClock
    private let context: [String: LogValue]

    /// Creates a log that writes to `sink`.
    public init(
        threshold: LogThreshold = LogThreshold(.info), clock: WallClock = .system,
        context: [String: LogValue] = [:], sink: @escaping Sink
    ) {
        self.threshold = threshold
        self.clock = clock
        self.context = context
        self.sink = sink
    }

    /// Journald when standard error leads there, else one JSON object a line on standard error.
    public static func standard(
        level: LogLevel = .info, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Log {
        Log(
            threshold: LogThreshold(level),
            sink: Journal.isStandardError(environment) ? Journal.write : JSONLines.write)
    }

    /// A log that writes nothing.
    public static let silent = Log { _ in }

    /// The same log with `fields` added to every line.
    public func with(_ fields: [String: LogValue]) -> Log {
        Log(
            threshold: threshold, clock: clock, context: context.merging(fields) { _, new in new }, sink: sink)
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

    private func write(_ level: LogLevel, _ message: StaticString, _ fields: () -> [String: LogValue]) {
        guard level >= threshold.level else { return }
        sink(
            LogEntry(
                time: clock.now(), level: level, message: message.description,
                fields: context.merging(fields()) { _, new in new }))
    }
}
