internal import Glibc
internal import Logging
internal import Platform

/// The work that no request starts: closing rounds, draining the queue, maintenance.
@main
enum Main {
    static let commands: [any JobsCommand.Type] = [AdvanceCommand.self, DrainCommand.self, MaintainCommand.self]

    static func main() {
        // Not through exit(): jobs that did not end in time still run, and must not see globals destroyed.
        _exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    // Threads are started from here, so it must not belong to the main actor.
    nonisolated static func run(_ words: [String]) -> Int32 {
        guard let name = words.first, !["--help", "-h"].contains(name) else {
            StandardStream.output(usage)
            return words.isEmpty ? ExitCode.usage : ExitCode.success
        }
        guard let command = commands.first(where: { $0.name == name }) else {
            StandardStream.errors("dailies-jobs: unknown command \(name)\n\n\(usage)")
            return ExitCode.usage
        }
        let rest = Array(words.dropFirst())
        if rest.contains("--help") || rest.contains("-h") {
            StandardStream.output(command.help)
            return ExitCode.success
        }
        do {
            let options = try JobsOptions(rest, allowed: command.options)
            let process = try JobsProcess(options)
            do {
                return try command.run(options, in: process)
            } catch let fault as UsageFault {
                throw fault
            } catch {
                process.log.error("failed", ["command": .string(name), "error": .string(String(reflecting: error))])
                return ExitCode.failure
            }
        } catch let fault as UsageFault {
            StandardStream.errors("dailies-jobs \(name): \(fault.message)\n\n\(command.help)")
            return ExitCode.usage
        } catch {
            StandardStream.errors("\(error)\n")
            return ExitCode.configuration
        }
    }

    nonisolated private static var usage: String {
        """
        Usage: dailies-jobs advance|drain|maintain [options]

          advance   closes rounds that are over and opens the next ones
          drain     runs the jobs of the queue
          maintain  runs the maintenance jobs that are due

        Each accepts --help, and --config FILE for settings besides the environment.
        SIGTERM ends it within ten seconds: running jobs are finished or given back.
        Exit status: 0 done, 1 failed, 64 wrong usage, 78 wrong settings.

        """
    }
}
