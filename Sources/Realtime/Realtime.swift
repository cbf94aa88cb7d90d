internal import FoundationEssentials
internal import HTTPClient
public import Postgres
public import Queue
internal import Text

/// Publishing to the subscribers of nginx's nchan.
public enum Realtime {
    /// Announces an event as part of the caller's transaction: it is published if and only if that commits, within
    /// milliseconds by a drain. The message is the event's data with its `name` and a `version` that rises.
    ///
    /// A channel to which everyone subscribes bears few messages a second. Events of one name with the same `coalescing` key
    /// within a fifth of a second become one, with the data of the last of them.
    public static func announce(_ event: Event, on connection: Connection, coalescing key: String? = nil) throws {
        let message: JSONText = try connection.one(
            """
            select \(event.data) || jsonb_build_object('name', \(event.name)::text, 'version', nextval('change_numbers'))
            """)
        let job = PublishJob(channel: event.channel, name: event.name, message: message.text)
        guard let key else {
            try Queue.enqueue(job, on: connection)
            return
        }
        try Queue.enqueue(
            job, on: connection, runAt: Date.now + pause, uniqueKey: "\(event.channel) \(event.name) \(key)",
            onConflict: .preserveRunAt)
    }

    /// Registers the job that delivers announced events to the publisher, which listens on a unix socket.
    public static func register(in registry: inout JobRegistry, publishSocket: String) {
        let publisher = Publisher(socket: publishSocket)
        registry.register(PublishJob.self) { job, context in
            let age = context.createdAt.timeIntervalSinceNow
            guard age > -longestUse else { return .cancel(reason: "subscribers have polled since") }
            try publisher.publish(job)
            return .done()
        }
    }

    /// Sends events at once and at most once, without the queue: for what the next event says anyway, such as counts. An
    /// event's data is the whole message.
    public static func publisher(socket: String) -> @Sendable (Event) throws -> Void {
        let publisher = Publisher(socket: socket)
        return { event in
            try publisher.publish(PublishJob(channel: event.channel, name: event.name, message: event.data.text))
        }
    }

    private static let pause: TimeInterval = 0.2
    /// Messages live two minutes in nchan, and a page without a stream polls every half minute.
    private static let longestUse: TimeInterval = 120
}

/// An announced event on its way.
struct PublishJob: JobPayload {
    static let kind = "publish"
    static let options = JobOptions(priority: .high, timeout: .seconds(10))

    let channel: String
    let name: String
    let message: String
}

/// nchan's publishing end.
struct Publisher: Sendable {
    private let client = HTTPClient(idleLimit: 2)
    private let socket: String

    init(socket: String) {
        self.socket = socket
    }

    func publish(_ job: PublishJob) throws {
        let response = try client.send(
            OutgoingRequest(
                method: "POST", url: "http://localhost/publish/\(Text.percentEncode(job.channel))",
                headers: [
                    ("Content-Type", "application/json"), ("X-EventSource-Event", job.name),
                ],
                body: Array(job.message.utf8), unixSocket: socket, timeout: .seconds(5), connectTimeout: .seconds(1)))
        // 201: there are subscribers; 202: there are none.
        guard [201, 202].contains(response.status) else { throw PublishFailure(status: response.status) }
    }
}

struct PublishFailure: Error, CustomStringConvertible {
    let status: Int

    var description: String { "the publisher answered \(status)" }
}
