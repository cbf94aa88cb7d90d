internal import CLinux
internal import Glibc
internal import Platform
internal import Synchronization

/// Threads that can be woken out of a system call.
///
/// They are never joined and never detached, so that a handle stays valid for `wake` even after its thread has ended.
final class ThreadPool: Sendable {
    private let threads = Mutex<[pthread_t]>([])

    func start(named name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let start = Start(name: name, body: body)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Start>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        guard result == 0 else {
            Unmanaged.passUnretained(start).release()
            throw SystemError("pthread_create", name, number: result)
        }
        threads.withLock { $0.append(thread) }
    }

    func wake() {
        for thread in threads.withLock(\.self) {
            pthread_kill(thread, SIGUSR2)
        }
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
        dailies_name_thread(name)
        WorkingThread.enter(named: name)
        body()
    }
}
