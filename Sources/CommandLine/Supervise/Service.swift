internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Platform

/// One program that stays: its socket is held here, so that requests wait in it while the program is away.
struct Service {
    let step: SupervisorPlan.Step
    private let command: [String]
    private let logPath: String
    private let socket: Int32?
    private var child: ChildProcess?
    private var startedAt = ContinuousClock.now
    private var startAgainAt: ContinuousClock.Instant?
    private var quickEnds = 0

    init(_ step: SupervisorPlan.Step, logDirectory: String) throws {
        self.step = step
        command = step.run ?? []
        logPath = "\(logDirectory)/\(step.name).log"
        socket = try step.socket.map { try UnixSocket.listen($0) }
    }

    var pid: Int32? { child?.pid }
    var isRunning: Bool { child != nil }

    /// Starts the program; its standard output and error are appended to its log.
    mutating func start() throws {
        let log = try Descriptor.appending(to: logPath)
        child = try ChildProcess.spawn(
            try Program.path(of: command[0]), Array(command.dropFirst()),
            environment: Program.environment(adding: step.environment), input: socket, output: log.number,
            errors: log.number)
        startedAt = .now
        startAgainAt = nil
    }

    /// Notices the program's end and starts it again when it is time. Returns what happened, if anything did.
    mutating func tend() throws -> String? {
        if let current = child {
            guard let status = try current.poll() else { return nil }
            child = nil
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
        child = nil
    }

    /// A program that works for a budget ends well and starts again at once; one that fails at once waits longer each
    /// time, up to ten seconds, so that a wrong setting does not fill the log.
    private mutating func planNextStart(after status: ExitStatus) -> String? {
        let lived = ContinuousClock.now - startedAt
        if let every = step.every {
            startAgainAt = startedAt + .seconds(every)
            return status.isSuccess ? nil : "\(step.name) ended with \(status)"
        }
        quickEnds = lived < .seconds(2) ? quickEnds + 1 : 0
        startAgainAt = .now + .milliseconds(min(10_000, quickEnds * quickEnds * 100))
        return status.isSuccess ? nil : "\(step.name) ended with \(status); it is started again"
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
