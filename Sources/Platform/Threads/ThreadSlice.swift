internal import CLinux

/// The time slice that the kernel gives to a thread.
public enum ThreadSlice {
    private static let shortest: UInt64 = 100_000
    private static let standard: UInt64 = 0

    /// Runs `body` with the shortest time slice, 0.1 ms, for the calling thread and those that `body` starts. It suits threads
    /// that wait often, work briefly and must run soon when they are woken: with the usual slice they wait, on a busy machine,
    /// for up to some milliseconds until another thread has used up its own. Their share of the CPU stays the same.
    ///
    /// Linux before 6.12 ignores the request, and a refusal does no harm.
    public static func withShortest<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        _ = dailies_set_slice(shortest)
        defer { _ = dailies_set_slice(standard) }
        return try body()
    }
}
