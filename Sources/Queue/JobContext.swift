public import FoundationEssentials
public import Logging
public import Postgres
internal import Synchronization

/// What an attempt may use, and the interruptions that it must respect.
public struct JobContext: Sendable {
    /// The job's number.
    public let id: JobID
    /// The attempt, counted from 1.
    public let attempt: Int
    /// When the job was put into the queue.
    public let createdAt: Date
    /// The database, for reads before the effect.
    public let database: Database
    /// A log that names the job in each line.
    public let log: Log
    let heldJob: HeldJob

    /// Whether someone cancelled the job. Known within a few seconds even when notifications are lost.
    public var isCancelled: Bool { heldJob.interruption == .cancelled }

    /// Why the work must stop; nil while it may run.
    public var interruption: JobInterruption? { heldJob.interruption }

    /// Throws when the work must stop. Call it between steps.
    public func checkPoint() throws(JobInterruption) {
        if let interruption = heldJob.interruption { throw interruption }
    }

    /// Completes the job and runs its effect in one transaction: both happen, or neither, and only while this worker
    /// still holds the job. Afterwards return `.done()`.
    public func complete(_ effect: (Connection) throws -> Void) throws {
        try database.transaction { connection in
            guard try JobCompletion.complete(heldJob.fence, on: connection) else { throw JobInterruption.leaseLost }
            try effect(connection)
        }
        heldJob.isSettled.store(true, ordering: .releasing)
    }
}

/// A fencing token: the row of a job changes only for the worker of its latest claim.
struct Fence: Sendable, Hashable {
    let id: JobID
    /// How often the job has been claimed.
    let claims: Int32
}

/// What the threads of a drain share about a job that they hold.
final class HeldJob: Sendable {
    let fence: Fence
    let timeout: Duration
    let isLimited: Bool
    let claimedAt = ContinuousClock.now
    let isSettled = Atomic(false)
    private let state = Mutex<(interruption: JobInterruption?, startedAt: ContinuousClock.Instant?)>((nil, nil))

    init(_ fence: Fence, timeout: Duration, isLimited: Bool) {
        self.fence = fence
        self.timeout = timeout
        self.isLimited = isLimited
    }

    var interruption: JobInterruption? { state.withLock { $0.interruption } }

    var startedAt: ContinuousClock.Instant? { state.withLock { $0.startedAt } }

    func start() {
        state.withLock { $0.startedAt = .now }
    }

    /// Keeps the first reason, except that a lost lease replaces all others: nothing may be written any more.
    func interrupt(_ reason: JobInterruption) {
        state.withLock { state in
            if state.interruption == nil || reason == .leaseLost { state.interruption = reason }
        }
    }
}
