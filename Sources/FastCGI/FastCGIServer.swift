internal import CFastCGI
internal import CLinux
internal import Glibc
public import HTTP
public import Logging
public import Platform
internal import Synchronization

/// Serves an application on a listening socket until the process is told to end.
public final class FastCGIServer: Sendable {
    private let state: ServerState
    private let threads: Int
    private let stopLimit: Duration
    private let worker: Worker
    private let log: Log
    private let onReload: @Sendable () -> Void

    /// Blocks the signals that a server waits for, and catches those by which a process ends through its own fault. Call
    /// it before any other thread starts, since threads inherit the signal mask.
    public static func prepareProcess() {
        Signals.block(awaited + [SIGUSR2])
        installWakeUp()
        Signals.ignorePipe()
        allowManyConnections()
        CrashReport.install()
    }

    /// A server on a listening socket. Nothing is served before `run`. Requests that block are answered by `threads`
    /// threads; the others, and the steps of `eventLoop`, by a few I/O threads. `stopLimit` is how long `run` waits for
    /// requests in progress after it was told to end.
    public init(
        socket: Int32, eventLoop: EventLoop, threads: Int, stopLimit: Duration = .seconds(10), log: Log,
        onReload: @escaping @Sendable () -> Void,
        facts: @escaping @Sendable (Request) -> Application.Facts,
        respond: @escaping @Sendable (Request, @escaping @Sendable (Response) -> Void) -> Void
    ) throws(SystemError) {
        guard FCGX_Init() == 0 else { throw SystemError("FCGX_Init") }
        // The flag belongs to the socket, not to this process, so the parent process may have set it.
        let flags = fcntl(socket, F_GETFL)
        guard flags >= 0, fcntl(socket, F_SETFL, flags & ~O_NONBLOCK) == 0 else { throw SystemError("fcntl") }
        state = ServerState(socket: socket, eventLoop: eventLoop)
        self.threads = threads
        self.stopLimit = stopLimit
        self.log = log
        self.onReload = onReload
        worker = Worker(
            state: state, application: ServedApplication(facts: facts, respond: respond))
    }

    /// Serves until SIGTERM or SIGINT. True when every request that was read has been answered, false when the limit
    /// was reached first. The caller must end the process by `exit`, since threads may still run.
    public func run() throws(SystemError) -> Bool {
        let pool = ThreadPool()
        try start("accept", in: pool) { [state, log] in state.acceptAll(log) }
        for number in 0..<EventLoop.ioThreads {
            try start("io-\(number)", in: pool) { [worker, state] in
                worker.run()
                // Only the last I/O thread may close the blocking threads: until then steps can still be added.
                if state.endedIOThreads.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
                    == EventLoop.ioThreads
                {
                    state.parts.close()
                    state.eventLoop.blockingThreads.close()
                }
            }
        }
        for number in 0..<PartialRequests.readers {
            try start("read-\(number)", in: pool) { [state] in
                CrashReport.prepareThread()
                state.parts.read()
            }
        }
        try start("parts", in: pool) { [state] in
            state.parts.watch { connection in
                if !state.eventLoop.putBack(connection) { close(connection) }
                state.eventLoop.endPart()
            } ended: {
                state.eventLoop.endPart()
            }
        }
        for number in 0..<threads {
            try start("serve-\(number)", in: pool) { [state] in
                CrashReport.prepareThread()
                state.eventLoop.blockingThreads.run()
            }
        }
        ServiceManager.ready()
        log.notice("serving", ["threads": .int(threads)])
        waitForStop()
        ServiceManager.stopping()
        return stop(pool)
    }

    /// What the server does at the moment.
    public var status: ServerStatus { ServerStatus(state) }

    /// Ends the process at once, without destroying what other threads may still use.
    public static func exit(_ status: Int32) -> Never {
        _exit(status)
    }

    private static let awaited = [SIGTERM, SIGINT, SIGHUP]

    /// Installs a handler that does nothing, so that the signal interrupts accept instead of ending the process.
    private static func installWakeUp() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        action.sa_flags = 0
        sigemptyset(&action.sa_mask)
        sigaction(SIGUSR2, &action, nil)
    }

    /// Each connection that waits is a descriptor, and the usual limit of 1,024 is far below the hard one.
    private static func allowManyConnections() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private func start(
        _ name: String, in pool: ThreadPool, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        state.living.wrappingAdd(1, ordering: .relaxed)
        try pool.start(named: name) { [state] in
            body()
            state.living.wrappingSubtract(1, ordering: .releasing)
        }
    }

    private func waitForStop() {
        let interval = ServiceManager.watchdogInterval.map { $0 / 2 } ?? .seconds(3_600)
        var served = -1
        while true {
            switch Signals.wait(for: Self.awaited, timeout: interval) {
            case nil:
                // Only this process' own progress counts: a check of the database would restart the host for the database's faults.
                let now = state.served.load(ordering: .relaxed)
                let hasRoom = state.eventLoop.hasRoom
                if hasRoom || now != served { ServiceManager.watchdog() }
                served = now
            case SIGHUP?:
                log.notice("reloading")
                ServiceManager.reloading()
                onReload()
                ServiceManager.ready()
            case let number?:
                log.notice("stopping", ["signal": .int(Int(number))])
                return
            }
        }
    }

    private func stop(_ pool: ThreadPool) -> Bool {
        let deadline = ContinuousClock.now + stopLimit
        state.stop()
        while state.living.load(ordering: .acquiring) > 0 {
            guard ContinuousClock.now < deadline else {
                log.error("requests were cut off", ["threads": .int(state.living.load(ordering: .relaxed))])
                return false
            }
            // Repeated, since a thread may be about to enter accept when the first signal arrives.
            pool.wake()
            usleep(1_000)
        }
        state.eventLoop.closeIdle()
        return true
    }
}
