internal import FoundationEssentials
internal import Postgres

/// A job as a claim returns it.
struct ClaimedJob: Sendable, RowDecodable {
    let id: JobID
    let kind: String
    let payload: String
    let claims: Int32
    let attempt: Int
    let maxAttempts: Int
    let isLimited: Bool
    let createdAt: Date

    init(row: Row) throws(DatabaseError) {
        id = try row.value(at: 0)
        kind = try row.value(at: 1)
        payload = try row.value(at: 2)
        claims = try row.value(at: 3)
        attempt = Int(try row.value(at: 4, as: Int32.self))
        maxAttempts = Int(try row.value(at: 5, as: Int32.self))
        isLimited = try row.value(at: 6)
        createdAt = try row.value(at: 7)
    }
}

/// The statements by which a worker claims, renews and releases many jobs at a time. None of them waits for a row that
/// another statement has locked, so they cannot deadlock.
struct Leases: Sendable {
    let worker: String
    let length: Duration
    let queues: [String]
    let kinds: [String]

    /// Claims jobs as part of a transaction.
    func claim(_ wanted: Int, on connection: Connection) throws(DatabaseError) -> [ClaimedJob] {
        try connection.query(claiming(wanted))
    }

    /// Claims jobs without waiting for the disk. When a crash of Postgres loses the claim, the job is still queued and is
    /// claimed again; of both workers only one can complete it.
    func claimWithoutSync(_ wanted: Int, on connection: Connection) throws(DatabaseError) -> [ClaimedJob] {
        try connection.pipeline(settings: ["synchronous_commit": "off"], claiming(wanted))
    }

    private func claiming(_ wanted: Int) -> SQL {
        """
        select job_id, job_kind, job_payload, job_claims, job_attempt, job_max_attempts, job_is_limited, job_created_at
        from claim_jobs(\(worker), \(length), \(Int32(clamping: wanted)), \(queues), \(kinds))
        """
    }

    /// Renews leases. Returns the jobs that must stop, and why.
    func renew(_ fences: [Fence], on connection: Connection) throws(DatabaseError) -> [JobID: JobInterruption] {
        let rows: [Renewal] = try connection.query(
            """
            with mine as (
                select id, claims
                from unnest(\(fences.map(\.id)), \(fences.map(\.claims))) as mine (id, claims)
            ),
            free as (
                select jobs.id
                from jobs
                join mine using (id, claims)
                where jobs.state = 'running'
                for update of jobs skip locked
            ),
            renewed as (
                update jobs
                set leased_until = dailies_now() + \(length)
                from free
                where jobs.id = free.id
            )
            select mine.id, jobs.id is null as is_lost
            from mine
            left join jobs on jobs.id = mine.id and jobs.claims = mine.claims and jobs.state = 'running'
            where jobs.id is null or jobs.cancel_requested_at is not null
            """)
        return Dictionary(rows.map { ($0.id, $0.interruption) }) { first, _ in first }
    }

    /// Gives back jobs that this worker will not do. It costs them no attempt.
    @discardableResult
    func release(_ fences: [Fence], on connection: Connection) throws(DatabaseError) -> Int {
        try connection.execute(
            """
            with mine as (
                select id, claims
                from unnest(\(fences.map(\.id)), \(fences.map(\.claims))) as mine (id, claims)
            ),
            free as (
                select jobs.id
                from jobs
                join mine using (id, claims)
                where jobs.state = 'running'
                for update of jobs skip locked
            ),
            released as (
                update jobs
                set state = case when cancel_requested_at is null then 'queued' else 'cancelled' end,
                    finished_at = case when cancel_requested_at is not null then dailies_now() end,
                    attempt = attempt - 1,
                    leased_until = null,
                    leased_by = null
                from free
                where jobs.id = free.id
                returning jobs.id, jobs.queue
            ),
            told as (
                select count(notify_late('jobs', queue))
                from (select distinct queue from released) as touched
            )
            select released.id
            from released, told
            """)
    }

    /// Requeues jobs whose leases have ended. The attempt counts, so that a job which kills its worker ends as a dead
    /// letter. They keep their due time and so run first.
    static func rescue(on connection: Connection) throws(DatabaseError) -> Int {
        try connection.execute(
            """
            with expired as (
                select id
                from jobs
                where state = 'running' and leased_until < dailies_now()
                order by id
                limit 1000
                for update skip locked
            ),
            rescued as (
                update jobs
                set state = case
                        when cancel_requested_at is not null then 'cancelled'
                        when attempt >= max_attempts then 'failed'
                        else 'queued'
                    end,
                    finished_at = case
                        when cancel_requested_at is not null or attempt >= max_attempts then dailies_now()
                    end,
                    errors = errors || jsonb_build_object(
                        'attempt', attempt,
                        'at', to_char(dailies_now() at time zone 'UTC', \(JobCompletion.timeFormat)),
                        'worker', leased_by,
                        'error', 'the worker ended or lost its lease'
                    ),
                    leased_until = null,
                    leased_by = null
                from expired
                where jobs.id = expired.id
                returning jobs.id, jobs.queue
            ),
            told as (
                select count(notify_late('jobs', queue))
                from (select distinct queue from rescued) as touched
            )
            select rescued.id
            from rescued, told
            """)
    }
}

private struct Renewal: RowDecodable {
    let id: JobID
    let interruption: JobInterruption

    init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        interruption = try row.value("is_lost") ? .leaseLost : .cancelled
    }
}
