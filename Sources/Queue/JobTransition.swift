internal import FoundationEssentials

/// How an attempt ended.
enum AttemptEnd: Equatable {
    case done
    case retry(after: Duration, reason: String)
    case snooze(until: Date)
    case cancel(reason: String)
    case discard(reason: String)
    case failed(String)
    case interrupted(JobInterruption)
}

/// The change of a job's row after an attempt.
enum JobTransition: Equatable {
    /// The job ends; `error` is added to its history.
    case finish(JobState, error: String?)
    /// The job is queued again for `after`; unless `charged`, the attempt does not count.
    case again(after: Duration, charged: Bool, error: String?)
    /// The job is queued again for a time; the attempt does not count.
    case later(Date)
    /// Another worker holds the job: nothing is written.
    case leave

    /// Decides the transition after an attempt. A failure of a cancelled job counts as a cancellation.
    static func of(
        _ end: AttemptEnd, attempt: Int, maxAttempts: Int, isCancelled: Bool, backOff: BackOff, jitter: Double
    ) -> JobTransition {
        switch end {
        case .done:
            return .finish(.completed, error: nil)
        case .cancel(let reason):
            return .finish(.cancelled, error: reason)
        case .discard(let reason):
            return .finish(.failed, error: reason)
        case .interrupted(.leaseLost):
            return .leave
        case .interrupted(.cancelled):
            return .finish(.cancelled, error: "cancelled while running")
        case .snooze(let time):
            return isCancelled ? .finish(.cancelled, error: "cancelled while running") : .later(time)
        case .interrupted(.stopping):
            return .again(after: .zero, charged: false, error: nil)
        case .interrupted(.timedOut):
            return again(
                "exceeded its timeout", after: backOff.delay(after: attempt, jitter: jitter), attempt, maxAttempts,
                isCancelled)
        case .retry(let delay, let reason):
            return again(reason, after: delay, attempt, maxAttempts, isCancelled)
        case .failed(let reason):
            return again(
                reason, after: backOff.delay(after: attempt, jitter: jitter), attempt, maxAttempts, isCancelled)
        }
    }

    private static func again(
        _ reason: String, after delay: Duration, _ attempt: Int, _ maxAttempts: Int, _ isCancelled: Bool
    ) -> JobTransition {
        if isCancelled { return .finish(.cancelled, error: reason) }
        if attempt >= maxAttempts { return .finish(.failed, error: reason) }
        return .again(after: delay, charged: true, error: reason)
    }
}
