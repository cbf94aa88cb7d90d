internal import FoundationEssentials
public import Logging
internal import Platform
public import Postgres

/// Claims jobs and runs them until it is told to end.
///
/// One thread claims and completes jobs in batches, worker threads run them, and one more thread renews leases, notices
/// cancellations and rescues the jobs of dead workers. Long kinds have their own set of threads.
/// Notifications only make it look sooner: correctness never depends on receiving one.
public final class Drainer: Sendable {
    private let database: Database
    private let registry: JobRegistry
    private let options: DrainOptions
    private let log: Log
    private let current = Monitor(Current())

    private struct Current: Sendable {
        var runs: [DrainRun] = []
        var isStopped = false
    }

    /// A drain of the registered kinds. Each worker and two further threads may use one connection each at a time.
    public init(
        database: Database, registry: JobRegistry, options: DrainOptions = DrainOptions(), log: Log = .silent
    ) {
        self.database = database
        self.registry = registry
        self.options = options
        self.log = log
    }

    /// Drains until `end`, or until `stop()`, and at most for `limit`. Running jobs are finished first; after `stop()` those
    /// that need longer than the grace period are given back.
    ///
    /// When the database does not answer it waits and tries again, except with `.empty`: then it throws.
    @discardableResult
    public func run(until end: DrainEnd, atMost limit: Duration? = nil) throws -> DrainSummary {
        let listener = Listener(
            database.options, channels: ["jobs", "job_cancels"],
            onNotification: { [current] notification in
                for run in current.withLock({ $0.runs }) {
                    if notification.channel == "job_cancels" { run.noteCancel() } else { run.noteWork() }
                }
            },
            onLoss: { [current] in
                for run in current.withLock({ $0.runs }) { run.noteWork() }
            })
        listener.start()
        defer { listener.stop() }
        let deadline = budget(of: end, limit).map { ContinuousClock.now + $0 }
        var total = DrainSummary()
        while true {
            let summary = try runOnce(until: end, deadline)
            total = total + summary
            // A long job may have enqueued quick ones after their lane had ended, and the other way round.
            let isOver = deadline.map { $0 <= .now } ?? false
            let mayHaveMore = end == .empty && summary.claimed > 0 && !registry.lanes.long.kindNames.isEmpty
            if !mayHaveMore || isOver || current.withLock({ $0.isStopped }) { return total }
        }
    }

    /// Ends the drain, from any thread: running jobs are asked to end, and given back when they do not within the grace.
    public func stop() {
        let runs = current.update { current in
            current.isStopped = true
            return current.runs
        }
        for run in runs { run.stop() }
    }

    private func runOnce(until end: DrainEnd, _ deadline: ContinuousClock.Instant?) throws -> DrainSummary {
        let (quick, long) = registry.lanes
        let first = run(quick, isQuick: true, workers: options.workers, end, deadline)
        let second =
            long.kindNames.isEmpty ? nil : run(long, isQuick: false, workers: options.longWorkers, end, deadline)
        let isStopped = current.update { current in
            current.runs = [first, second].compactMap { $0 }
            return current.isStopped
        }
        defer { current.update { $0.runs = [] } }
        if isStopped { stop() }
        guard let second else { return try first.run() }
        let result = Monitor<Result<DrainSummary, any Error>?>(nil)
        let thread = try BackgroundThread(named: "long jobs") {
            let outcome = Result { try second.run() }
            result.update { $0 = outcome }
        }
        let summary = Result { try first.run() }
        thread.join()
        return try summary.get() + (result.withLock { $0 }?.get() ?? DrainSummary())
    }

    private func run(
        _ lane: JobRegistry, isQuick: Bool, workers: Int, _ end: DrainEnd, _ deadline: ContinuousClock.Instant?
    ) -> DrainRun {
        var options = options
        options.workers = max(workers, 1)
        options.queues = options.queues ?? registry.queues
        return DrainRun(
            isQuick: isQuick, end: end, deadline: deadline, database: database, registry: lane, options: options,
            log: log)
    }

    private func budget(of end: DrainEnd, _ limit: Duration?) -> Duration? {
        guard case .budget(let budget) = end else { return limit }
        return min(budget, limit ?? budget)
    }
}
