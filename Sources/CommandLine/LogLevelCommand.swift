internal import Arguments
internal import Configuration
internal import FoundationEssentials
internal import HTTP
internal import Installation
internal import Logging
internal import Platform
internal import Text

/// `dailies log-level [SUBSYSTEM=LEVEL…]`
enum LogLevelCommand {
    static let command = Command(
        "log-level", "show or change what the running programs log",
        details: """
            Changes the least level that is logged, of one subsystem or of all, while the programs run: in the hosts at \
            once, in the jobs within a minute. The change survives restarts of programs and ends with the machine's; \
            LOG_LEVEL and LOG_LEVELS say what lasts. The level "default" takes a change back.
            """,
        Change.self, run: run)

    struct Change: ReadsSettings, PrintsJSON {
        let changes = Operand(
            repeated: "SUBSYSTEM=LEVEL", .levelChange,
            "a subsystem (\(LogSubsystem.allCases.map(\.rawValue).joined(separator: ", "))) or all, and debug, info, notice, "
                + "warning, error or default; without any the levels are shown")
        let config = Option.config
        let json = Flag.json
    }

    private static func run(_ arguments: ArgumentValues<Change>) throws -> Int32 {
        let settings = try arguments.settings()
        let directory = settings.host.statusDirectory
        let isChange = !arguments.changes.isEmpty
        if isChange {
            var running = RunningLevels(in: directory)
            for change in arguments.changes {
                switch change.subsystem {
                case let subsystem?: running.subsystems[subsystem] = change.level
                case nil: running = RunningLevels(all: change.level)
                }
            }
            try Descriptor.writeWhole(Array(running.text.utf8), to: RunningLevels.path(in: directory), mode: 0o644)
        }
        var processes: [String: JSONValue] = [:]
        for process in StatusSockets.processes(in: directory) {
            let answer = try? StatusSockets.ask(
                process, in: directory, isChange ? "POST" : "GET", isChange ? "/log-levels" : "/status")
            processes[process] = isChange ? answer ?? .null : answer?["logLevels"] ?? .null
        }
        // The jobs start anew each minute and have no socket.
        let jobs = LogLevels(.info)
        jobs.follow(settings, of: .jobs)
        let own = jobs.current.map { ($0.key.rawValue, JSONValue.string($0.value.name)) }
        processes["jobs"] = .object(
            Dictionary(own + [("all", .string(jobs.all.level.name))]) { first, _ in first })
        let lines = processes.sorted { $0.key < $1.key }.map { name, levels in "\(name): \(words(levels))" }
        try Output.answer(JSONValue.object(processes), text: lines.joined(separator: "\n"), for: arguments)
        return processes.values.contains(.null) ? ExitCode.failure : ExitCode.success
    }

    /// The level of all, and those that differ from it.
    private static func words(_ levels: JSONValue) -> String {
        guard case .object(let members) = levels, let all = members["all"]?.text else { return "does not answer" }
        let others = members.filter { $0.key != "all" && $0.value.text != all }.sorted { $0.key < $1.key }
        return ([all] + others.map { "\($0.key)=\($0.value.text ?? "")" }).joined(separator: ", ")
    }
}

/// A level to set, or none to take a change back; of a subsystem, or of all.
struct LevelChange: Sendable {
    let subsystem: LogSubsystem?
    let level: LogLevel?
}

extension ValueFormat<LevelChange> {
    fileprivate static var levelChange: Self {
        ValueFormat("SUBSYSTEM=LEVEL") { text throws(FormatFault) in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw FormatFault("must be like database=debug", not: text) }
            let subsystem = LogSubsystem(rawValue: parts[0])
            guard subsystem != nil || parts[0] == "all" else {
                let names = LogSubsystem.allCases.map(\.rawValue).joined(separator: ", ")
                throw FormatFault("must name all or one of \(names)", not: parts[0])
            }
            let level = LogLevel(name: parts[1])
            guard level != nil || parts[1] == "default" else {
                throw FormatFault("must be debug, info, notice, warning, error or default", not: parts[1])
            }
            return LevelChange(subsystem: subsystem, level: level)
        }
    }
}
