public import FoundationEssentials
public import Postgres

/// The queue for code that enqueues jobs and for operators.
public struct Queue: Sendable {
    private let database: Database

    /// The queue of a database.
    public init(_ database: Database) {
        self.database = database
    }

    /// Enqueues a job in the caller's transaction: it exists if and only if that commits. Returns nil when an existing job
    /// with the same unique key is kept instead.
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

    /// Enqueues many jobs at once. Returns their ids in order, with nil where an existing job is kept instead.
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

    /// Enqueues a job in its own transaction.
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

    /// Cancels a waiting job, or asks a running one to end. Nil when there is no such job.
    public func cancel(_ id: JobID) throws -> CancelAnswer? {
        let state: String? = try database.one("select cancel_job(\(id))")
        return state.flatMap(CancelAnswer.init(rawValue:))
    }

    /// Requeues failed and cancelled jobs with their full number of attempts. Returns the ids of those that were requeued; a
    /// job is left alone when another one with its unique key waits.
    @discardableResult
    public func retry(_ ids: [JobID]) throws -> [JobID] {
        try database.query("select * from redrive_jobs(\(ids))")
    }

    /// How many jobs there are by queue, kind and state.
    public func counts() throws -> [JobCount] {
        try database.query(
            """
            select queue, kind, state, jobs, waiting_since
            from count_jobs()
            order by queue, kind, state
            """)
    }

    /// Jobs, newest first; `before` is the last id of the previous page.
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

    /// One job.
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

/// The result of a cancellation.
public enum CancelAnswer: String, Sendable {
    /// The job will not run.
    case cancelled
    /// The job runs and has been asked to end.
    case cancelling
    /// The job had completed before.
    case completed
    /// The job had failed before.
    case failed
}
