internal import CLinux
internal import Glibc

/// What a program may use up before the kernel stops it.
public struct SubprocessLimits: Sendable {
    /// Address space in bytes.
    public var memoryBytes: Int?
    /// Processor time in seconds.
    public var cpuSeconds: Int?
    /// The size of any file it writes.
    public var fileBytes: Int?

    /// Creates limits; nil leaves a resource unlimited.
    public init(memoryBytes: Int? = nil, cpuSeconds: Int? = nil, fileBytes: Int? = nil) {
        self.memoryBytes = memoryBytes
        self.cpuSeconds = cpuSeconds
        self.fileBytes = fileBytes
    }

    /// prlimit(1) sets the limits and then becomes the program, so there is no moment without them.
    func wrap(_ executable: String, _ arguments: [String]) -> (executable: String, arguments: [String]) {
        var options: [String] = []
        if let memoryBytes { options.append("--as=\(memoryBytes)") }
        if let cpuSeconds { options.append("--cpu=\(cpuSeconds)") }
        if let fileBytes { options.append("--fsize=\(fileBytes)") }
        return options.isEmpty
            ? (executable, arguments)
            : ("/usr/bin/prlimit", options + ["--core=0", "--", executable] + arguments)
    }
}

/// Why a program's output could not be had.
public enum SubprocessError: Error, Sendable, Equatable {
    /// It could not be started.
    case notStarted(SystemError)
    /// It took too long and was killed with all its children.
    case timedOut
    /// It wrote more than was wanted and was killed with all its children.
    case outputTooLarge
    /// Its work was not wanted any more, and it was killed with all its children.
    case unwanted
    /// A system call failed underway.
    case failed(SystemError)
}

/// Runs programs to their end and collects what they print.
public enum Subprocess {
    /// What a program printed and how it ended.
    public struct Output: Sendable {
        /// How it ended.
        public let status: ExitStatus
        /// All of its standard output.
        public let stdout: [UInt8]
        /// The end of its standard error.
        public let stderr: String
    }

    /// What programs get unless told otherwise: nothing of this process's secrets.
    public static let plainEnvironment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]

    /// Runs `executable`, an absolute path, and waits. At the timeout, or beyond `outputLimit` bytes of standard output,
    /// its whole process group is killed. `onOutput` gets each piece of standard output when it arrives. `isUnwanted` is
    /// asked about every half second, and ends the program in the same way.
    public static func run(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = plainEnvironment,
        input: [UInt8] = [], timeout: Duration, outputLimit: Int = 1 << 20,
        limits: SubprocessLimits = SubprocessLimits(), isUnwanted: (() -> Bool)? = nil,
        onOutput: (ArraySlice<UInt8>) -> Void = { _ in }
    ) throws(SubprocessError) -> Output {
        guard executable.hasPrefix("/"), access(executable, X_OK) == 0 else {
            throw .notStarted(
                SystemError("spawn", executable, number: executable.hasPrefix("/") ? errno : ENOENT))
        }
        let deadline = ContinuousClock.now + timeout
        return try start(
            limits.wrap(executable, arguments), environment, input, outputLimit, deadline, isUnwanted, onOutput
        ).get()
    }

    private static func start(
        _ command: (executable: String, arguments: [String]), _ environment: [String: String], _ input: [UInt8],
        _ outputLimit: Int, _ deadline: ContinuousClock.Instant, _ isUnwanted: (() -> Bool)?,
        _ onOutput: (ArraySlice<UInt8>) -> Void
    ) -> Result<Output, SubprocessError> {
        do throws(SystemError) {
            let stdin = input.isEmpty ? nil : try SubprocessPipe()
            let stdout = try SubprocessPipe()
            let stderr = try SubprocessPipe()
            let child = try ChildProcess.spawn(
                command.executable, command.arguments, environment: environment,
                input: stdin?.reading, output: stdout.writing, errors: stderr.writing)
            stdin?.closeReading()
            stdout.closeWriting()
            stderr.closeWriting()
            var exchange = SubprocessExchange(
                input: input, stdin: stdin, stdout: stdout, stderr: stderr, outputLimit: outputLimit)
            let end = exchange.run(until: deadline, isUnwanted: isUnwanted, onOutput: onOutput)
            return finish(child, exchange, end, deadline)
        } catch {
            return .failure(.notStarted(error))
        }
    }

    private static func finish(
        _ child: ChildProcess, _ exchange: SubprocessExchange, _ end: SubprocessExchange.End,
        _ deadline: ContinuousClock.Instant
    ) -> Result<Output, SubprocessError> {
        do throws(SystemError) {
            switch end {
            case .silent:
                while ContinuousClock.now < deadline {
                    if let status = try child.poll() {
                        return .success(
                            Output(status: status, stdout: exchange.output, stderr: exchange.errorText))
                    }
                    // A program may close its output and go on for a while.
                    _ = Glibc.poll(nil, 0, 2)
                }
                return .failure(try kill(child, .timedOut))
            case .timedOut: return .failure(try kill(child, .timedOut))
            case .tooLarge: return .failure(try kill(child, .outputTooLarge))
            case .unwanted: return .failure(try kill(child, .unwanted))
            }
        } catch {
            return .failure(.failed(error))
        }
    }

    private static func kill(_ child: ChildProcess, _ error: SubprocessError) throws(SystemError) -> SubprocessError {
        child.signal(SIGKILL, wholeGroup: true)
        _ = try child.wait()
        return error
    }
}
