internal import Logging
internal import Platform
internal import Queue

/// Does the upkeep that is due.
enum MaintainCommand: JobsCommand {
    static let name = "maintain"
    static let options: Set<String> = ["--now"]
    static let help = """
        Usage: dailies-jobs maintain [--now] [--config FILE]

        Does the upkeep whose time has come: retention, sweeps, and what else recurs. A drain does it too; of many
        processes one does each piece.
          --now          does all of it, due or not
          --config FILE  settings besides the environment

        """

    static func run(_ options: JobsOptions, in process: JobsProcess) throws -> Int32 {
        let registry = Kinds.registry(process)
        var drain = DrainOptions()
        drain.queues = [Upkeep.queue]
        let enqueued = try registry.enqueueRecurring(in: process.database, evenIfNotDue: options.isNow)
        let drainer = Drainer(database: process.database, registry: registry, options: drain, log: process.log)
        process.onStop { drainer.stop() }
        ServiceManager.ready()
        let summary = try drainer.run(until: .empty)
        process.log.info("maintained", summary.fields.merging(["enqueued": .int(enqueued)]) { old, _ in old })
        return summary.failed + summary.retried == 0 ? ExitCode.success : ExitCode.failure
    }
}
