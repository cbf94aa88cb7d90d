internal import FoundationEssentials
internal import Postgres
public import Queue

/// Notifies the followers of a finished season's winners.
public struct NotifyFollowers: JobPayload {
    /// The name of the job.
    public static let kind = "notify_followers"
    /// How it runs.
    public static let options = JobOptions(priority: .low)

    let season: UUID

    private static let batch = 500

    /// Registers the job. A repetition notifies no one twice.
    public static func register(in registry: inout JobRegistry) {
        registry.register(Self.self) { job, context in
            var last: UUID?
            repeat {
                try context.checkPoint()
                last =
                    try context.database.first(
                        "select notify_followers_of_season(\(job.season), \(last), \(Int32(batch)))", as: UUID?.self)
                    ?? nil
            } while last != nil
            return .done()
        }
    }
}
