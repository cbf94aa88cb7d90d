internal import FoundationEssentials

/// How an attempt ended, in the terms of the queue.
enum AttemptEnd: Equatable {
    case done
    case retry(after: Duration, reason: String)
    case snooze(until: Date)
    case cancel(reason: String)
    case discard(reason: String)
    case failed(String)
    case interrupted(JobInterruption)
}

/// What becomes of the row after an attempt.
enum Verdict: Equatable {
    /// It ends; `error` joins its history.
    case finish(JobState, error: String?)
    /// It waits again for `delay`; an attempt that is not charged does not count.
    case again(after: Duration, charged: Bool, error: String?)
    /// It waits again until a time; not charged.
    case later(Date)
    /// It belongs to another worker: nothing is written.
    case leave

    /// The one place that decides. A failure of a job that someone cancelled is a cancellation.
    static func of(
        _ end: AttemptEnd, attempt: Int, maxAttempts: Int, isCancelled: Bool, backOff: BackOff, jitter: Double
    ) -> Verdict {
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
            return .finish(.cancelled, error: "cancelled while it ran")
        case .snooze(let time):
            return isCancelled ? .finish(.cancelled, error: "cancelled while it ran") : .later(time)
        case .interrupted(.stopping):
            return .again(after: .zero, charged: false, error: nil)
        case .interrupted(.timedOut):
            return again(
                "took longer than it may", after: backOff.delay(after: attempt, jitter: jitter), attempt, maxAttempts,
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
    ) -> Verdict {
        if isCancelled { return .finish(.cancelled, error: reason) }
        if attempt >= maxAttempts { return .finish(.failed, error: reason) }
        return .again(after: delay, charged: true, error: reason)
    }
}
