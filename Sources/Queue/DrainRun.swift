internal import FoundationEssentials
internal import Logging
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
        end: DrainEnd, deadline: ContinuousClock.Instant?, database: Database, registry: JobRegistry,
        options: DrainOptions, log: Log
    ) {
        self.end = end
        self.deadline = deadline
        self.database = database
        self.registry = registry
        self.options = options
        self.log = log
        leases = Leases(
            worker: options.workerName, length: options.lease, queues: options.queues ?? registry.queues,
            kinds: registry.kindNames)
        board = Monitor(
            DrainBoard(
                size: TakeSize(workers: options.workers, largest: max(options.largestTake, 1)), poll: options.poll,
                now: .now))
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
        let workers = try (0..<options.workers).map { number in
            try BackgroundThread(named: "job worker \(number)") { self.work() }
        }
        let keeper = try BackgroundThread(named: "job leases") { self.keepLeases() }
        let fault = dispatch()
        let late = ContinuousClock.now + .seconds(1)
        store.update { $0.isClosed = true }
        board.update { $0.isOver = true }
        // A worker that did not heed its end is left to the end of the process; its job has been given back.
        for thread in workers + [keeper] { thread.join(until: late) }
        if let fault { throw fault }
        return board.withLock { $0.summary }
    }

    /// Takes and completes until the end; answers why it had to give up, if it had to.
    private func dispatch() -> (any Error)? {
        var failingSince: ContinuousClock.Instant?
        var phase = DrainBoard.Phase.taking
        var graceEnds: ContinuousClock.Instant?
        while true {
            let now = notePhase()
            if now != phase { graceEnds = enter(now) ?? graceEnds }
            phase = now
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
                    let since = failingSince ?? .now
                    failingSince = since
                    noteFailure(error, fences)
                    // Who waits for the end is told; whoever works for a time goes on, since databases come back.
                    let isHopeless = since.duration(to: .now) >= options.grace
                    if isHopeless && (end == .empty || phase > .taking) { return end == .empty ? error : nil }
                    pause(while: phase, until: graceEnds)
                }
            }
        }
    }

    /// Begins a phase; answers when the patience with what runs ends.
    private func enter(_ phase: DrainBoard.Phase) -> ContinuousClock.Instant? {
        release(store.update { $0.takeAll() }.map(\.holding))
        guard phase == .stopping else { return nil }
        for holding in board.withLock({ Array($0.held.values) }) { holding.interrupt(.stopping) }
        return .now + options.grace
    }

    private func noteFailure(_ error: any Error, _ unrecorded: [Fence]) {
        log.error(
            "the queue cannot be reached",
            ["error": .string(describe(error)), "unrecorded": .int(unrecorded.count)])
        board.update { $0.noteFailedTurn(unrecorded, nextLook: .now + options.poll) }
    }

    private func pause(while phase: DrainBoard.Phase, until end: ContinuousClock.Instant?) {
        let time = ContinuousClock.now + options.poll
        _ = board.wait(until: end.map { min($0, time) } ?? time) { $0.phase != phase ? true : nil }
    }

    private func notePhase() -> DrainBoard.Phase {
        board.withLock { board in
            if board.phase == .taking, let deadline, ContinuousClock.now >= deadline { board.phase = .ending }
            return board.phase
        }
    }

    /// Waits for something to do; nil when the board has changed so that the whole loop must look again.
    private func nextStep(phase: DrainBoard.Phase, graceEnds: ContinuousClock.Instant?) -> DrainBoard.Step? {
        func deadline(_ board: DrainBoard) -> ContinuousClock.Instant? {
            [board.nextDeadline, phase == .taking ? self.deadline : nil, graceEnds].compactMap { $0 }.min()
        }
        let until = board.withLock { deadline($0) }
        let answer: DrainBoard.Step?? = board.wait(until: until) { board in
            if let step = board.phase == phase ? board.step(at: .now, until: self.end) : nil { return .some(step) }
            return board.phase != phase || deadline(board) != until ? .some(nil) : nil
        }
        return answer ?? nil
    }

    private func turn(complete fences: [Fence], take wanted: Int) throws {
        var completed = 0
        let taken: [TakenJob]
        if fences.isEmpty {
            taken = try database.withConnection { try leases.takeQuickly(wanted, on: $0) }
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
}

/// What is known of an error, for the job's history and the log.
func describe(_ error: any Error) -> String {
    (error as? any CustomDebugStringConvertible)?.debugDescription ?? String(describing: error)
}
