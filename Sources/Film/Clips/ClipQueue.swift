public import FoundationEssentials
internal import Postgres
internal import Text

/// Which clips a moderator wants to see.
public struct ClipFilter: Sendable {
    /// Only clips that stand so.
    public var status: ClipStatus?
    /// Only clips of this genre.
    public var genre: String?
    /// Only clips of this season.
    public var seasonID: UUID?
    /// Only clips whose title or creator contains this.
    public var search: String?
    /// How many at most.
    public var limit = 50
    /// Where the page before ended.
    public var cursor: ClipCursor?

    /// Every clip.
    public init() {}
}

/// The place in the queue after which the next page begins.
public struct ClipCursor: Sendable, Equatable {
    let microseconds: Int64
    let id: UUID

    /// The opaque text that a client sends back.
    public var text: String { Text.base64url(Array("\(microseconds) \(id.uuidString)".utf8)) }

    /// Reads such a text.
    public init?(_ text: String) {
        guard let bytes = Text.bytes(base64url: text) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard parts.count == 2, let microseconds = Int64(parts[0]), let id = UUID(uuidString: String(parts[1])) else {
            return nil
        }
        // Beyond these Postgres knows no date.
        guard microseconds.magnitude < 100_000_000_000_000_000 else { return nil }
        self.microseconds = microseconds
        self.id = id
    }

    init(row: Row) throws(DatabaseError) {
        microseconds = try row.value("created_microseconds")
        id = try row.value("id")
    }
}

/// A page of the moderators' queue.
public struct ClipQueuePage: Encodable, Sendable {
    /// The clips: pending ones the oldest first, others the newest first.
    public let clips: [QueuedClip]
    /// What asks for the next page; nil on the last.
    @OrNull public internal(set) var nextCursor: String?
    /// How many clips stand in each status, whatever the filter.
    public let counts: [String: Int]
}

/// A clip in the moderators' queue.
public struct QueuedClip: Encodable, Sendable {
    /// What everybody sees.
    public let card: ClipCard
    /// Who sent it in.
    public let userID: UUID
    /// What it is about.
    public let description: String
    /// How it stands.
    public let status: ClipStatus
    /// How it stands, in people's words.
    public let label: ClipLabel
    /// How far the machine is with its file.
    public let processing: ClipProcessing
    /// Why its file was refused.
    public let processingError: String?
    /// Why it was refused.
    public let rejectionReason: String?
    /// Its season.
    public let seasonID: UUID?
    /// Its slot.
    public let slot: Int?
    /// Its votes in the round it stands in.
    public let voteCount: Int
    /// Their weight.
    public let weightedScore: Int
    /// How many voters have seen it in that round.
    public let viewCount: Int
    /// When it was sent in.
    public let createdAt: Date
    /// When an admin decided.
    public let decidedAt: Date?
    /// Clips of the season that look nearly the same, the most alike first.
    public let nearDuplicates: [NearDuplicate]

    private enum CodingKeys: String, CodingKey {
        case userID = "userId"
        case seasonID = "seasonId"
        case description, status, label, processing, processingError, rejectionReason, slot, voteCount, weightedScore
        case viewCount, createdAt, decidedAt, nearDuplicates
    }

    /// Writes the card's members and the rest side by side.
    public func encode(to encoder: any Encoder) throws {
        try card.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(userID, forKey: .userID)
        try container.encode(description, forKey: .description)
        try container.encode(status, forKey: .status)
        try container.encode(label, forKey: .label)
        try container.encode(processing, forKey: .processing)
        try container.encode(processingError, forKey: .processingError)
        try container.encode(rejectionReason, forKey: .rejectionReason)
        try container.encode(seasonID, forKey: .seasonID)
        try container.encode(slot, forKey: .slot)
        try container.encode(voteCount, forKey: .voteCount)
        try container.encode(weightedScore, forKey: .weightedScore)
        try container.encode(viewCount, forKey: .viewCount)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(decidedAt, forKey: .decidedAt)
        try container.encode(nearDuplicates, forKey: .nearDuplicates)
    }
}

/// A clip that looks nearly like another.
public struct NearDuplicate: Encodable, Sendable {
    /// How many of the 64 bits of two clips' hashes may differ before they count as different pictures.
    public static let distance = 10

    /// The part of the hash that is the same, in per cent.
    public let similarity: Int
    /// How it stands.
    public let status: ClipStatus
    /// Its slot.
    @OrNull public internal(set) var slot: Int?
    /// Its votes.
    public let voteCount: Int
    /// The clip.
    public let clip: ClipCard
}
