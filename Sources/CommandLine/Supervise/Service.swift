internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Platform

/// One program that stays: its socket is held here, so that requests wait in it while the program is away.
struct Service {
    /// How long what was killed may keep its socket on a busy machine, such as the workers of an nginx whose master has ended.
    private static let timeToDie = Duration.seconds(30)

    let step: SupervisorPlan.Step
    private let command: [String]
    private let logPath: String
    private let socket: Int32?
    /// Where a program that serves a socket reports that it is ready.
    private let readiness: ReadinessSocket?
    private var child: ChildProcess?
    private var startedAt = ContinuousClock.now
    private var startAgainAt: ContinuousClock.Instant?
    private var failedStarts = 0
    /// Whether the program was ready for others since it was last started; always true for one that cannot report it.
    private(set) var isReady: Bool

    init(_ step: SupervisorPlan.Step, logDirectory: String) throws {
        self.step = step
        command = step.run ?? []
        logPath = "\(logDirectory)/\(step.name).log"
        socket = try step.socket.map { try UnixSocket.listen($0, patience: Self.timeToDie) }
        readiness = try step.socket.map { try ReadinessSocket($0 + ".ready") }
        isReady = readiness == nil
    }

    var pid: Int32? { child?.pid }
    var isRunning: Bool { child != nil }

    /// Starts the program; its standard output and error are appended to its log.
    mutating func start() throws {
        for path in step.binds ?? [] { try UnixSocket.removeDeadSocket(path, patience: Self.timeToDie) }
        let log = try Descriptor.appending(to: logPath)
        var environment = Program.environment(adding: step.environment)
        environment["NOTIFY_SOCKET"] = readiness?.path
        _ = readiness?.hasReport()
        isReady = readiness == nil
        child = try ChildProcess.spawn(
            try Program.path(of: command[0]), Array(command.dropFirst()),
            environment: environment, input: socket, output: log.number, errors: log.number)
        startedAt = .now
        startAgainAt = nil
    }

    /// Notices the program's end and starts it again when it is time. Returns what happened, if anything did.
    mutating func tend() throws -> String? {
        if readiness?.hasReport() == true { isReady = true }
        if let current = child {
            guard let status = try current.poll() else { return nil }
            child = nil
            // What is left of its group serves nothing any more, and holds what the next start needs: workers of nginx
            // keep the port open when their master is killed.
            current.signal(SIGKILL, wholeGroup: true)
            return planNextStart(after: status)
        }
        guard let startAgainAt, startAgainAt <= .now else { return nil }
        try start()
        return nil
    }

    /// The end of the program's log.
    var lastWords: String {
        let lines = (try? String(contentsOfFile: logPath, encoding: .utf8))?.split(separator: "\n") ?? []
        return lines.suffix(5).joined(separator: "\n")
    }

    mutating func signal(_ number: Int32) {
        child?.signal(number)
    }

    /// Waits for the end until the deadline, then kills the whole group.
    mutating func awaitEnd(by deadline: ContinuousClock.Instant) throws {
        guard let current = child else { return }
        while try current.poll() == nil {
            if ContinuousClock.now >= deadline {
                current.signal(SIGKILL, wholeGroup: true)
                _ = try current.wait()
                break
            }
            _ = Signals.wait(for: [], timeout: .milliseconds(10))
        }
        current.signal(SIGKILL, wholeGroup: true)
        child = nil
    }

    /// A program that served is started again at once, however it ended. One that fails before it serves waits longer each
    /// time, up to ten seconds, so that a wrong setting does not fill the log.
    private mutating func planNextStart(after status: ExitStatus) -> String? {
        if let every = step.every {
            startAgainAt = startedAt + .seconds(every)
            return status.isSuccess ? nil : "\(step.name) ended with \(status)"
        }
        failedStarts = hasFailed(status) ? failedStarts + 1 : 0
        startAgainAt = .now + .milliseconds(min(10_000, failedStarts * failedStarts * 100))
        return status.isSuccess ? nil : "\(step.name) ended with \(status); it is started again"
    }

    /// Whether the program ended before it was of use. Programs that do not report it have two seconds, and none has failed
    /// that somebody killed or that ended well.
    private func hasFailed(_ status: ExitStatus) -> Bool {
        if readiness != nil { return !isReady }
        switch status {
        case .exited(0), .signalled(SIGKILL), .signalled(SIGTERM), .signalled(SIGINT), .signalled(SIGQUIT): return false
        default: return ContinuousClock.now - startedAt < .seconds(2)
        }
    }
}

/// Finding and starting programs as a shell would.
enum Program {
    /// A command's absolute path, looked up on PATH when it has no slash.
    static func path(of command: String) throws -> String {
        if command.contains("/") { return command }
        let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        for directory in directories + ["/usr/sbin", "/sbin"] {
            let candidate = "\(directory)/\(command)"
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        throw Failure("\(command) is not on PATH")
    }

    /// This process's environment and some more.
    static func environment(adding more: [String: String]?) -> [String: String] {
        ProcessInfo.processInfo.environment.merging(more ?? [:]) { _, new in new }
    }
}
