internal import Configuration
internal import Installation
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
            StandardStream.output(Installation.document)
            return ExitCode.success
        }
        let shown = try arguments.settings().shown
        let names = Installation.groups.flatMap { $0.descriptions.map(\.name) }
        let lines = names.map { "\($0)=\(shown[$0] ?? "")" }
        try Output.answer(shown, text: lines.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }
}
