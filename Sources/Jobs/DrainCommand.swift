internal import Logging
internal import Platform
internal import Queue

/// Runs the jobs of the queue.
enum DrainCommand: JobsCommand {
    static let name = "drain"
    static let options: Set<String> = ["--for", "--until-empty", "--workers", "--queues"]
    static let help = """
        Usage: dailies-jobs drain [--for TIME] [--until-empty] [--workers N] [--queues NAMES]
                           [--config FILE]

        Runs the jobs of the queue, within milliseconds after they are enqueued.
          --for TIME     claims no more jobs after TIME (such as 55s) and finishes those that run
          --until-empty  ends when no due job is left
          --workers N    runs N quick jobs at once, and half as many long ones in addition (default 4)
          --queues NAMES runs the jobs of these queues, comma-separated. The default is all but "outward", whose jobs
                         call other servers and so need a process with a network
          --config FILE  settings besides the environment
        Without --for and --until-empty it runs until it is stopped.

        """

    static func run(_ options: JobsOptions, in process: JobsProcess) throws -> Int32 {
        var drain = DrainOptions()
        drain.workers = options.workers
        drain.longWorkers = max(1, options.workers / 2)
        drain.onBeat = { ServiceManager.watchdog() }
        let registry = Kinds.registry(process)
        let unknown = Set(options.queues ?? []).subtracting(registry.queues).sorted()
        guard unknown.isEmpty else {
            throw UsageFault(
                message: "there is no queue \(unknown.joined(separator: ", ")); there are "
                    + registry.queues.joined(separator: ", "))
        }
        drain.queues = options.queues ?? registry.queues.filter { $0 != OutwardJobs.queue }
        let drainer = Drainer(database: process.database, registry: registry, options: drain, log: process.log)
        process.onStop { drainer.stop() }
        ServiceManager.ready()
        let summary = try drainer.run(until: options.isUntilEmpty ? .empty : .stopped, atMost: options.budget)
        if summary.claimed > 0 || summary.rescued > 0 { process.log.info("drained", summary.fields) }
        return ExitCode.success
    }
}

extension DrainSummary {
    var fields: [String: LogValue] {
        [
            "claimed": .int(claimed), "completed": .int(completed), "retried": .int(retried), "failed": .int(failed),
            "cancelled": .int(cancelled), "snoozed": .int(snoozed), "released": .int(released), "lost": .int(lost),
            "rescued": .int(rescued), "recurred": .int(recurred),
        ]
    }
}
