internal import CLinux
internal import Glibc

/// Which request a thread works on: for the report that the signal handler writes when the process ends by a trap, and for
/// what the status reports on each request.
///
/// A request that waits for another operation changes threads. The code that continues it keeps the context of the thread
/// that handed it in, and restores it with `resume`. That is a few stores.
///
/// Unchecked, since only the signal handler reads what the first pointer points to, and what the second points to is safe
/// to use from any thread and lives as long as the process.
public struct CrashContext: Equatable, @unchecked Sendable {
    /// No request.
    public static let empty = CrashContext(nil)

    private let description: UnsafeRawPointer?
    private let work: UnsafeRawPointer?

    /// The request that is described at `description`, which must stay valid until the request has ended, and whose course
    /// `activity` keeps, which must live as long as the process.
    public init(_ description: UnsafeRawPointer?, activity: RequestActivity? = nil) {
        self.description = description
        work = activity.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) }
    }

    private init(_ description: UnsafeRawPointer?, work: UnsafeRawPointer?) {
        self.description = description
        self.work = work
    }

    /// The thread-specific key under which each thread keeps its description.
    public static let key: UInt32 = makeKey()
    private static let workKey: pthread_key_t = makeKey()

    private static func makeKey() -> pthread_key_t {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key, nil) == 0, "this process has no key left")
        return key
    }

    /// The context of the calling thread.
    public static var current: CrashContext {
        get { CrashContext(pthread_getspecific(key), work: pthread_getspecific(workKey)) }
        set {
            pthread_setspecific(key, newValue.description)
            pthread_setspecific(workKey, newValue.work)
            WorkingThread.note(newValue.work)
        }
    }

    /// The course of the request.
    public var activity: RequestActivity? {
        work.map { Unmanaged<RequestActivity>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The same request, while its thread works for a group of others.
    public func working(on activity: RequestActivity) -> CrashContext {
        CrashContext(description, activity: activity)
    }

    /// Runs `body` with this context on the calling thread, and restores the thread's own afterwards.
    public func resume<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        let before = CrashContext.current
        CrashContext.current = self
        defer { CrashContext.current = before }
        return try body()
    }
}
