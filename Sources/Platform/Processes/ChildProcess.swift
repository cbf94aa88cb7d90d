internal import CLinux
internal import Glibc

/// How a process ended.
public enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
    /// By itself, with a status.
    case exited(Int32)
    /// By a signal.
    case signalled(Int32)

    init(waitStatus status: Int32) {
        self = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f)
    }

    /// Whether the process said that all went well.
    public var isSuccess: Bool { self == .exited(0) }

    /// The end in words.
    public var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .signalled(let signal): "signal \(signal)"
        }
    }
}

/// A child that runs beside its parent, in a process group of its own.
public struct ChildProcess: Sendable {
    /// The child's id, which is its group's id too.
    public let pid: Int32

    /// Starts a program. It gets the three descriptors and no other (nil is /dev/null), no blocked signals, and exactly
    /// the environment given.
    public static func spawn(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = Subprocess.plainEnvironment,
        input: Int32? = nil, output: Int32? = 1, errors: Int32? = 2
    ) throws(SystemError) -> ChildProcess {
        let plan = SpawnPlan()
        plan.connect(0, input)
        plan.connect(1, output)
        plan.connect(2, errors)
        return ChildProcess(pid: try plan.start(executable, arguments, environment))
    }

    /// Sends a signal to the child, or to its whole group. A child that has been waited for must not be signalled.
    public func signal(_ number: Int32, wholeGroup: Bool = false) {
        kill(wholeGroup ? -pid : pid, number)
    }

    /// Waits for the child's end.
    public func wait() throws(SystemError) -> ExitStatus {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw SystemError("waitpid", String(pid)) }
        }
        return ExitStatus(waitStatus: status)
    }

    /// The child's end if it has come, nil while the child runs.
    public func poll() throws(SystemError) -> ExitStatus? {
        var status: Int32 = 0
        let result = waitpid(pid, &status, WNOHANG)
        guard result >= 0 else { throw SystemError("waitpid", String(pid)) }
        return result == 0 ? nil : ExitStatus(waitStatus: status)
    }
}

/// The file actions and attributes of one posix_spawn.
struct SpawnPlan: ~Copyable {
    private let actions = UnsafeMutablePointer<posix_spawn_file_actions_t>.allocate(capacity: 1)
    private let attributes = UnsafeMutablePointer<posix_spawnattr_t>.allocate(capacity: 1)

    init() {
        posix_spawn_file_actions_init(actions)
        posix_spawnattr_init(attributes)
        // A server blocks SIGTERM in all its threads, and a child would inherit that.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(attributes, &none)
        posix_spawnattr_setsigdefault(attributes, &all)
        posix_spawnattr_setpgroup(attributes, 0)
        posix_spawnattr_setflags(
            attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    }

    deinit {
        posix_spawn_file_actions_destroy(actions)
        posix_spawnattr_destroy(attributes)
        actions.deallocate()
        attributes.deallocate()
    }

    /// Makes `source` the child's descriptor `target`, or /dev/null when there is none.
    func connect(_ target: Int32, _ source: Int32?) {
        if let source {
            posix_spawn_file_actions_adddup2(actions, source, target)
        } else {
            posix_spawn_file_actions_addopen(actions, target, "/dev/null", target == 0 ? O_RDONLY : O_WRONLY, 0)
        }
    }

    func start(
        _ executable: String, _ arguments: [String], _ environment: [String: String]
    ) throws(SystemError) -> Int32 {
        // libcurl, libfcgi and plain open leave descriptors inheritable, so nothing may depend on their flags.
        _ = dailies_spawn_close_from(actions, 3)
        var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, executable, actions, attributes, &words, &variables)
        guard result == 0 else { throw SystemError("spawn", executable, number: result) }
        return pid
    }
}
