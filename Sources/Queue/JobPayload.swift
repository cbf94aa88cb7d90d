public import Postgres

/// The parameters of a job. Keep them small: ids rather than values, since values may change while the job waits.
public protocol JobPayload: Codable, Sendable {
    /// The name in the row; never reuse one for another meaning.
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
    /// Which of the due jobs of a queue run first.
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

/// Which jobs run first. There are few levels, since a claim looks at each in turn.
public enum JobPriority: Int16, Sendable, CaseIterable, Comparable {
    /// When nothing else is due.
    case lowest = -2
    /// After ordinary work.
    case low
    /// Ordinary work.
    case normal
    /// A person waits for it.
    case high
    /// Before everything else.
    case highest

    /// Orders from what runs later to what runs earlier.
    public static func < (left: JobPriority, right: JobPriority) -> Bool { left.rawValue < right.rawValue }
}

/// The state of a job.
public enum JobState: String, Sendable, CaseIterable, Codable {
    /// Waits for its time or for a worker.
    case queued
    /// A worker holds it.
    case running
    /// Succeeded.
    case completed
    /// A dead letter: it runs again only when it is put back by hand.
    case failed
    /// Was cancelled.
    case cancelled
}

extension JobPriority: SQLValue {}

extension JobState: SQLValue {}
