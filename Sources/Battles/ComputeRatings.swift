internal import Logging
public import Queue

/// Flags suspicious judgements, then computes the boards whose battles have changed; meant to recur.
public struct ComputeRatings: JobPayload {
    /// The name in the queue.
    public static let kind = "compute_ratings"
    /// It is upkeep; a board of a few minutes ago is good.
    public static let options = JobOptions(queue: "upkeep", priority: .low, timeout: .seconds(600))

    /// There is nothing to say.
    public init() {}

    /// Lets a registry do this job.
    public static func register(in registry: inout JobRegistry) {
        registry.register(ComputeRatings.self) { _, context in
            // What a board counts was looked at before.
            let flagged = try BattleAnomalies(database: context.database).flag()
            if flagged != (0, 0) {
                context.log.warning(
                    "suspicious judgements flagged",
                    ["battles": .int(flagged.battles), "videoVotes": .int(flagged.votes)])
            }
            let changed = try RatingBoards(database: context.database).refresh()
            if changed > 0 { context.log.info("boards computed", ["count": .int(changed)]) }
            return .done()
        }
        registry.recur("compute_ratings", .every(.seconds(300)), ComputeRatings())
    }
}
