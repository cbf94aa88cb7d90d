public import FoundationEssentials
public import Postgres

/// The queue as those see it who put work in and look after it.
public struct Queue: Sendable {
    private let database: Database

    /// The queue of a database.
    public init(_ database: Database) {
        self.database = database
    }

    /// Puts a job into the queue as part of the caller's transaction: it exists if and only if that commits. Answers nil
    /// when a job with the same unique key is kept instead.
    @discardableResult
    public static func enqueue<P: JobPayload>(
        _ payload: P, on connection: Connection, runAt: Date? = nil, priority: JobPriority? = nil,
        uniqueKey: String? = nil, onConflict: UniqueConflict = .keep, limitKeys: [String] = []
    ) throws -> JobID? {
        let options = P.options
        let json = try JSONText(encoding: payload, with: JobCoding.encoder())
        return try connection.one(
            """
            select enqueue_job(
                \(P.kind), \(json), \(options.queue), \(Int32((priority ?? options.priority).rawValue)), \(runAt),
                \(uniqueKey), \(onConflict.rawValue), \(limitKeys), \(Int32(options.maxAttempts))
            )
            """, as: JobID?.self)
    }

    /// Puts many jobs into the queue at once; answers in their order, with nil for those whose like is kept instead.
    @discardableResult
    public static func enqueue(
        _ jobs: [NewJob], on connection: Connection, onConflict: UniqueConflict = .keep
    ) throws -> [JobID?] {
        guard !jobs.isEmpty else { return [] }
        let items = try JSONText(encoding: jobs, with: JobCoding.encoder())
        return try connection.query(
            """
            select job_id
            from enqueue_jobs(\(items), \(onConflict.rawValue))
            order by place
            """, as: JobID?.self)
    }

    /// Puts a job into the queue in a transaction of its own.
    @discardableResult
    public func enqueue<P: JobPayload>(
        _ payload: P, runAt: Date? = nil, priority: JobPriority? = nil, uniqueKey: String? = nil,
        onConflict: UniqueConflict = .keep, limitKeys: [String] = []
    ) throws -> JobID? {
        try database.withConnection { connection in
            try Queue.enqueue(
                payload, on: connection, runAt: runAt, priority: priority, uniqueKey: uniqueKey,
                onConflict: onConflict, limitKeys: limitKeys)
        }
    }

    /// Ends a waiting job, or asks a running one to end. Nil when there is no such job.
    public func cancel(_ id: JobID) throws -> CancelAnswer? {
        let state: String? = try database.one("select cancel_job(\(id))")
        return state.flatMap(CancelAnswer.init(rawValue:))
    }

    /// Puts failed and cancelled jobs back with all their attempts before them; answers those that it put back. A job
    /// whose like waits already stays.
    @discardableResult
    public func retry(_ ids: [JobID]) throws -> [JobID] {
        try database.query("select * from redrive_jobs(\(ids))")
    }

    /// How many jobs stand where.
    public func counts() throws -> [JobCount] {
        try database.query(
            """
            select queue, kind, state, jobs, waiting_since
            from count_jobs()
            order by queue, kind, state
            """)
    }

    /// Jobs from the newest; `before` is the last id of the page before.
    public func list(
        state: JobState? = nil, kind: String? = nil, before: JobID? = nil, limit: Int = 50
    ) throws -> [JobRecord] {
        try database.query(
            """
            select *
            from jobs
            where (\(state?.rawValue)::text is null or state = \(state?.rawValue))
                and (\(kind)::text is null or kind = \(kind))
                and (\(before)::bigint is null or id < \(before))
            order by id desc
            limit \(min(max(limit, 1), 1_000))
            """)
    }

    /// One job with all that is known of it.
    public func job(_ id: JobID) throws -> JobRecord? {
        try database.first("select * from jobs where id = \(id)")
    }

    /// Lets at most `concurrency` jobs with a key run at once. The key `member` holds for each key `member:…` that has
    /// no limit of its own; nil lifts the limit.
    public func setLimit(_ key: String, to concurrency: Int?) throws {
        guard let concurrency else {
            try database.execute("delete from job_limits where key = \(key)")
            return
        }
        try database.execute(
            """
            insert into job_limits (key, concurrency)
            values (\(key), \(Int32(clamping: concurrency)))
            on conflict (key) do update set concurrency = excluded.concurrency
            """)
    }

    /// Removes all but the newest finished jobs.
    @discardableResult
    public func prune(completedKept: Int = 100, failedKept: Int = 500) throws -> Int {
        try database.one("select prune_jobs(\(Int32(clamping: completedKept)), \(Int32(clamping: failedKept)))")
    }
}

/// How a wish to cancel was met.
public enum CancelAnswer: String, Sendable {
    /// It will not run.
    case cancelled
    /// It runs and has been asked to end.
    case cancelling
    /// It was done before.
    case completed
    /// It had failed before.
    case failed
}
