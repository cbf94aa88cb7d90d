internal import Logging
public import Queue

/// Keeps the days of models; meant to recur.
public struct CountModelDays: JobPayload {
    /// The name in the queue.
    public static let kind = "count_model_days"
    /// The first time reads everything.
    public static let options = JobOptions(queue: "upkeep", priority: .low, timeout: .seconds(600))

    /// There is nothing to say.
    public init() {}

    /// Lets a registry do this job.
    public static func register(in registry: inout JobRegistry) {
        registry.register(CountModelDays.self) { _, context in
            let notes = try ModelDays(database: context.database).run()
            if notes > 0 { context.log.info("days of models counted", ["notes": .int(notes)]) }
            return .done()
        }
        registry.recur("count_model_days", .every(.seconds(60)), CountModelDays())
    }
}
