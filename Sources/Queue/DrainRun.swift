internal import FoundationEssentials
internal import Platform
internal import Postgres

/// One run of a drain: the dispatching thread's part.
final class DrainRun: Sendable {
    let database: Database
    let registry: JobRegistry
    let options: DrainOptions
    let log: Log
    let leases: Leases
    let board: Monitor<DrainBoard>
    let store = Monitor(JobStore())
    private let end: DrainEnd
    private let deadline: ContinuousClock.Instant?

    init(
        end: DrainEnd, limit: Duration?, database: Database, registry: JobRegistry, options: DrainOptions, log: Log
    ) throws {
        self.end = end
        self.database = database
        self.registry = registry
        self.options = options
        self.log = log
        leases = Leases(
            worker: options.workerName, length: options.lease, queues: options.queues ?? registry.queues,
            kinds: registry.kindNames)
        let now = ContinuousClock.now
        board = Monitor(
            DrainBoard(
                size: TakeSize(workers: max(options.workers, 1), largest: max(options.largestTake, 1)),
                poll: options.poll, now: now))
        var budget = limit
        if case .budget(let time) = end { budget = min(time, limit ?? time) }
        deadline = budget.map { now + $0 }
    }

    func noteWork() {
        board.update { $0.noteWork() }
    }

    func noteCancel() {
        board.update { $0.isBeatWanted = true }
    }

    func stop() {
        board.update { $0.phase = .stopping }
    }

    func run() throws -> DrainSummary {
        let workers = try (0..<max(options.workers, 1)).map { number in
            try BackgroundThread(named: "job worker \(number)") { self.work() }
        }
        let isOver = Monitor(false)
        let keeper = try BackgroundThread(named: "job leases") { self.keepLeases(until: isOver) }
        let fault = dispatch()
        let late = ContinuousClock.now + .seconds(1)
        store.update { $0.isClosed = true }
        isOver.update { $0 = true }
        // A worker that did not heed its end is left to the end of the process; its job has been given back.
        for thread in workers + [keeper] { thread.join(until: late) }
        if let fault { throw fault }
        return board.withLock { $0.summary }
    }

    private func dispatch() -> (any Error)? {
        var failingSince: ContinuousClock.Instant?
        var isEndNoted = false
        var graceEnds: ContinuousClock.Instant?
        while true {
            let phase = notePhase()
            if phase > .taking && !isEndNoted {
                isEndNoted = true
                release(store.update { $0.takeAll() }.map(\.holding))
            }
            if phase == .stopping && graceEnds == nil {
                graceEnds = .now + options.grace
                for holding in board.withLock({ Array($0.held.values) }) { holding.interrupt(.stopping) }
            }
            if let graceEnds, ContinuousClock.now >= graceEnds {
                release(board.withLock { Array($0.held.values) })
                return nil
            }
            switch nextStep(phase: phase, graceEnds: graceEnds) {
            case nil: continue
            case .end: return nil
            case .turn(let fences, let wanted):
                do {
                    try turn(complete: fences, take: wanted)
                    failingSince = nil
                } catch {
                    log.error(
                        "the queue cannot be reached",
                        ["error": .string(describe(error)), "unrecorded": .int(fences.count)])
                    board.update { $0.noteFailedTurn(fences, nextLook: .now + options.poll) }
                    let since = failingSince ?? .now
                    failingSince = since
                    if end == .empty, since.duration(to: .now) >= options.grace { return error }
                    if graceEnds == nil { pause() }
                }
            }
        }
    }

    private func notePhase() -> DrainBoard.Phase {
        board.withLock { board in
            if board.phase == .taking, let deadline, ContinuousClock.now >= deadline { board.phase = .ending }
            return board.phase
        }
    }

    private func nextStep(
        phase: DrainBoard.Phase, graceEnds: ContinuousClock.Instant?
    ) -> DrainBoard.Step? {
        while true {
            let until = board.withLock { board in
                [board.nextDeadline, phase == .taking ? deadline : nil, graceEnds].compactMap { $0 }.min()
            }
            let answer: DrainBoard.Step?? = board.wait(until: until) { board in
                if board.phase != phase { return .some(nil) }
                if let step = board.step(at: .now, until: self.end) { return .some(step) }
                // The room or the time of the next look may have changed: take the deadline anew.
                let next = [board.nextDeadline, phase == .taking ? self.deadline : nil, graceEnds].compactMap { $0 }
                    .min()
                return next == until ? nil : .some(nil)
            }
            return answer ?? nil
        }
    }

    private func turn(complete fences: [Fence], take wanted: Int) throws {
        var completed = 0
        let taken: [TakenJob]
        if fences.isEmpty {
            taken = try database.withConnection { try leases.take(wanted, on: $0) }
        } else {
            (completed, taken) = try database.transaction { connection in
                let completed = try Settling.complete(fences, on: connection)
                return (completed, wanted > 0 ? try leases.take(wanted, on: connection) : [])
            }
        }
        let jobs = taken.map { job in
            let kind = registry.kinds[job.kind]
            return StoredJob(
                job: job,
                holding: Holding(
                    Fence(id: job.id, takes: job.takes), timeout: kind?.options.timeout ?? .seconds(300),
                    isLimited: job.isLimited))
        }
        board.update { board in
            board.summary.completed += completed
            board.summary.lost += fences.count - completed
            for job in jobs { board.hold(job.holding) }
            if wanted > 0 { board.noteTake(wanted: wanted, taken: jobs.count) }
        }
        if !jobs.isEmpty { store.update(waking: min(jobs.count, options.workers)) { $0.add(jobs) } }
    }

    /// Gives back what will not be done here.
    func release(_ holdings: [Holding]) {
        guard !holdings.isEmpty else { return }
        do {
            let released = try database.withConnection { try leases.release(holdings.map(\.fence), on: $0) }
            board.update { $0.summary.released += released }
        } catch {
            log.error(
                "jobs could not be given back and wait for their leases to end", ["error": .string(describe(error))])
        }
        board.update { board in
            for holding in holdings { board.drop(holding) }
        }
        for holding in holdings { holding.interrupt(.leaseLost) }
    }

    private func pause() {
        _ = board.wait(until: .now + options.poll) { $0.phase > .taking ? true : nil }
    }
}

/// What is known of an error, for the job's history and the log.
func describe(_ error: any Error) -> String {
    (error as? any CustomDebugStringConvertible)?.debugDescription ?? String(describing: error)
}
