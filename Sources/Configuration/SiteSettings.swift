package import Logging
package import Text

/// The settings that every part of a site shares.
package struct SiteSettings: SettingGroup {
    package static let title = "Site"

    package let url = Setting(
        required: "SITE_URL", .siteURL, aliases: ["PUBLIC_URL", "NEXT_PUBLIC_APP_URL", "NEXTAUTH_URL"],
        "Where visitors find the site. It must be https unless it is a loopback address.")
    package let name = Setting("SITE_NAME", default: "Dailies", .text, "The name of the site on pages and in mail.")
    package let secretKey = Setting(
        required: "SECRET_KEY", .key(atLeast: 32), secret: true, aliases: ["NEXTAUTH_SECRET"],
        "The key from which all other keys are derived. A new one ends all form tokens and upload signatures, and makes "
            + "every device a new voter.")
    package let logLevel = Setting(
        "LOG_LEVEL", default: "info", .choice(LogLevel.allCases.map { ($0.name, $0) }, "debug to error"),
        "The lowest level that is logged: debug, info, notice, warning or error.")
    package let logLevels = Setting(
        "LOG_LEVELS", default: "", .list(.subsystemLevel, "SUBSYSTEM=LEVEL, comma-separated"),
        "Levels of subsystems that differ from LOG_LEVEL, such as `database=debug,http=warning`: "
            + "\(LogSubsystem.allCases.map(\.rawValue).joined(separator: ", ")). `dailies log-level` changes them while the "
            + "programs run.")
    package let debug = Setting(
        optional: "DEBUG", .text("comma-separated list"),
        "Programs that log at debug, above LOG_LEVEL: `host`, `jobs` (or `providers`, which it calls) or `*`. `:*` after a "
            + "word and other words have no effect.")

    package init() {}
}

extension Settings {
    /// The settings that every part of a site shares.
    package var site: SettingValues<SiteSettings> { self[SiteSettings.self] }
}

extension SettingValues<SiteSettings> {
    /// Whether the site is plain http on this machine, where cookies can be neither `Secure` nor `__Host-`.
    package var isPlainLoopback: Bool { self.url.hasPrefix("http://") }

    /// The lowest level that a program logs.
    package func logLevel(of program: LoggingProgram) -> LogLevel {
        let words = (self.debug ?? "").split(separator: ",").map { $0.trimmed.prefix { $0 != ":" } }
        return words.contains { program.words.contains(String($0)) } ? .debug : self.logLevel
    }
}

/// A program with a log of its own.
package enum LoggingProgram: Sendable {
    /// `dailies-host`.
    case host
    /// `dailies-jobs`.
    case jobs

    fileprivate var words: Set<String> {
        switch self {
        case .host: ["*", "host"]
        case .jobs: ["*", "jobs", "providers"]
        }
    }
}

/// The level of one subsystem.
package struct SubsystemLevel: Sendable, Equatable {
    package let subsystem: LogSubsystem
    package let level: LogLevel
}

extension ValueFormat<SubsystemLevel> {
    /// Such as `database=debug`.
    package static var subsystemLevel: Self {
        ValueFormat("SUBSYSTEM=LEVEL") { text throws(FormatFault) in
            let parts = text.split(separator: "=", maxSplits: 1).map(\.trimmed)
            guard parts.count == 2, let subsystem = LogSubsystem(rawValue: parts[0]),
                let level = LogLevel(name: parts[1])
            else { throw FormatFault("each must be a subsystem and a level, such as database=debug", not: text) }
            return SubsystemLevel(subsystem: subsystem, level: level)
        }
    }
}
