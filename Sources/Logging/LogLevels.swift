internal import Synchronization

/// A part of a program whose lines have a level of their own.
public enum LogSubsystem: String, Sendable, CaseIterable {
    /// Threads, sockets, start and stop.
    case server
    /// Each request and its failures.
    case http
    /// Statements, transactions and connections.
    case database
    /// Votes and views.
    case votes
    /// Rate limits.
    case limits
    /// Changes that the database announces, and the schema.
    case changes
    /// Jobs, their attempts and what they do.
    case queue
    /// Rounds, boards and what is published of them.
    case rounds
}

/// The least level that is written, shared by all copies of a log and changeable while the process runs.
public final class LogThreshold: Sendable {
    private static let none = -1

    private let value: Atomic<Int>
    private let parent: LogThreshold?

    /// Creates a threshold at `level`.
    public init(_ level: LogLevel) {
        value = Atomic(level.rawValue)
        parent = nil
    }

    /// A threshold at the level of `parent` until it gets one of its own.
    init(below parent: LogThreshold) {
        value = Atomic(Self.none)
        self.parent = parent
    }

    /// The least level that is written.
    public var level: LogLevel {
        get { LogLevel(rawValue: value.load(ordering: .relaxed)) ?? parent?.level ?? .info }
        set { value.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// The level of its own, if it has one.
    var own: LogLevel? {
        get { LogLevel(rawValue: value.load(ordering: .relaxed)) }
        set { value.store(newValue?.rawValue ?? Self.none, ordering: .relaxed) }
    }
}

/// The levels of one program: one for all, and those of subsystems that differ from it.
public final class LogLevels: Sendable {
    /// What holds where a subsystem has no level of its own.
    public let all: LogThreshold
    private let subsystems: [LogSubsystem: LogThreshold]

    /// One level for all.
    public init(_ level: LogLevel) {
        let all = LogThreshold(level)
        self.all = all
        subsystems = Dictionary(
            uniqueKeysWithValues: LogSubsystem.allCases.map { ($0, LogThreshold(below: all)) })
    }

    func threshold(of subsystem: LogSubsystem) -> LogThreshold { subsystems[subsystem] ?? all }

    /// Sets the level for all, and those of subsystems; a subsystem that is not named has none of its own from now on.
    public func set(_ level: LogLevel, _ own: [LogSubsystem: LogLevel]) {
        all.level = level
        for (subsystem, threshold) in subsystems { threshold.own = own[subsystem] }
    }

    /// The level that holds for each subsystem.
    public var current: [LogSubsystem: LogLevel] { subsystems.mapValues(\.level) }
}
