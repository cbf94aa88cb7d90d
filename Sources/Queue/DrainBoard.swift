/// What the threads of one drain know together. Its functions decide; the threads act.
struct DrainBoard: Sendable {
    enum Phase: Int, Sendable, Comparable {
        case taking
        /// No more is taken; what runs may end.
        case ending
        /// What runs has been told to end.
        case stopping

        static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
    }

    /// What the dispatching thread does next.
    enum Step: Sendable, Equatable {
        case turn(complete: [Fence], take: Int)
        case end
    }

    /// The jobs taken and not ended yet, running or not.
    private(set) var held: [JobID: Holding] = [:]
    /// Done without effects of their own, to be completed together.
    private(set) var finished: [Fence] = []
    var size: TakeSize
    var summary = DrainSummary()
    var phase = Phase.taking
    /// Whether all is done and every thread may end.
    var isOver = false
    /// Whether a cancelled job waits to be noticed.
    var isBeatWanted = false
    /// When the queue is looked at although nobody told of work.
    private(set) var nextLook: ContinuousClock.Instant
    private var isFoundEmpty = false
    private let poll: Duration

    init(size: TakeSize, poll: Duration, now: ContinuousClock.Instant) {
        self.size = size
        self.poll = poll
        nextLook = now
    }

    /// Everything whose lease this drain must renew.
    var fences: [Fence] { held.values.map(\.fence) + finished }

    mutating func noteWork() {
        nextLook = .now
    }

    mutating func hold(_ holding: Holding) {
        held[holding.fence.id] = holding
    }

    /// Takes a job off the board, unless a later take of the same one stands there.
    mutating func drop(_ holding: Holding) {
        if held[holding.fence.id] === holding { held[holding.fence.id] = nil }
        // Its end makes room for another with the same key.
        if holding.isLimited { noteWork() }
    }

    mutating func finish(_ holding: Holding) {
        drop(holding)
        finished.append(holding.fence)
    }

    /// What is to be done at `now`, or nil to wait until `nextDeadline`.
    mutating func step(at now: ContinuousClock.Instant, until end: DrainEnd) -> Step? {
        // Whether nothing is left is asked once more after the last job, which may have put others into the queue.
        let isLastLook = end == .empty && held.isEmpty && !isFoundEmpty
        let wanted = phase == .taking && (now >= nextLook || isLastLook) ? size.wanted(held: held.count) : 0
        if !finished.isEmpty || wanted > 0 {
            defer { finished = [] }
            // Before the look itself, so that work told of meanwhile is looked for again.
            if wanted > 0 { nextLook = now + poll }
            return .turn(complete: finished, take: wanted)
        }
        guard held.isEmpty else { return nil }
        return phase > .taking || (end == .empty && isFoundEmpty) ? .end : nil
    }

    /// When there is something to do although nothing happens.
    var nextDeadline: ContinuousClock.Instant? {
        phase == .taking && size.wanted(held: held.count) > 0 ? nextLook : nil
    }

    /// Notes what a take brought. A full one says that there is more.
    mutating func noteTake(wanted: Int, taken: Int) {
        summary.taken += taken
        isFoundEmpty = taken == 0 && nextLook > .now
        if taken >= wanted { nextLook = .now }
    }

    /// Puts back what could not be completed, to be tried again.
    mutating func noteFailedTurn(_ fences: [Fence], nextLook: ContinuousClock.Instant) {
        finished.append(contentsOf: fences)
        self.nextLook = nextLook
    }

    mutating func note(_ verdict: Verdict, isStillHeld: Bool) {
        guard isStillHeld else {
            summary.lost += 1
            return
        }
        switch verdict {
        case .finish(.completed, _): summary.completed += 1
        case .finish(.cancelled, _): summary.cancelled += 1
        case .finish: summary.failed += 1
        case .again(_, let charged, _): if charged { summary.retried += 1 } else { summary.released += 1 }
        case .later: summary.snoozed += 1
        case .leave: summary.lost += 1
        }
    }
}
