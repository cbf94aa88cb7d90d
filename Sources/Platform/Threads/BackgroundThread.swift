internal import CLinux
internal import Glibc

/// A thread of the operating system, for work that blocks.
///
/// Start it from a nonisolated function: a closure made in `@main` belongs to the main actor and traps here.
public final class BackgroundThread: Sendable {
    private let done = Monitor(false)

    /// Starts `body` on a new thread. The name shows in `top -H` and is cut after 15 bytes.
    public init(named name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let done = done
        let start = Start(name: name) {
            body()
            done.update { $0 = true }
        }
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                start.run()
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        guard result == 0 else {
            Unmanaged.passUnretained(start).release()
            throw SystemError("pthread_create", name, number: result)
        }
        pthread_detach(thread)
    }

    /// Waits until the body has returned; false when the deadline came first.
    @discardableResult
    public func join(until deadline: ContinuousClock.Instant? = nil) -> Bool {
        done.wait(until: deadline) { $0 ? true : nil } ?? false
    }
}

private final class Start: Sendable {
    private let name: String
    private let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    func run() {
        dailies_name_thread(String(name.prefix(15)))
        body()
    }
}
