public import FoundationEssentials
public import Postgres

/// When something recurs, in UTC.
public enum Schedule: Sendable, Equatable {
    /// At the multiples of an interval since midnight of 1970-01-01, so that all hosts agree.
    case every(Duration)
    /// Once a day.
    case daily(hour: Int, minute: Int)

    /// The last due time that is not after `time`.
    public func lastDue(at time: Date) -> Date {
        let seconds = time.timeIntervalSince1970
        switch self {
        case .every(let interval):
            let length = max(interval.seconds, 0.001)
            return Date(timeIntervalSince1970: (seconds / length).rounded(.down) * length)
        case .daily(let hour, let minute):
            let offset = Double(hour * 3_600 + minute * 60)
            return Date(timeIntervalSince1970: ((seconds - offset) / 86_400).rounded(.down) * 86_400 + offset)
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// A declared recurring job.
struct RecurringJob: Sendable {
    let name: String
    let schedule: Schedule
    let enqueue: @Sendable (Connection) throws -> JobID?

    /// Enqueues the job if its last due time is new, once over all hosts: the row's lock decides. A new declaration only
    /// notes the time, so that an installation does not begin with all recurring jobs at once.
    func enqueueIfDue(at now: Date, on connection: Connection) throws -> Bool {
        let due = schedule.lastDue(at: now)
        let isNew =
            try connection.execute(
                """
                insert into recurring_jobs (name, due_at)
                values (\(name), \(due))
                on conflict (name) do nothing
                """) == 1
        if isNew { return false }
        let isMine =
            try connection.execute(
                """
                update recurring_jobs
                set due_at = \(due)
                where name = \(name) and due_at < \(due)
                """) == 1
        guard isMine else { return false }
        let job = try enqueue(connection)
        try connection.execute(
            """
            update recurring_jobs
            set job_id = coalesce(\(job), job_id)
            where name = \(name)
            """)
        return true
    }
}

extension JobRegistry {
    /// Enqueues the recurring jobs that are due, or all of them. Returns how many were enqueued. A drain enqueues due ones by
    /// itself.
    @discardableResult
    public func enqueueRecurring(in database: Database, evenIfNotDue: Bool = false) throws -> Int {
        let now: Date = try database.one("select dailies_now()")
        var count = 0
        for job in recurring {
            let isEnqueued = try database.transaction { connection in
                if try job.enqueueIfDue(at: now, on: connection) { return true }
                return try evenIfNotDue && job.enqueue(connection) != nil
            }
            if isEnqueued { count += 1 }
        }
        return count
    }
}
