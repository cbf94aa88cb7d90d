public import FoundationEssentials
public import Postgres

/// How an attempt ended that did not throw. What it throws is a failure, and is tried again after the back-off.
public enum JobOutcome {
    /// It did what it was for. The effect runs in the transaction that completes the job: both happen, or neither.
    case done(completing: ((Connection) throws -> Void)? = nil)
    /// It could not be done now; counts as an attempt.
    case retry(after: Duration, reason: String = "asked to be repeated")
    /// It is too early; costs no attempt.
    case snooze(until: Date)
    /// Nobody wants it any more.
    case cancel(reason: String)
    /// It can never succeed: a dead letter at once.
    case discard(reason: String)
}

/// Thrown by `JobContext.checkPoint()` when the work should stop; let it pass.
public enum JobInterruption: Error, Sendable, Equatable {
    /// Someone cancelled the job.
    case cancelled
    /// The process is about to end. The job runs again elsewhere and no attempt is charged.
    case stopping
    /// The attempt took longer than its kind may.
    case timedOut
    /// Another worker holds the job now; nothing that this one does counts.
    case leaseLost
}
