public import FoundationEssentials
public import Postgres

/// A row of the queue.
public struct JobRecord: Sendable, RowDecodable {
    /// The job's number.
    public let id: JobID
    /// What it is.
    public let kind: String
    /// The queue that it stands in.
    public let queue: String
    /// Where it stands.
    public let state: JobState
    /// What goes first.
    public let priority: JobPriority
    /// The attempt that runs or ran last, counted from 1.
    public let attempt: Int
    /// How often it is tried.
    public let maxAttempts: Int
    /// When it is or was due.
    public let runAt: Date
    /// When it was put in.
    public let createdAt: Date
    /// When a worker took it last.
    public let takenAt: Date?
    /// When it ended.
    public let finishedAt: Date?
    /// Who holds it.
    public let leasedBy: String?
    /// Until when it is held.
    public let leasedUntil: Date?
    /// When someone asked it to end.
    public let cancelRequestedAt: Date?
    /// What there is only one of.
    public let uniqueKey: String?
    /// What it uses up while it runs.
    public let limitKeys: [String]
    /// What it is about.
    public let payload: JSONText
    /// What its attempts met, from the first.
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
        takenAt = try row.value("claimed_at")
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

/// What one attempt met.
public struct AttemptError: Sendable, Codable, Equatable {
    /// The attempt, counted from 1.
    public let attempt: Int
    /// When it ended, in RFC 3339.
    public let at: String
    /// Who ran it.
    public let worker: String?
    /// What went wrong, for operators.
    public let error: String
}

/// How many jobs of a kind stand in a state.
public struct JobCount: Sendable, RowDecodable, Equatable {
    /// The queue that they stand in.
    public let queue: String
    /// What they are.
    public let kind: String
    /// Where they stand.
    public let state: JobState
    /// How many they are.
    public let jobs: Int
    /// Since when the oldest due one waits.
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
