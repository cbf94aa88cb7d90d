internal import FoundationEssentials
internal import Postgres

/// A job as a take hands it out.
struct TakenJob: Sendable, RowDecodable {
    let id: JobID
    let kind: String
    let payload: String
    let takes: Int32
    let attempt: Int
    let maxAttempts: Int
    let isLimited: Bool
    let createdAt: Date

    init(row: Row) throws(DatabaseError) {
        id = try row.value(at: 0)
        kind = try row.value(at: 1)
        payload = try row.value(at: 2)
        takes = try row.value(at: 3)
        attempt = Int(try row.value(at: 4, as: Int32.self))
        maxAttempts = Int(try row.value(at: 5, as: Int32.self))
        isLimited = try row.value(at: 6)
        createdAt = try row.value(at: 7)
    }
}

/// The statements by which one worker holds many jobs at a time. None of them ever waits for a row that another
/// statement has locked, so they cannot deadlock with those that do.
struct Leases: Sendable {
    let worker: String
    let length: Duration
    let queues: [String]
    let kinds: [String]

    /// Takes jobs as part of a transaction.
    func take(_ wanted: Int, on connection: Connection) throws(DatabaseError) -> [TakenJob] {
        try connection.query(taking(wanted))
    }

    /// Takes jobs without waiting for the disk. A crash of Postgres that forgets the take leaves the job in the queue,
    /// where it is taken again; whoever held it before can complete it only while it runs, and only one of them.
    func takeQuickly(_ wanted: Int, on connection: Connection) throws(DatabaseError) -> [TakenJob] {
        try connection.pipeline(settings: ["synchronous_commit": "off"], taking(wanted))
    }

    private func taking(_ wanted: Int) -> SQL {
        """
        select job_id, job_kind, job_payload, job_claims, job_attempt, job_max_attempts, job_is_limited, job_created_at
        from claim_jobs(\(worker), \(length), \(Int32(clamping: wanted)), \(queues), \(kinds))
        """
    }

    /// Holds on to jobs; answers what each of them is to stop for.
    func renew(_ fences: [Fence], on connection: Connection) throws(DatabaseError) -> [JobID: JobInterruption] {
        let rows: [Renewal] = try connection.query(
            """
            with mine as (
                select id, claims
                from unnest(\(fences.map(\.id)), \(fences.map(\.takes))) as mine (id, claims)
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

    /// Gives jobs back that this worker will not do; costs them no attempt.
    @discardableResult
    func release(_ fences: [Fence], on connection: Connection) throws(DatabaseError) -> Int {
        try connection.execute(
            """
            with mine as (
                select id, claims
                from unnest(\(fences.map(\.id)), \(fences.map(\.takes))) as mine (id, claims)
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
                select count(pg_notify('jobs', queue))
                from (select distinct queue from released) as touched
            )
            select released.id
            from released, told
            """)
    }

    /// Takes jobs from workers that no longer renew their leases. The attempt counts, so that a job which kills its
    /// worker ends as a dead letter. It keeps its time, and so goes first.
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
                        'at', to_char(dailies_now() at time zone 'UTC', \(Settling.timeFormat)),
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
                select count(pg_notify('jobs', queue))
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
