internal import Configuration
internal import Glibc
internal import Postgres
internal import Refusals

/// The operator's tool.
@main
enum Main {
    static let commands: [any Command.Type] = [
        MigrateCommand.self, SettingsCommand.self, SignInLinkCommand.self, SeasonCommand.self, SeedCommand.self,
        AdminCommand.self, UserCommand.self, FlagsCommand.self, CountersCommand.self, SimulateCommand.self,
        TallyCommand.self, RoutesCommand.self, DoctorCommand.self, SuperviseCommand.self,
    ]

    static func main() {
        exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs one command; every fault ends here, as words on standard error and an exit status.
    static func run(_ words: [String]) -> Int32 {
        guard let name = words.first, name != "--help", name != "-h" else {
            Output.write(usage)
            return words.isEmpty ? ExitCode.usage : ExitCode.success
        }
        guard let command = commands.first(where: { $0.name == name }) else {
            Output.complain("dailies: unknown command \(name)\n\n\(usage)")
            return ExitCode.usage
        }
        let rest = Array(words.dropFirst())
        if rest.contains("--help") || rest.contains("-h") {
            Output.write(command.help)
            return ExitCode.success
        }
        do {
            return try command.run(try Arguments(rest, options: command.options, flags: command.flags))
        } catch let fault as UsageFault {
            Output.complain("dailies \(name): \(fault.message)\n\n\(command.help)")
            return ExitCode.usage
        } catch let fault as SettingsError {
            Output.complain("\(fault)")
            return ExitCode.configuration
        } catch {
            Output.complain("dailies \(name): \(explain(error))")
            return ExitCode.failure
        }
    }

    /// What an operator needs of an error: a rule's own sentence, and all that Postgres said.
    private static func explain(_ error: any Error) -> String {
        switch error {
        case let error as any CausedError: explain(error.cause)
        case let refusal as any Refusal: refusal.sentence
        case let error as DatabaseError: error.debugDescription
        default: "\(error)"
        }
    }

    private static var usage: String {
        let width = commands.map { $0.name.count }.max() ?? 0
        let lines = commands.map { command in
            "  " + command.name + String(repeating: " ", count: width - command.name.count + 2) + command.summary
        }
        return """
            Usage: dailies COMMAND [options]

            \(lines.joined(separator: "\n"))

            Every command takes --help, and --json where it prints something. Settings come from the environment and
            from the file that --config or DAILIES_CONFIG names.
            Exit status: 0 done, 1 failed, 64 wrong usage, 78 wrong settings.
            """
    }
}
