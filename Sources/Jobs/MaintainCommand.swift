internal import Arguments
internal import Logging
internal import Platform
internal import Queue

/// Does the upkeep that is due.
enum MaintainCommand {
    static let command = Command(
        "maintain", "do the upkeep that is due",
        details: """
            Does the upkeep that is due: retention, sweeps and everything else that recurs. A drain does it too; when \
            several processes run, each piece is done once.
            """,
        Maintain.self
    ) { arguments in
        try JobsProcess.run("maintain", config: arguments.config) { try run(now: arguments.now, in: $0) }
    }

    struct Maintain: JobsParameters {
        let now = Flag("--now", "do all of it, due or not")
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
