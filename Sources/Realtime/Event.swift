public import Postgres

/// Something that is pushed to pages and programs as it happens.
public struct Event: Sendable {
    /// The channel that it is published on: `slot`, `jobs`, `clip`, or `user:` and a member's id.
    public let channel: String
    /// What happened, such as `round_opened`.
    public let name: String
    /// A JSON object for the subscribers. The name and a version are added to it.
    public let data: JSONText

    /// An event on a channel.
    public init(channel: String, name: String, data: JSONText = JSONText("{}")) {
        self.channel = channel
        self.name = name
        self.data = data
    }
}
