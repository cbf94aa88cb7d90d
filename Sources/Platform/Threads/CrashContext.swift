public import Glibc

/// Which request a thread works on, for the report that the signal handler writes when the process ends by a trap.
///
/// A request that waits for another operation changes threads. The code that continues it keeps the context of the thread
/// that handed it in, and restores it with `resume`. That is one store; nothing reads it but the report.
///
/// Unchecked, since only the signal handler reads what the pointer points to.
public struct CrashContext: Equatable, @unchecked Sendable {
    /// No request.
    public static let empty = CrashContext(nil)

    private let description: UnsafeRawPointer?

    /// The request that is described at `description`, which must stay valid until the request has ended.
    public init(_ description: UnsafeRawPointer?) {
        self.description = description
    }

    /// The thread-specific key under which each thread keeps its context.
    public static let key: pthread_key_t = {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key, nil) == 0, "this process has no key left")
        return key
    }()

    /// The context of the calling thread.
    public static var current: CrashContext {
        get { CrashContext(pthread_getspecific(key)) }
        set { pthread_setspecific(key, newValue.description) }
    }

    /// Runs `body` with this context on the calling thread, and restores the thread's own afterwards.
    public func resume(_ body: () -> Void) {
        let before = CrashContext.current
        CrashContext.current = self
        body()
        CrashContext.current = before
    }
}
