/// A job between its take and a worker.
struct StoredJob: Sendable {
    let job: TakenJob
    let holding: Holding
}

/// The jobs that wait in this process for a worker, in their order.
struct JobStore: Sendable {
    private var jobs: [StoredJob] = []
    private var head = 0
    var isClosed = false

    mutating func add(_ more: [StoredJob]) {
        jobs.removeFirst(head)
        head = 0
        jobs.append(contentsOf: more)
    }

    mutating func next() -> StoredJob? {
        guard head < jobs.count else { return nil }
        defer { head += 1 }
        return jobs[head]
    }

    /// Empties the store.
    mutating func takeAll() -> [StoredJob] {
        defer {
            jobs = []
            head = 0
        }
        return Array(jobs[head...])
    }

    /// Empties the store when its first job was taken before `time`.
    mutating func takeStale(before time: ContinuousClock.Instant) -> [StoredJob] {
        guard head < jobs.count, jobs[head].holding.takenAt < time else { return [] }
        return takeAll()
    }
}
