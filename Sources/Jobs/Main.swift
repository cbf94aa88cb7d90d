internal import Arguments
internal import Glibc
internal import Platform

/// The work that no request starts: closing rounds, draining the queue, maintenance.
@main
enum Main {
    static let program = Command(
        "dailies-jobs", "the work that needs no request",
        details: """
            Does the work that needs no request. SIGTERM ends it within ten seconds: jobs that are running are finished \
            or returned to the queue. Exit status: 0 done, 1 failed, 64 wrong command line, 78 wrong settings.
            """,
        commands: [AdvanceCommand.command, DrainCommand.command, MaintainCommand.command])

    static func main() {
        // Not through exit(): jobs that did not end in time still run, and must not see globals destroyed.
        _exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    // Threads are started from here, so it must not belong to the main actor.
    nonisolated static func run(_ words: [String]) -> Int32 {
        do {
            return try program.perform(words, output: StandardStream.output, errors: StandardStream.errors)
        } catch {
            StandardStream.errors("\(error)\n")
            return ExitCode.configuration
        }
    }
}
