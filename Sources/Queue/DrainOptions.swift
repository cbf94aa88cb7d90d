internal import FoundationEssentials

/// How a process drains the queue.
public struct DrainOptions: Sendable {
    /// How many quick jobs run at once.
    public var workers = 4
    /// How many long jobs run beside them.
    public var longWorkers = 1
    /// How long a job stays with a worker that does not renew its lease. Together with `poll` it bounds how late the jobs of
    /// a dead worker run again.
    public var lease: Duration = .seconds(10)
    /// How often leases are renewed and cancelled jobs noticed.
    public var heartbeat: Duration = .seconds(2)
    /// How often the queue is looked at when no notification comes.
    public var poll: Duration = .seconds(1)
    /// How long running jobs have after `stop()`.
    public var grace: Duration = .seconds(9)
    /// How many jobs one claim gets at most.
    public var largestClaim = 1_000
    /// The queues to drain; nil for those of all registered kinds.
    public var queues: [String]?
    /// The name of the worker in the rows of its jobs, for operators.
    public var workerName = DrainOptions.ownName()
    /// Called about once a second while the drain makes progress, for a watchdog.
    public var onBeat: @Sendable () -> Void = {}

    /// The defaults.
    public init() {}

    private static func ownName() -> String {
        let process = ProcessInfo.processInfo
        let random = UInt32.random(in: 0...UInt32.max)
        return "\(process.hostName):\(process.processIdentifier):\(String(random, radix: 16))"
    }
}

/// When a drain ends by itself.
public enum DrainEnd: Sendable, Equatable {
    /// When no due job is left that it may claim.
    case empty
    /// After a time; jobs that run then are finished first.
    case budget(Duration)
    /// When it is stopped.
    case stopped
}

/// What a drain did.
public struct DrainSummary: Sendable, Equatable {
    /// Jobs claimed from the queue.
    public var claimed = 0
    /// Jobs that succeeded.
    public var completed = 0
    /// Attempts that failed and will be repeated.
    public var retried = 0
    /// Jobs that became dead letters.
    public var failed = 0
    /// Jobs that ended because they were cancelled.
    public var cancelled = 0
    /// Jobs that asked to run later, at no cost of an attempt.
    public var snoozed = 0
    /// Jobs given back before they ran to their end.
    public var released = 0
    /// Jobs that another worker had claimed before they were done.
    public var lost = 0
    /// Jobs of dead workers put back into the queue.
    public var rescued = 0
    /// Recurring jobs put into the queue.
    public var recurred = 0

    /// Nothing yet.
    public init() {}

    /// The sums of two drains.
    static func + (left: DrainSummary, right: DrainSummary) -> DrainSummary {
        var sum = left
        for part in [
            \DrainSummary.claimed, \.completed, \.retried, \.failed, \.cancelled, \.snoozed, \.released, \.lost,
            \.rescued,
            \.recurred,
        ] {
            sum[keyPath: part] += right[keyPath: part]
        }
        return sum
    }
}
