internal import Logging
internal import Platform
internal import Queue

/// Runs the maintenance jobs that are due.
enum MaintainCommand: JobsCommand {
    static let name = "maintain"
    static let options: Set<String> = ["--now"]
    static let help = """
        Usage: dailies-jobs maintain [--now] [--config FILE]

        Runs the maintenance jobs that are due: retention, sweeps and other recurring jobs. A drain runs them too; each
        job is run by one process.
          --now          runs all of them, due or not
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
