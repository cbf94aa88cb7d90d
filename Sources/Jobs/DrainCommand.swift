internal import Arguments
internal import Catalog
internal import Generation
internal import Logging
internal import Platform
internal import Queue
internal import Text

/// Runs the jobs of the queue.
enum DrainCommand {
    static let command = Command(
        "drain", "run queued jobs",
        details: """
            Runs the jobs of the queue, within milliseconds after they are enqueued. Without --for and --until-empty \
            it runs until it is stopped.
            """,
        Drain.self
    ) { arguments in
        try JobsProcess.run("drain", config: arguments.config, workers: arguments.workers) { process in
            try run(arguments, in: process)
        }
    }

    struct Drain: JobsParameters {
        let budget = Option.budget("claim no more jobs after TIME, such as 55s, and finish those that are running")
        let untilEmpty = Flag("--until-empty", "end when no due job is left")
        let workers = Option(
            "--workers", "N", .number(1...256), default: 4,
            "quick jobs at once; half as many long ones run beside them")
        let queues = Option(
            optional: "--queues", "NAMES", .list(.text, "names"),
            "run the jobs of these queues, comma-separated; otherwise of all but \"\(OutwardJobs.queue)\", whose jobs "
                + "call other servers and need a process with a network")
        let config = Option.config

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if values.queues?.isEmpty == true { throw UsageFault("--queues needs the name of a queue") }
        }
    }

    private static func run(_ arguments: ArgumentValues<Drain>, in process: JobsProcess) throws -> Int32 {
        var drain = DrainOptions()
        drain.workers = arguments.workers
        drain.longWorkers = max(1, arguments.workers / 2)
        drain.onBeat = { ServiceManager.watchdog() }
        let registry = Kinds.registry(process)
        let unknown = Set(arguments.queues ?? []).subtracting(registry.queues).sorted()
        guard unknown.isEmpty else {
            throw UsageFault(
                "there is no queue \(unknown.joined(separator: ", ")); the queues are "
                    + registry.queues.joined(separator: ", "))
        }
        drain.queues = arguments.queues ?? registry.queues.filter { $0 != OutwardJobs.queue }
        let drainer = Drainer(
            database: process.database, registry: registry, options: drain, log: process.log.of(.queue))
        if drain.queues?.contains(OutwardJobs.queue) == true {
            let catalog = Catalog(database: process.database, credentials: process.settings.catalog.credentials)
            catalog.logSetUp(to: process.log)
        }
        process.onStop { drainer.stop() }
        ServiceManager.ready()
        let summary = try drainer.run(until: arguments.untilEmpty ? .empty : .stopped, atMost: arguments.budget)
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
