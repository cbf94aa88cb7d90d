package import Configuration
internal import FoundationEssentials
package import Logging
internal import Text

/// Log levels that were changed while the programs run. They lie in a file beside the status sockets, below /run: they
/// survive a restart of a program, reach the jobs, which start anew each minute, and end with the machine.
package struct RunningLevels: Equatable, Sendable {
    /// The level for all subsystems without one of their own; nil for that of the settings.
    package var all: LogLevel?
    /// The levels of subsystems.
    package var subsystems: [LogSubsystem: LogLevel]

    /// No change.
    package init(all: LogLevel? = nil, subsystems: [LogSubsystem: LogLevel] = [:]) {
        self.all = all
        self.subsystems = subsystems
    }

    /// The changes in a directory; none when there is no such file. Lines that are not understood are skipped: a log level is
    /// no reason not to start.
    package init(in directory: String) {
        self.init()
        let text = (try? String(contentsOfFile: Self.path(in: directory), encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=").map(\.trimmed)
            guard parts.count == 2, let level = LogLevel(name: parts[1]) else { continue }
            if parts[0] == "all" { all = level }
            if let subsystem = LogSubsystem(rawValue: parts[0]) { subsystems[subsystem] = level }
        }
    }

    /// The file.
    package static func path(in directory: String) -> String { "\(directory)/log-levels" }

    /// The text of the file.
    package var text: String {
        var lines = all.map { ["all=\($0.name)"] } ?? []
        lines += subsystems.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue)=\($0.value.name)" }
        return lines.map { $0 + "\n" }.joined()
    }
}

extension LogLevels {
    /// Sets the levels that the settings give a program, and what was changed since.
    package func follow(_ settings: Settings, of program: LoggingProgram) {
        let running = RunningLevels(in: settings.host.statusDirectory)
        var own = Dictionary(settings.site.logLevels.map { ($0.subsystem, $0.level) }) { _, last in last }
        // A level for all is one for all.
        if running.all != nil { own = [:] }
        own.merge(running.subsystems) { _, new in new }
        set(running.all ?? settings.site.logLevel(of: program), own)
    }
}
