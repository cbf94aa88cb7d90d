internal import Arguments
internal import Logging
internal import Platform
internal import Queue

/// Runs the maintenance jobs that are due.
enum MaintainCommand {
    static let command = Command(
        "maintain", "run the maintenance jobs that are due",
        details: """
            Runs the maintenance jobs that are due: retention, sweeps and other recurring jobs. A drain runs them too; \
            each job is run by one process.
            """,
        Maintain.self
    ) { arguments in
        try JobsProcess.run("maintain", config: arguments.config) { try run(now: arguments.now, in: $0) }
    }

    struct Maintain: JobsParameters {
        let now = Flag("--now", "run all of them, due or not")
        let config = Option.config
    }

    private static func run(now isNow: Bool, in process: JobsProcess) throws -> Int32 {
        let registry = Kinds.registry(process)
        var drain = DrainOptions()
        drain.queues = [Upkeep.queue]
        let enqueued = try registry.enqueueRecurring(in: process.database, evenIfNotDue: isNow)
        let drainer = Drainer(database: process.database, registry: registry, options: drain, log: process.log)
        process.onStop { drainer.stop() }
        ServiceManager.ready()
        let summary = try drainer.run(until: .empty)
        process.log.info("maintained", summary.fields.merging(["enqueued": .int(enqueued)]) { old, _ in old })
        return summary.failed + summary.retried == 0 ? ExitCode.success : ExitCode.failure
    }
}
