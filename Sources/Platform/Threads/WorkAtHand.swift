public import Glibc

/// Which request a thread works on, for the report of a process that ends by a trap.
///
/// A request whose answer depends on something that is under way changes threads. Whoever lets a thread go on with it
/// keeps what was at hand when it was handed in, and says so for as long: a store, and nothing is asked of it but in that
/// report.
///
/// Unchecked, since what it points to is read by nobody but the handler of the signal.
public struct WorkAtHand: Equatable, @unchecked Sendable {
    /// No request.
    public static let nothing = WorkAtHand(nil)

    private let place: UnsafeRawPointer?

    /// The work whose description stands at `place` until it is done.
    public init(_ place: UnsafeRawPointer?) {
        self.place = place
    }

    /// Where each thread keeps it.
    public static let key: pthread_key_t = {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key, nil) == 0, "this process has no key left")
        return key
    }()

    /// What the calling thread works on.
    public static var current: WorkAtHand {
        get { WorkAtHand(pthread_getspecific(key)) }
        set { pthread_setspecific(key, newValue.place) }
    }

    /// Lets the calling thread go on with this work.
    public func resume(_ body: () -> Void) {
        let before = WorkAtHand.current
        WorkAtHand.current = self
        body()
        WorkAtHand.current = before
    }
}
