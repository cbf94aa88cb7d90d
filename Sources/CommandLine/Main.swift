internal import Arguments
internal import Configuration
internal import Glibc
internal import Platform
internal import Postgres
internal import Refusals

/// The operator's tool.
@main
enum Main {
    static let program = Command(
        "dailies", "the operator's tool",
        details: """
            The operator's tool. Settings come from the environment and from the file that --config or DAILIES_CONFIG \
            names, else from /etc/dailies/dailies.conf. Exit status: 0 done, 1 failed, 64 wrong command line, 78 wrong settings.
            """,
        commands: [
            MigrateCommand.command, SettingsCommand.command, SignInLinkCommand.command, SeasonCommand.command,
            FilmCommand.command,
            AnnounceCommand.command, SeedCommand.command, DemoCommand.command, AdminCommand.command,
            UserCommand.command, FlagsCommand.command,
            CatalogCommand.command, JobsCommand.command, CountersCommand.command, SimulateCommand.command,
            TallyCommand.command, RatingsCommand.command,
            RoutesCommand.command, StorageCommand.command,
            BackupCommand.command, RestoreCommand.command, DoctorCommand.command, StatusCommand.command,
            LogLevelCommand.command, SuperviseCommand.command,
        ])

    static func main() {
        exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs one command; every fault ends here, as words on standard error and an exit status.
    static func run(_ words: [String]) -> Int32 {
        do {
            return try program.perform(words, output: StandardStream.output, errors: StandardStream.errors)
        } catch let fault as SettingsError {
            Output.complain("\(fault)")
            return ExitCode.configuration
        } catch {
            Output.complain("dailies: \(explain(error))")
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
}
