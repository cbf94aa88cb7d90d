internal import FoundationEssentials
internal import Logging
internal import Platform
internal import Postgres

/// One run of a drain: the dispatching thread, which claims jobs and completes finished ones.
final class DrainRun: Sendable {
    let database: Database
    let registry: JobRegistry
    let options: DrainOptions
    let log: Log
    let leases: Leases
    let state: Monitor<DrainState>
    /// Of its own, so that a notification of work wakes the dispatching thread alone.
    let heartbeat = Monitor(HeartbeatRequest())
    let buffer = Monitor(JobBuffer())
    private let isQuick: Bool
    private let end: DrainEnd
    private let deadline: ContinuousClock.Instant?

    init(
        isQuick: Bool, end: DrainEnd, deadline: ContinuousClock.Instant?, database: Database, registry: JobRegistry,
        options: DrainOptions, log: Log
    ) {
        self.isQuick = isQuick
        self.end = end
        self.deadline = deadline
        self.database = database
        self.registry = registry
        self.options = options
        self.log = log
        leases = Leases(
            worker: options.workerName, length: options.lease, queues: options.queues ?? registry.queues,
            kinds: registry.kindNames)
        state = Monitor(
            DrainState(
                size: ClaimSize(workers: options.workers, largest: max(options.largestClaim, 1)), poll: options.poll,
                now: .now))
    }

    func noteWork() {
        state.update { $0.noteWork() }
    }

    func noteCancel() {
        heartbeat.update { $0.isWanted = true }
    }

    func stop() {
        state.update { $0.phase = .stopping }
    }

    func run() throws -> DrainSummary {
        let workers = try (0..<options.workers).map { number in
            try BackgroundThread(named: "job worker \(number)") { self.withPriority { self.work() } }
        }
        let keeper = try BackgroundThread(named: "job leases") { self.keepLeases() }
        let fault = withPriority { dispatch() }
        let late = ContinuousClock.now + .seconds(1)
        buffer.update { $0.isClosed = true }
        heartbeat.update { $0.isOver = true }
        // A worker that did not heed its end is left to the end of the process; its job has been given back.
        for thread in workers + [keeper] { thread.join(until: late) }
        if let fault { throw fault }
        return state.withLock { $0.summary }
    }

    /// Quick jobs are to begin as soon as they are enqueued; long ones, and the programs that they start, are not.
    private func withPriority<R>(_ body: () -> R) -> R {
        guard isQuick else {
            ThreadPriority.lower()
            return body()
        }
        return ThreadSlice.withShortest(body)
    }

    /// Claims and completes jobs until the end. Returns the error because of which it gave up, if it did.
    private func dispatch() -> (any Error)? {
        var failingSince: ContinuousClock.Instant?
        var phase = DrainState.Phase.claiming
        var graceEnds: ContinuousClock.Instant?
        while true {
            let now = notePhase()
            if now != phase { graceEnds = enter(now) ?? graceEnds }
            phase = now
            if let graceEnds, ContinuousClock.now >= graceEnds {
                release(state.withLock { Array($0.held.values) })
                return nil
            }
            switch nextStep(phase: phase, graceEnds: graceEnds) {
            case nil: continue
            case .end: return nil
            case .turn(let fences, let wanted):
                do {
                    try turn(complete: fences, claim: wanted)
                    failingSince = nil
                } catch {
                    let since = failingSince ?? .now
                    failingSince = since
                    noteFailure(error, fences)
                    // A drain that must empty the queue reports the error. One that runs for a time continues, since databases come back.
                    let isHopeless = since.duration(to: .now) >= options.grace
                    if isHopeless && (end == .empty || phase > .claiming) { return end == .empty ? error : nil }
                    pause(while: phase, until: graceEnds)
                }
            }
        }
    }

    /// Begins a phase. Returns the end of the grace period, if one begins.
    private func enter(_ phase: DrainState.Phase) -> ContinuousClock.Instant? {
        release(buffer.update { $0.removeAll() }.map(\.heldJob))
        guard phase == .stopping else { return nil }
        for heldJob in state.withLock({ Array($0.held.values) }) { heldJob.interrupt(.stopping) }
        return .now + options.grace
    }

    private func noteFailure(_ error: any Error, _ unrecorded: [Fence]) {
        log.error(
            "the queue cannot be reached",
            ["error": .string(describe(error)), "unrecorded": .int(unrecorded.count)])
        state.update { $0.noteFailedTurn(unrecorded, nextLook: .now + options.poll) }
    }

    private func pause(while phase: DrainState.Phase, until end: ContinuousClock.Instant?) {
        let time = ContinuousClock.now + options.poll
        _ = state.wait(until: end.map { min($0, time) } ?? time) { $0.phase != phase ? true : nil }
    }

    private func notePhase() -> DrainState.Phase {
        state.withLock { state in
            if state.phase == .claiming, let deadline, ContinuousClock.now >= deadline { state.phase = .ending }
            return state.phase
        }
    }

    /// Waits for something to do; nil when the phase or a deadline has changed and the loop must look again.
    private func nextStep(phase: DrainState.Phase, graceEnds: ContinuousClock.Instant?) -> DrainState.Step? {
        func deadline(_ state: DrainState) -> ContinuousClock.Instant? {
            [state.nextDeadline, phase == .claiming ? self.deadline : nil, graceEnds].compactMap { $0 }.min()
        }
        let until = state.withLock { deadline($0) }
        let answer: DrainState.Step?? = state.wait(until: until) { state in
            if let step = state.phase == phase ? state.step(at: .now, until: self.end) : nil { return .some(step) }
            return state.phase != phase || deadline(state) != until ? .some(nil) : nil
        }
        return answer ?? nil
    }

    private func turn(complete fences: [Fence], claim wanted: Int) throws {
        var completed = 0
        let claimed: [ClaimedJob]
        if fences.isEmpty {
            claimed = try database.withConnection { try leases.claimWithoutSync(wanted, on: $0) }
        } else {
            (completed, claimed) = try database.transaction { connection in
                let completed = try JobCompletion.complete(fences, on: connection)
                return (completed, wanted > 0 ? try leases.claim(wanted, on: connection) : [])
            }
        }
        let jobs = claimed.map { job in
            let kind = registry.kinds[job.kind]
            return BufferedJob(
                job: job,
                heldJob: HeldJob(
                    Fence(id: job.id, claims: job.claims), timeout: kind?.options.timeout ?? .seconds(300),
                    isLimited: job.isLimited))
        }
        state.update { state in
            state.summary.completed += completed
            state.summary.lost += fences.count - completed
            for job in jobs { state.hold(job.heldJob) }
            if wanted > 0 { state.noteClaim(wanted: wanted, claimed: jobs.count) }
        }
        if !jobs.isEmpty { buffer.update(waking: min(jobs.count, options.workers)) { $0.add(jobs) } }
    }

    /// Gives jobs back that this drain will not do.
    func release(_ heldJobs: [HeldJob]) {
        guard !heldJobs.isEmpty else { return }
        do {
            let released = try database.withConnection { try leases.release(heldJobs.map(\.fence), on: $0) }
            state.update { $0.summary.released += released }
        } catch {
            log.error(
                "jobs could not be given back; they run again when their leases end",
                ["error": .string(describe(error))])
        }
        state.update { state in
            for heldJob in heldJobs { state.drop(heldJob) }
        }
        for heldJob in heldJobs { heldJob.interrupt(.leaseLost) }
    }
}

/// The most detailed text of an error, for the job's history and the log.
func describe(_ error: any Error) -> String {
    (error as? any CustomDebugStringConvertible)?.debugDescription ?? String(describing: error)
}
