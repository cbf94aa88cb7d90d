public import FoundationEssentials
public import Postgres

/// How an attempt ended that did not throw. An attempt that throws has failed and is tried again after the back-off.
public enum JobOutcome {
    /// It succeeded. The effect runs in the transaction that completes the job: both happen, or neither.
    case done(completing: ((Connection) throws -> Void)? = nil)
    /// It is not possible at the moment; counts as an attempt.
    case retry(after: Duration, reason: String = "the job asked for another attempt")
    /// It is too early; costs no attempt.
    case snooze(until: Date)
    /// It is no longer wanted.
    case cancel(reason: String)
    /// It can never succeed: a dead letter at once.
    case discard(reason: String)
}

/// Thrown by `JobContext.checkPoint()` when the work must stop. Do not catch it.
public enum JobInterruption: Error, Sendable, Equatable {
    /// Someone cancelled the job.
    case cancelled
    /// The process is about to end. The job runs again elsewhere and no attempt is charged.
    case stopping
    /// The attempt took longer than its kind may.
    case timedOut
    /// Another worker holds the job now; this one can write nothing.
    case leaseLost
}
