public import Postgres

/// What a job is about. Small: ids rather than things, since the row may wait while the thing changes.
public protocol JobPayload: Codable, Sendable {
    /// The name that stands in the row; never reuse one for another meaning.
    static var kind: String { get }
    /// How jobs of this kind run.
    static var options: JobOptions { get }
}

extension JobPayload {
    /// The defaults of `JobOptions`.
    public static var options: JobOptions { JobOptions() }
}

/// A job's number.
public typealias JobID = Int64

/// How jobs of a kind run.
public struct JobOptions: Sendable {
    /// The queue's name, so that drains can be given a part of the work.
    public var queue: String
    /// What goes first among the due jobs of a queue.
    public var priority: JobPriority
    /// How often a job is tried before it is a dead letter.
    public var maxAttempts: Int
    /// How long one attempt may take before it is asked to end; half a minute later its lease is given up.
    public var timeout: Duration
    /// How long a failed job waits.
    public var backOff: BackOff
    /// Whether a job takes seconds or more. Long ones have workers of their own, so that quick ones never wait for them.
    public var isLong: Bool

    /// Five attempts of at most five minutes.
    public init(
        queue: String = "default", priority: JobPriority = .normal, maxAttempts: Int = 5,
        timeout: Duration = .seconds(300), backOff: BackOff = BackOff(), isLong: Bool = false
    ) {
        self.queue = queue
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.timeout = timeout
        self.backOff = backOff
        self.isLong = isLong
    }
}

/// What goes first. Few levels, since a take looks at each in turn.
public enum JobPriority: Int16, Sendable, CaseIterable, Comparable {
    /// Whenever nothing else is due.
    case lowest = -2
    /// After ordinary work.
    case low
    /// Ordinary work.
    case normal
    /// Someone waits for it.
    case high
    /// Before everything.
    case highest

    /// Orders by what runs later and earlier.
    public static func < (left: JobPriority, right: JobPriority) -> Bool { left.rawValue < right.rawValue }
}

/// Where a job stands.
public enum JobState: String, Sendable, CaseIterable, Codable {
    /// Waits for its time or for a worker.
    case queued
    /// A worker holds it.
    case running
    /// Did what it was for.
    case completed
    /// A dead letter: it will not be tried again unless someone puts it back.
    case failed
    /// Someone no longer wanted it.
    case cancelled
}

extension JobPriority: SQLValue {}

extension JobState: SQLValue {}
