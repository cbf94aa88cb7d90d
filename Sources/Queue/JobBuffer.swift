/// A job that was claimed and waits for a worker.
struct BufferedJob: Sendable {
    let job: ClaimedJob
    let heldJob: HeldJob
}

/// The claimed jobs that wait in this process for a worker, in their order.
struct JobBuffer: Sendable {
    private var jobs: [BufferedJob] = []
    private var head = 0
    var isClosed = false

    mutating func add(_ more: [BufferedJob]) {
        jobs.removeFirst(head)
        head = 0
        jobs.append(contentsOf: more)
    }

    mutating func next() -> BufferedJob? {
        guard head < jobs.count else { return nil }
        defer { head += 1 }
        return jobs[head]
    }

    /// Removes and returns all jobs.
    mutating func removeAll() -> [BufferedJob] {
        defer {
            jobs = []
            head = 0
        }
        return Array(jobs[head...])
    }

    /// Removes and returns all jobs when the first of them was claimed before `time`.
    mutating func removeStale(before time: ContinuousClock.Instant) -> [BufferedJob] {
        guard head < jobs.count, jobs[head].heldJob.claimedAt < time else { return [] }
        return removeAll()
    }
}
