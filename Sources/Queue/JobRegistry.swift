internal import FoundationEssentials

/// The kinds of jobs that a process can do, and what recurs.
public struct JobRegistry: Sendable {
    private(set) var kinds: [String: RegisteredKind] = [:]
    private(set) var recurring: [RecurringJob] = []

    /// A registry that knows nothing.
    public init() {}

    /// Says how jobs of a kind are done. A kind has one way: registering it again replaces the first.
    public mutating func register<P: JobPayload>(
        _: P.Type, _ work: @escaping @Sendable (P, JobContext) throws -> JobOutcome
    ) {
        kinds[P.kind] = RegisteredKind(options: P.options) { payload, context in
            try work(try JobCoding.decoder().decode(P.self, from: Data(payload.utf8)), context)
        }
    }

    /// Declares a job that is put into the queue once for each due time, whichever of many hosts sees it first. A due
    /// time that comes while the job of the last one waits or runs is covered by that one; due times missed while
    /// nothing ran are made up for once.
    public mutating func recur<P: JobPayload>(_ name: String, _ schedule: Schedule, _ payload: P) {
        recurring.append(
            RecurringJob(name: name, schedule: schedule) { connection in
                try Queue.enqueue(payload, on: connection, uniqueKey: name)
            })
    }

    /// The quick kinds with all that recurs, and the long ones.
    var lanes: (quick: JobRegistry, long: JobRegistry) {
        var quick = self
        quick.kinds = kinds.filter { !$0.value.options.isLong }
        var long = JobRegistry()
        long.kinds = kinds.filter { $0.value.options.isLong }
        return (quick, long)
    }

    /// The queues that the registered kinds stand in.
    public var queues: [String] { Set(kinds.values.map(\.options.queue)).sorted() }

    /// The names of the registered kinds.
    public var kindNames: [String] { kinds.keys.sorted() }
}

struct RegisteredKind: Sendable {
    let options: JobOptions
    let run: @Sendable (String, JobContext) throws -> JobOutcome
}
