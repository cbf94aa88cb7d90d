internal import FoundationEssentials
internal import Postgres

/// The statements that end an attempt of a held job. Each checks the fencing token, so that a late worker changes nothing.
enum JobCompletion {
    /// Completes one job; false when another worker holds it.
    static func complete(_ fence: Fence, on connection: Connection) throws(DatabaseError) -> Bool {
        try connection.execute(
            """
            update jobs
            set state = 'completed', finished_at = dailies_now(), leased_until = null, leased_by = null
            where id = \(fence.id) and claims = \(fence.claims) and state = 'running'
            """) == 1
    }

    /// Completes many jobs that write nothing of their own. Returns how many were still held.
    static func complete(_ fences: [Fence], on connection: Connection) throws(DatabaseError) -> Int {
        // In the order of ids, so that two workers that both believe they hold the same jobs do not deadlock.
        let ordered = fences.sorted { $0.id < $1.id }
        return try connection.execute(
            """
            update jobs
            set state = 'completed', finished_at = dailies_now(), leased_until = null, leased_by = null
            from unnest(\(ordered.map(\.id)), \(ordered.map(\.claims))) as held (id, claims)
            where jobs.id = held.id and jobs.claims = held.claims and jobs.state = 'running'
            """)
    }

    /// Writes the transition after one attempt; false when another worker holds the job.
    static func apply(_ fence: Fence, _ transition: JobTransition, on connection: Connection) throws(DatabaseError)
        -> Bool
    {
        switch transition {
        case .leave:
            return false
        case .finish(.completed, _):
            return try complete(fence, on: connection)
        case .finish(let state, let error):
            return try finish(fence, state, error, on: connection)
        case .again(let delay, let charged, let error):
            return try requeue(fence, "dailies_now() + \(delay)", charged: charged, error, on: connection)
        case .later(let time):
            return try requeue(fence, "\(time)::timestamptz", charged: false, nil, on: connection)
        }
    }

    private static func finish(
        _ fence: Fence, _ state: JobState, _ error: String?, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        try connection.execute(
            """
            update jobs
            set state = \(state),
                finished_at = dailies_now(),
                errors = errors || \(sql: entry(error)),
                leased_until = null,
                leased_by = null
            where id = \(fence.id) and claims = \(fence.claims) and state = 'running'
            """) == 1
    }

    /// A job ends here instead of waiting when it was cancelled meanwhile, or when it was replaced and so has no attempt left.
    private static func requeue(
        _ fence: Fence, _ time: SQL, charged: Bool, _ error: String?, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        try connection.execute(
            """
            update jobs
            set state = case
                    when cancel_requested_at is not null then 'cancelled'
                    when \(charged) and attempt >= max_attempts then 'failed'
                    else 'queued'
                end,
                finished_at = case
                    when cancel_requested_at is not null or \(charged) and attempt >= max_attempts then dailies_now()
                end,
                run_at = \(sql: time),
                attempt = attempt - \(charged ? 0 : 1 as Int32),
                errors = errors || \(sql: entry(error)),
                leased_until = null,
                leased_by = null
            where id = \(fence.id) and claims = \(fence.claims) and state = 'running'
            """) == 1
    }

    private static func entry(_ error: String?) -> SQL {
        guard let error else { return "'[]'::jsonb" }
        let text = String(error.prefix(2_000)).replacing("\0", with: "")
        return """
            jsonb_build_object(
                'attempt', attempt, 'at', to_char(dailies_now() at time zone 'UTC', \(timeFormat)), 'worker', leased_by,
                'error', \(text)::text
            )
            """
    }

    static let timeFormat = #"YYYY-MM-DD"T"HH24:MI:SS.MS"Z""#
}
