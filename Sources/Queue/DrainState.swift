/// The state that the threads of one drain share. Its functions decide what to do next; the threads do it.
struct DrainState: Sendable {
    enum Phase: Int, Sendable, Comparable {
        case claiming
        /// Nothing more is claimed; running jobs may finish.
        case ending
        /// Running jobs have been told to end.
        case stopping

        static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
    }

    /// What the dispatching thread does next.
    enum Step: Sendable, Equatable {
        case turn(complete: [Fence], claim: Int)
        case end
    }

    /// The jobs that were claimed and have not ended, running or not.
    private(set) var held: [JobID: HeldJob] = [:]
    /// Jobs that are done and write nothing of their own; the next turn completes them together.
    private(set) var finished: [Fence] = []
    var size: ClaimSize
    var summary = DrainSummary()
    var phase = Phase.claiming
    /// When the queue is looked at even without a notification.
    private(set) var nextLook: ContinuousClock.Instant
    private var wasFoundEmpty = false
    private let poll: Duration

    init(size: ClaimSize, poll: Duration, now: ContinuousClock.Instant) {
        self.size = size
        self.poll = poll
        nextLook = now
    }

    /// The jobs whose leases this drain must renew.
    var fences: [Fence] { held.values.map(\.fence) + finished }

    mutating func noteWork() {
        nextLook = .now
    }

    mutating func hold(_ heldJob: HeldJob) {
        held[heldJob.fence.id] = heldJob
    }

    /// Removes a job, unless this drain has claimed it again since.
    mutating func drop(_ heldJob: HeldJob) {
        if held[heldJob.fence.id] === heldJob { held[heldJob.fence.id] = nil }
        // Another job with the same limit key may run now.
        if heldJob.isLimited { noteWork() }
    }

    mutating func finish(_ heldJob: HeldJob) {
        drop(heldJob)
        finished.append(heldJob.fence)
    }

    /// What to do at `now`; nil to wait until `nextDeadline`.
    mutating func step(at now: ContinuousClock.Instant, until end: DrainEnd) -> Step? {
        // Look once more after the last job has ended, since it may have enqueued others.
        let isLastLook = end == .empty && held.isEmpty && !wasFoundEmpty
        let wanted = phase == .claiming && (now >= nextLook || isLastLook) ? size.wanted(held: held.count) : 0
        if !finished.isEmpty || wanted > 0 {
            defer { finished = [] }
            // Set before the look itself, so that a notification during it leads to another look.
            if wanted > 0 { nextLook = now + poll }
            return .turn(complete: finished, claim: wanted)
        }
        guard held.isEmpty else { return nil }
        return phase > .claiming || (end == .empty && wasFoundEmpty) ? .end : nil
    }

    /// When the next step is due if no notification comes before.
    var nextDeadline: ContinuousClock.Instant? {
        phase == .claiming && size.wanted(held: held.count) > 0 ? nextLook : nil
    }

    /// Notes the result of a claim. If it got all that it wanted there may be more.
    mutating func noteClaim(wanted: Int, claimed: Int) {
        summary.claimed += claimed
        wasFoundEmpty = claimed == 0 && nextLook > .now
        if claimed >= wanted { nextLook = .now }
    }

    /// Keeps jobs that could not be completed for another try.
    mutating func noteFailedTurn(_ fences: [Fence], nextLook: ContinuousClock.Instant) {
        finished.append(contentsOf: fences)
        self.nextLook = nextLook
    }

    mutating func note(_ transition: JobTransition, isStillHeld: Bool) {
        guard isStillHeld else {
            summary.lost += 1
            return
        }
        switch transition {
        case .finish(.completed, _): summary.completed += 1
        case .finish(.cancelled, _): summary.cancelled += 1
        case .finish: summary.failed += 1
        case .again(_, let charged, _): if charged { summary.retried += 1 } else { summary.released += 1 }
        case .later: summary.snoozed += 1
        case .leave: summary.lost += 1
        }
    }
}
