internal import FoundationEssentials

/// How a process drains the queue.
public struct DrainOptions: Sendable {
    /// How many quick jobs run at once.
    public var workers = 4
    /// How many long jobs run beside them.
    public var longWorkers = 1
    /// How long a job stays with a worker that says nothing. With the beat of a second it bounds how late a dead
    /// worker's jobs run again.
    public var lease: Duration = .seconds(10)
    /// How often leases are renewed and cancelled jobs noticed.
    public var heartbeat: Duration = .seconds(2)
    /// How often the queue is looked at when nobody tells of work.
    public var poll: Duration = .seconds(1)
    /// How long running jobs have after `stop()`.
    public var grace: Duration = .seconds(9)
    /// The most jobs of one take.
    public var largestTake = 1_000
    /// The queues to drain; nil for those of all registered kinds.
    public var queues: [String]?
    /// Who holds the jobs, as an operator reads it in the rows.
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
    /// When no due job is left that it may take.
    case empty
    /// After a time; what runs then is finished first.
    case budget(Duration)
    /// When it is stopped.
    case stopped
}

/// What a drain did.
public struct DrainSummary: Sendable, Equatable {
    /// Jobs taken from the queue.
    public var taken = 0
    /// Jobs that did what they were for.
    public var completed = 0
    /// Attempts that failed and will be repeated.
    public var retried = 0
    /// Jobs that became dead letters.
    public var failed = 0
    /// Jobs that ended since someone cancelled them.
    public var cancelled = 0
    /// Jobs put off without charge.
    public var snoozed = 0
    /// Jobs given back undone.
    public var released = 0
    /// Jobs whose lease another worker had taken before they were done.
    public var lost = 0
    /// Jobs of dead workers put back into the queue.
    public var rescued = 0
    /// Recurring jobs put into the queue.
    public var recurred = 0

    /// Nothing yet.
    public init() {}

    /// What two drains did together.
    static func + (left: DrainSummary, right: DrainSummary) -> DrainSummary {
        var sum = left
        for part in [
            \DrainSummary.taken, \.completed, \.retried, \.failed, \.cancelled, \.snoozed, \.released, \.lost,
            \.rescued,
            \.recurred,
        ] {
            sum[keyPath: part] += right[keyPath: part]
        }
        return sum
    }
}
