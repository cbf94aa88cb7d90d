internal import Identity
internal import Platform
internal import Queue

/// What recurs, declared in one place: when it is due and what it does.
enum Upkeep {
    static func registry(_ process: JobsProcess) -> JobRegistry {
        var registry = JobRegistry()
        registry.register(PruneJobs.self) { _, context in
            let removed = try Queue(context.database).prune()
            context.log.info("old jobs removed", ["jobs": .int(removed)])
            return .done()
        }
        registry.recur("prune_jobs", .every(.seconds(60)), PruneJobs())
        registry.register(SweepSessions.self) { _, context in
            let removed = try inBatches(context) { try Sessions.sweep(in: context.database) }
            context.log.info("old sessions removed", ["sessions": .int(removed)])
            return .done()
        }
        registry.recur("sweep_sessions", .every(.seconds(3_600)), SweepSessions())
        return registry
    }

    /// Repeats a sweep until it finds nothing, so that no statement holds its locks for long.
    private static func inBatches(_ context: JobContext, _ sweep: () throws -> Int) throws -> Int {
        var total = 0
        while true {
            try context.checkPoint()
            let swept = try sweep()
            if swept == 0 { return total }
            total += swept
        }
    }
}

private let upkeep = JobOptions(queue: "upkeep", priority: .low)

struct PruneJobs: JobPayload {
    static let kind = "prune_jobs"
    static let options = upkeep
}

struct SweepSessions: JobPayload {
    static let kind = "sweep_sessions"
    static let options = upkeep
}
