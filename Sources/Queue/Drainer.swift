public import Platform
public import Postgres

/// Takes jobs and does them until it is told to end.
///
/// The calling thread takes and completes jobs in batches, worker threads do them, and one more thread renews leases,
/// notices cancellations and rescues the jobs of dead workers. Notifications only make it look sooner: what it does
/// never depends on hearing one.
public final class Drainer: Sendable {
    private let database: Database
    private let registry: JobRegistry
    private let options: DrainOptions
    private let log: Log
    private let current = Monitor(Current())

    private struct Current: Sendable {
        var run: DrainRun?
        var isStopped = false
    }

    /// A drain of the registered kinds. Each worker, and the two threads beside them, may use a connection at a time.
    public init(
        database: Database, registry: JobRegistry, options: DrainOptions = DrainOptions(), log: Log = .silent
    ) {
        self.database = database
        self.registry = registry
        self.options = options
        self.log = log
    }

    /// Drains until `end`, or until `stop()`, and at most for `limit`. Jobs that run then are finished first; after
    /// `stop()` those that take longer than the grace are given back.
    ///
    /// A database that does not answer is waited for, except by a drain until the queue is empty, which throws.
    @discardableResult
    public func run(until end: DrainEnd, atMost limit: Duration? = nil) throws -> DrainSummary {
        let run = try DrainRun(
            end: end, limit: limit, database: database, registry: registry, options: options, log: log)
        let isStopped = current.update { current in
            current.run = run
            return current.isStopped
        }
        defer { current.update { $0.run = nil } }
        if isStopped { run.stop() }
        let listener = Listener(
            database.options, channels: ["jobs"],
            onNotification: { notification in
                if notification.payload == "cancel" { run.noteCancel() } else { run.noteWork() }
            }, onLoss: { run.noteWork() })
        listener.start()
        defer { listener.stop() }
        return try run.run()
    }

    /// Ends the drain, from any thread: what runs is asked to end, and given back when it does not in time.
    public func stop() {
        let run = current.update { current in
            current.isStopped = true
            return current.run
        }
        run?.stop()
    }
}
