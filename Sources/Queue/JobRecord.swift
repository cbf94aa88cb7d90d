public import FoundationEssentials
public import Postgres

/// A row of the queue.
public struct JobRecord: Sendable, RowDecodable {
    /// The job's number.
    public let id: JobID
    /// The kind of the job.
    public let kind: String
    /// The queue that it is in.
    public let queue: String
    /// Its state.
    public let state: JobState
    /// Its priority.
    public let priority: JobPriority
    /// The attempt that runs or ran last, counted from 1.
    public let attempt: Int
    /// How often it is tried.
    public let maxAttempts: Int
    /// When it is or was due.
    public let runAt: Date
    /// When it was enqueued.
    public let createdAt: Date
    /// When a worker claimed it last.
    public let claimedAt: Date?
    /// When it ended.
    public let finishedAt: Date?
    /// The worker that holds it.
    public let leasedBy: String?
    /// Until when it is held.
    public let leasedUntil: Date?
    /// When its cancellation was requested.
    public let cancelRequestedAt: Date?
    /// The key of which only one job of this kind may wait.
    public let uniqueKey: String?
    /// The limits that it counts against while it runs.
    public let limitKeys: [String]
    /// Its parameters.
    public let payload: JSONText
    /// The errors of its attempts, oldest first.
    public let errors: [AttemptError]

    /// Reads a whole row of `jobs`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        kind = try row.value("kind")
        queue = try row.value("queue")
        state = try row.value("state")
        priority = try row.value("priority")
        attempt = Int(try row.value("attempt", as: Int32.self))
        maxAttempts = Int(try row.value("max_attempts", as: Int32.self))
        runAt = try row.value("run_at")
        createdAt = try row.value("created_at")
        claimedAt = try row.value("claimed_at")
        finishedAt = try row.value("finished_at")
        leasedBy = try row.value("leased_by")
        leasedUntil = try row.value("leased_until")
        cancelRequestedAt = try row.value("cancel_requested_at")
        uniqueKey = try row.value("unique_key")
        limitKeys = try row.value("limit_keys")
        payload = try row.value("payload")
        let history: JSONText = try row.value("errors")
        do {
            errors = try history.decode([AttemptError].self)
        } catch {
            throw .decoding(column: "errors", expected: "a list of attempts", found: "other JSON")
        }
    }
}

/// The error of one attempt.
public struct AttemptError: Sendable, Codable, Equatable {
    /// The attempt, counted from 1.
    public let attempt: Int
    /// When it ended, in RFC 3339.
    public let at: String
    /// The worker that ran it.
    public let worker: String?
    /// The error, for operators.
    public let error: String
}

/// How many jobs of a kind are in a state.
public struct JobCount: Sendable, RowDecodable, Equatable {
    /// Their queue.
    public let queue: String
    /// Their kind.
    public let kind: String
    /// Their state.
    public let state: JobState
    /// Their number.
    public let jobs: Int
    /// When the oldest waiting one was due.
    public let waitingSince: Date?

    /// Reads a row of `count_jobs()`.
    public init(row: Row) throws(DatabaseError) {
        queue = try row.value("queue")
        kind = try row.value("kind")
        state = try row.value("state")
        jobs = try row.value("jobs")
        waitingSince = try row.value("waiting_since")
    }
}
