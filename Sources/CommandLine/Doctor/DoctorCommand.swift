internal import Arguments
internal import Configuration
internal import FoundationEssentials
internal import Installation

/// `dailies doctor`
enum DoctorCommand {
    static let command = Command(
        "doctor", "check the installation, and say how to fix what is wrong",
        details: """
            Checks the settings and who can read them, the database with its roles, rights, schema and clock, the queue, \
            the disk, the programs, nginx's configuration and the sockets, the mail server, the other services and the \
            site's own address with its certificate. Each fault says how to fix it, and where it has one, in which file and \
            line. Exit status 1 when something is wrong; a note alone is no fault.
            """,
        Examine.self, run: run)

    struct Examine: ReadsSettings, PrintsJSON {
        let isOffline = Flag("--offline", "ask no other server and not the site itself")
        let config = Option.config
        let json = Flag.json
    }

    private static func run(_ arguments: ArgumentValues<Examine>) throws -> Int32 {
        let findings = examine(arguments)
        try Output.answer(findings, text: findings.map(\.text).joined(separator: "\n"), for: arguments)
        return findings.allSatisfy(\.isGood) ? ExitCode.success : ExitCode.failure
    }

    private static func examine(_ arguments: ArgumentValues<Examine>) -> [Finding] {
        let file = arguments.config ?? ProcessInfo.processInfo.environment["DAILIES_CONFIG"]
        let secrets = SecretChecks.findings(configuration: file)
        let settings: Settings
        do {
            settings = try arguments.settings()
        } catch let error as SettingsError {
            return secrets + error.faults.map(settingFault)
        } catch {
            return secrets + [.bad("settings", "\(error)", fix: "Correct the file that --config names.")]
        }
        let complete = ["complete, for \(settings.site.url)"] + settings.notices
        var findings = [Finding.good("settings", complete.joined(separator: ". "))] + secrets
        findings += DatabaseChecks(settings).findings
        findings += PlaceChecks(settings).findings
        findings += UpkeepChecks(settings).findings
        findings += ProgramChecks.findings(settings)
        findings += NginxChecks(settings).findings
        if !arguments.isOffline { findings += NetworkChecks(settings).findings }
        return findings
    }

    /// A fault of the file names its line: "/etc/dailies/dailies.conf line 3".
    private static func settingFault(_ fault: SettingFault) -> Finding {
        let remedy = "Correct it in the file that --config names or in the environment."
        let words = fault.name.split(separator: " ")
        guard words.count == 3, words[1] == "line", let line = Int(words[2]) else {
            return .bad("settings", "\(fault.name): \(fault.message)", fix: remedy)
        }
        return .bad("settings", fault.message, fix: remedy, file: String(words[0]), line: line)
    }
}
