public import FoundationEssentials
public import Postgres

/// Which clips a moderator wants to see.
public struct ClipFilter: Sendable {
    /// Only clips with this status.
    public var status: ClipStatus?
    /// Only clips of this genre.
    public var genre: String?
    /// Only clips of this season.
    public var seasonID: UUID?
    /// Only clips whose title or creator contains this.
    public var search: String?
    /// The page.
    public var page = PageRequest()

    /// Every clip.
    public init() {}
}

/// A page of the moderators' queue.
public struct ClipQueuePage: Sendable {
    /// The clips: pending ones the oldest first, others the newest first.
    public let clips: Page<QueuedClip>
    /// How many clips have each status, regardless of the filter.
    public let counts: [String: Int]
}

/// A clip in the moderators' queue.
public struct QueuedClip: Sendable {
    /// What everybody sees.
    public let card: ClipCard
    /// Who sent it in.
    public let userID: UUID
    /// What it is about.
    public let description: String
    /// The clip's status.
    public let status: ClipStatus
    /// The status as pages name it.
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
    /// Its votes in its round.
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
    /// Reports that wait for a decision, the newest first.
    public let reports: [QueuedReport]
}

/// A clip that looks nearly like another.
public struct NearDuplicate: Sendable {
    /// How many of the 64 bits of two clips' hashes may differ before they count as different pictures.
    public static let distance = 10

    /// The part of the hash that is the same, in per cent.
    public let similarity: Int
    /// The clip's status.
    public let status: ClipStatus
    /// Its slot.
    public let slot: Int?
    /// Its votes.
    public let voteCount: Int
    /// The clip.
    public let clip: ClipCard
}
