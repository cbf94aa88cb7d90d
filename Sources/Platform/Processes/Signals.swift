internal import CLinux
internal import Glibc

/// Signals as values that a thread waits for, in place of handlers that interrupt it.
public enum Signals {
    /// Keeps the signals from this thread and from every thread that it starts later; `wait` gets them.
    public static func block(_ numbers: [Int32]) {
        var set = makeSet(numbers)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for one of the blocked signals; nil when none has come in time.
    public static func wait(for numbers: [Int32], timeout: Duration) -> Int32? {
        var set = makeSet(numbers)
        let (seconds, attoseconds) = timeout.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        let number = sigtimedwait(&set, nil, &time)
        return number > 0 ? number : nil
    }

    /// Makes writes to a connection whose other side is gone return EPIPE, instead of ending the process.
    public static func ignorePipe() {
        signal(SIGPIPE, SIG_IGN)
    }

    private static func makeSet(_ numbers: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }
}
