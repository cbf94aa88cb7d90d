internal import Arguments
internal import Configuration
internal import HTTP
internal import Installation
internal import Platform

/// `dailies settings`
enum SettingsCommand {
    static let command = Command(
        "settings", "show the settings in force, without secrets",
        details: "Shows every setting and its value; of a secret only whether it is set.", Show.self, run: run)

    struct Show: ReadsSettings, PrintsJSON {
        let document = Flag("--document", "print docs/configuration.md instead")
        let manual = Flag("--manual", "print the manual page dailies.conf(5) instead")
        let config = Option.config
        let json = Flag.json
    }

    private static func run(_ arguments: ArgumentValues<Show>) throws -> Int32 {
        if arguments.document {
            StandardStream.output(Installation.document)
            return ExitCode.success
        }
        if arguments.manual {
            StandardStream.output(Installation.manual)
            return ExitCode.success
        }
        let shown = try arguments.settings().shown
        let names = Installation.groups.flatMap { $0.descriptions.map(\.name) }
        let lines = names.map { "\($0)=\(shown[$0] ?? "")" }
        try Output.answer(shown, text: lines.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }
}
