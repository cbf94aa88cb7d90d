internal import FoundationEssentials
public import Postgres
public import Realtime

/// Publishes on the channel `jobs` that the queue has changed, with its counts. Upkeep, which always runs, changes nothing.
public struct JobFeed: Sendable {
    /// The channel, which only admins may follow.
    public static let channel = "jobs"
    /// The name of its events.
    public static let name = "jobs"

    private let database: Database
    private let publish: @Sendable (Event) throws -> Void
    private var known: String?

    private struct Message: Encodable {
        let name = JobFeed.name
        let version: Int64
        let counts: [String: Int]
        let waitingSince: String?
    }

    /// The changes of `database`, for the background role.
    public init(database: Database, publish: @escaping @Sendable (Event) throws -> Void) {
        self.database = database
        self.publish = publish
    }

    /// Publishes what has changed since the last time, in one message at most. Returns whether there was one.
    public mutating func step() throws -> Bool {
        let text: JSONText = try database.one("select job_overview(null)")
        let overview: JobOverview = try text.decode()
        guard overview.changed != known else { return false }
        let version: Int64 = try database.one("select nextval('change_numbers')")
        try publish(
            Event(
                channel: Self.channel, name: Self.name,
                data: try JSONText(
                    encoding: Message(
                        version: version, counts: overview.counts, waitingSince: overview.waitingSince))))
        known = overview.changed
        return true
    }
}
