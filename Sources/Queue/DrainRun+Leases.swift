internal import FoundationEssentials
internal import Logging
internal import Platform
internal import Postgres

/// The lease thread of a drain: renews the leases of held jobs and rescues jobs whose leases ended.
extension DrainRun {
    /// How long a job keeps its lease after its timeout, so that it can notice and end.
    private static let lateness: Duration = .seconds(30)

    func keepLeases() {
        var nextBeat = ContinuousClock.now + options.heartbeat
        var lastDue: [String: Date] = [:]
        let interval = min(options.poll, options.heartbeat)
        while true {
            let wait = ContinuousClock.now + interval
            let isWanted: Bool? = heartbeat.wait(until: wait) { heartbeat in
                defer { heartbeat.isWanted = false }
                return heartbeat.isWanted || heartbeat.isOver ? true : nil
            }
            if heartbeat.withLock({ $0.isOver }) { return }
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
                log.warning("leases could not be renewed", ["error": .string(describe(error))])
            }
        }
    }

    private func renew() throws {
        let fences = state.withLock { $0.fences }
        guard !fences.isEmpty else { return }
        let interruptions = try database.withConnection { try leases.renew(fences, on: $0) }
        guard !interruptions.isEmpty else { return }
        let held = state.withLock { $0.held }
        for (id, interruption) in interruptions { held[id]?.interrupt(interruption) }
    }

    private func rescue() throws {
        let rescued = try database.withConnection { try Leases.rescue(on: $0) }
        guard rescued > 0 else { return }
        log.warning("jobs of dead workers run again", ["jobs": .int(rescued)])
        state.update { state in
            state.summary.rescued += rescued
            state.noteWork()
        }
    }

    private func enqueueRecurring(_ lastDue: inout [String: Date]) throws {
        guard !registry.recurring.isEmpty else { return }
        let now: Date = try database.one("select dailies_now()")
        for job in registry.recurring where lastDue[job.name] != job.schedule.lastDue(at: now) {
            let isEnqueued = try database.transaction { try job.enqueueIfDue(at: now, on: $0) }
            lastDue[job.name] = job.schedule.lastDue(at: now)
            if isEnqueued { state.update { $0.summary.recurred += 1 } }
        }
    }

    /// Asks jobs that exceed their timeout to end, and gives up those that do not, so that no lease is renewed for ever.
    private func interruptLate(at now: ContinuousClock.Instant) {
        for heldJob in state.withLock({ Array($0.held.values) }) {
            guard let start = heldJob.startedAt, start + heldJob.timeout < now else { continue }
            heldJob.interrupt(.timedOut)
            guard start + heldJob.timeout + Self.lateness < now else { continue }
            log.error("a job ignores its timeout; its lease is given up", ["job": .int(Int(heldJob.fence.id))])
            state.update { $0.drop(heldJob) }
        }
    }

    /// Gives back jobs that wait in the buffer for long: workers of other processes may be free.
    private func releaseStale(at now: ContinuousClock.Instant) {
        let stale = buffer.update { $0.removeStale(before: now - .seconds(1)) }
        guard !stale.isEmpty else { return }
        state.update { $0.size.noteStale() }
        release(stale.map(\.heldJob))
    }
}

/// What the lease thread is woken for.
struct HeartbeatRequest: Sendable {
    /// A cancellation was announced that no heartbeat has looked at yet.
    var isWanted = false
    /// The drain is over.
    var isOver = false
}
