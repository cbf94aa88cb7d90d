internal import Configuration
internal import Platform

/// `dailies settings`
enum SettingsCommand: Command {
    static let name = "settings"
    static let summary = "show the settings in force, without secrets"
    static let help = """
        Usage: dailies settings [--json | --document]

        Shows every setting and its value; of a secret only whether it is set.

          --document  print docs/configuration.md instead
        """
    static let flags: Set<String> = ["--document"]

    static func run(_ arguments: Arguments) throws -> Int32 {
        if arguments.flags.contains("--document") {
            StandardStream.output(Settings.document)
            return ExitCode.success
        }
        let shown = try arguments.settings().shown
        let lines = Settings.all.map { "\($0.name)=\(shown[$0.name] ?? "")" }
        try Output.answer(shown, text: lines.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }
}
