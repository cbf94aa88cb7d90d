public import FoundationEssentials
public import Logging
public import Postgres
internal import Synchronization

/// What an attempt may use and must heed.
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
    let holding: Holding

    /// Whether someone cancelled the job. Known within a few seconds even when notifications are lost.
    public var isCancelled: Bool { holding.interruption == .cancelled }

    /// Why the work should stop, if it should.
    public var interruption: JobInterruption? { holding.interruption }

    /// Throws when the work should stop. Call it between steps.
    public func checkPoint() throws(JobInterruption) {
        if let interruption = holding.interruption { throw interruption }
    }

    /// Completes the job and runs its effect in one transaction: both happen, or neither, and only while this worker
    /// still holds the job. Afterwards return `.done()`.
    public func complete(_ effect: (Connection) throws -> Void) throws {
        try database.transaction { connection in
            guard try Settling.complete(holding.fence, on: connection) else { throw JobInterruption.leaseLost }
            try effect(connection)
        }
        holding.isSettled.store(true, ordering: .releasing)
    }
}

/// One holder of one job: the row changes only for whoever can name both.
struct Fence: Sendable, Hashable {
    let id: JobID
    let takes: Int32
}

/// What the threads of a drain share about a job that they hold.
final class Holding: Sendable {
    let fence: Fence
    let timeout: Duration
    let isLimited: Bool
    let takenAt = ContinuousClock.now
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

    /// The first reason stands, except that a lost lease outweighs all: nothing may be written any more.
    func interrupt(_ reason: JobInterruption) {
        state.withLock { state in
            if state.interruption == nil || reason == .leaseLost { state.interruption = reason }
        }
    }
}
