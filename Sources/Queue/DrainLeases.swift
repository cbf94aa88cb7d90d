internal import FoundationEssentials
internal import Logging
internal import Platform
internal import Postgres

/// One run of a drain: the part of the thread that keeps what the process holds and rescues what others let go.
extension DrainRun {
    /// How much longer than it may a job keeps its lease, for its work to notice.
    private static let lateness: Duration = .seconds(30)

    func keepLeases() {
        var nextBeat = ContinuousClock.now + options.heartbeat
        var lastDue: [String: Date] = [:]
        let interval = min(options.poll, options.heartbeat)
        while true {
            let wait = ContinuousClock.now + interval
            let isWanted: Bool? = board.wait(until: wait) { board in
                defer { board.isBeatWanted = false }
                return board.isBeatWanted || board.isOver ? true : nil
            }
            if board.withLock({ $0.isOver }) { return }
            options.onBeat()
            let now = ContinuousClock.now
            interruptLate(at: now)
            releaseStale(at: now)
            do {
                if isWanted == true || now >= nextBeat {
                    nextBeat = now + options.heartbeat
                    try renew()
                }
                if isWanted == nil {
                    try rescue()
                    try enqueueRecurring(&lastDue)
                }
            } catch {
                log.warning("leases could not be kept", ["error": .string(describe(error))])
            }
        }
    }

    private func renew() throws {
        let fences = board.withLock { $0.fences }
        guard !fences.isEmpty else { return }
        let interruptions = try database.withConnection { try leases.renew(fences, on: $0) }
        guard !interruptions.isEmpty else { return }
        let held = board.withLock { $0.held }
        for (id, interruption) in interruptions { held[id]?.interrupt(interruption) }
    }

    private func rescue() throws {
        let rescued = try database.withConnection { try Leases.rescue(on: $0) }
        guard rescued > 0 else { return }
        log.warning("jobs of dead workers run again", ["jobs": .int(rescued)])
        board.update { board in
            board.summary.rescued += rescued
            board.noteWork()
        }
    }

    private func enqueueRecurring(_ lastDue: inout [String: Date]) throws {
        guard !registry.recurring.isEmpty else { return }
        let now: Date = try database.one("select dailies_now()")
        for job in registry.recurring where lastDue[job.name] != job.schedule.lastDue(at: now) {
            let isEnqueued = try database.transaction { try job.enqueueIfDue(at: now, on: $0) }
            lastDue[job.name] = job.schedule.lastDue(at: now)
            if isEnqueued { board.update { $0.summary.recurred += 1 } }
        }
    }

    /// A job that takes too long is asked to end, and later given up, so that no lease is renewed for ever.
    private func interruptLate(at now: ContinuousClock.Instant) {
        for holding in board.withLock({ Array($0.held.values) }) {
            guard let start = holding.startedAt, start + holding.timeout < now else { continue }
            holding.interrupt(.timedOut)
            guard start + holding.timeout + Self.lateness < now else { continue }
            log.error("a job does not end and its lease is given up", ["job": .int(Int(holding.fence.id))])
            board.update { $0.drop(holding) }
        }
    }

    /// Quick jobs that were taken in store may lie behind slow ones here while other workers are free.
    private func releaseStale(at now: ContinuousClock.Instant) {
        let stale = store.update { $0.takeStale(before: now - .seconds(1)) }
        guard !stale.isEmpty else { return }
        board.update { $0.size.noteStale() }
        release(stale.map(\.holding))
    }
}
