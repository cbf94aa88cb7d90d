internal import CFastCGI
internal import CLinux
internal import Glibc
public import HTTP
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

    /// Blocks the signals that a server waits for, and catches those by which a process ends of its own fault. Must
    /// come before any other thread starts, since threads inherit what is blocked.
    public static func prepareProcess() {
        Signals.block(awaited + [SIGUSR2])
        installWakeUp()
        Signals.ignorePipe()
        allowManyConnections()
        CrashReport.install()
    }

    /// A server on a listening socket. Nothing is served before `run`.
    public init(
        socket: Int32, threads: Int, stopLimit: Duration = .seconds(10), log: Log,
        onReload: @escaping @Sendable () -> Void,
        facts: @escaping @Sendable (Method, String) -> Application.Facts,
        respond: @escaping @Sendable (Request) -> Response
    ) throws(SystemError) {
        guard FCGX_Init() == 0 else { throw SystemError("FCGX_Init") }
        // The flag belongs to the socket, not to this process: whoever set it may have left it for us.
        let flags = fcntl(socket, F_GETFL)
        guard flags >= 0, fcntl(socket, F_SETFL, flags & ~O_NONBLOCK) == 0 else { throw SystemError("fcntl") }
        state = try ServerState(socket: socket)
        self.threads = threads
        self.stopLimit = stopLimit
        self.log = log
        self.onReload = onReload
        worker = Worker(
            state: state, application: ServedApplication(facts: facts, respond: respond), log: log)
    }

    /// Serves until SIGTERM or SIGINT. True when every request that was read has been answered, false when the limit
    /// came first. The caller ends the process by `exit`, since threads may still run.
    public func run() throws(SystemError) -> Bool {
        let pool = ThreadPool()
        state.living.wrappingAdd(1, ordering: .relaxed)
        try pool.start(named: "accept") { [state, log] in
            state.acceptAll(log)
            state.living.wrappingSubtract(1, ordering: .releasing)
        }
        for number in 0..<threads {
            state.living.wrappingAdd(1, ordering: .relaxed)
            try pool.start(named: "serve-\(number)") { [worker, state] in
                worker.run()
                state.living.wrappingSubtract(1, ordering: .releasing)
            }
        }
        ServiceManager.ready()
        log.notice("serving", ["threads": .int(threads)])
        waitForStop()
        ServiceManager.stopping()
        return stop(pool)
    }

    /// Ends the process at once, without running what other threads may still use.
    public static func exit(_ status: Int32) -> Never {
        _exit(status)
    }

    private static let awaited = [SIGTERM, SIGINT, SIGHUP]

    /// A handler that does nothing: it is there so that the signal interrupts accept instead of ending the process.
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

    private func waitForStop() {
        let interval = ServiceManager.watchdogInterval.map { $0 / 2 } ?? .seconds(3_600)
        var served = -1
        while true {
            switch Signals.wait(for: Self.awaited, timeout: interval) {
            case nil:
                // Only our own progress counts: a watchdog that asks the database ends us for its faults.
                let now = state.served.load(ordering: .relaxed)
                let hasRoom = state.waiting.load(ordering: .relaxed) + state.idle.load(ordering: .relaxed) > 0
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
            // Again and again: a thread may be about to enter accept when the first one comes.
            pool.wake()
            usleep(1_000)
        }
        return true
    }
}
