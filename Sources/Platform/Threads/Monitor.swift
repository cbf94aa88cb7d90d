internal import CLinux
internal import Glibc

/// A value behind a lock, with a way to wait until it has changed.
///
/// Unchecked, since the compiler cannot see that `state` is only touched between lock and unlock of `mutex`, whose
/// address never changes. Conditions and bodies run under the lock: keep them short, without SQL or system calls.
public final class Monitor<State: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    /// Creates a monitor over a first value.
    public init(_ state: State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        changed = .allocate(capacity: 1)
        changed.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Deadlines must not move when the wall clock is set.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Reads or changes the value without waking a waiter.
    public func withLock<R, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Changes the value and lets every waiter evaluate its condition again.
    ///
    /// Waiters are woken after the lock is free, so that they do not block on it at once.
    @discardableResult
    public func update<R, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
        defer { pthread_cond_broadcast(changed) }
        return try withLock(body)
    }

    /// Changes the value and wakes `waiters` of the waiting threads only; for values that one waiter consumes.
    @discardableResult
    public func update<R, E: Error>(waking waiters: Int, _ body: (inout State) throws(E) -> R) throws(E) -> R {
        defer { for _ in 0..<waiters { pthread_cond_signal(changed) } }
        return try withLock(body)
    }

    /// Waits until `condition` returns a value, and returns it; nil when the deadline comes first. The condition may change
    /// the monitor's value, for example to take an item out of it.
    public func wait<R>(until deadline: ContinuousClock.Instant? = nil, _ condition: (inout State) -> R?) -> R? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let answer = condition(&state) { return answer }
            guard let deadline else {
                pthread_cond_wait(changed, mutex)
                continue
            }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return nil }
            var time = monotonicTime(after: left)
            pthread_cond_timedwait(changed, mutex, &time)
        }
    }

    private func monotonicTime(after duration: Duration) -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let (seconds, attoseconds) = duration.components
        let nanoseconds = time.tv_nsec + Int(attoseconds / 1_000_000_000)
        // A deadline beyond a year counts as none, so that the seconds cannot overflow.
        time.tv_sec += Int(min(seconds, 31_536_000)) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        return time
    }
}
