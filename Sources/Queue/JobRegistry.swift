internal import FoundationEssentials

/// The kinds of jobs that a process can run, and the recurring jobs.
public struct JobRegistry: Sendable {
    private(set) var kinds: [String: RegisteredKind] = [:]
    private(set) var recurring: [RecurringJob] = []

    /// An empty registry.
    public init() {}

    /// Registers the function that runs jobs of a kind. Registering a kind again replaces its function.
    public mutating func register<P: JobPayload>(
        _: P.Type, _ work: @escaping @Sendable (P, JobContext) throws -> JobOutcome
    ) {
        kinds[P.kind] = RegisteredKind(options: P.options) { payload, context in
            try work(try JobCoding.decoder().decode(P.self, from: Data(payload.utf8)), context)
        }
    }

    /// Declares a job that is enqueued once for each due time, however many processes look. No job is enqueued while the one
    /// of the due time before waits or runs; due times that were missed while no process ran lead to one job.
    public mutating func recur<P: JobPayload>(_ name: String, _ schedule: Schedule, _ payload: P) {
        recurring.append(
            RecurringJob(name: name, schedule: schedule) { connection in
                try Queue.enqueue(payload, on: connection, uniqueKey: name)
            })
    }

    /// The quick kinds with the recurring jobs, and the long kinds.
    var lanes: (quick: JobRegistry, long: JobRegistry) {
        var quick = self
        quick.kinds = kinds.filter { !$0.value.options.isLong }
        var long = JobRegistry()
        long.kinds = kinds.filter { $0.value.options.isLong }
        return (quick, long)
    }

    /// The queues of the registered kinds.
    public var queues: [String] { Set(kinds.values.map(\.options.queue)).sorted() }

    /// The names of the registered kinds.
    public var kindNames: [String] { kinds.keys.sorted() }
}

struct RegisteredKind: Sendable {
    let options: JobOptions
    let run: @Sendable (String, JobContext) throws -> JobOutcome
}
