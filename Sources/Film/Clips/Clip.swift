public import FoundationEssentials

/// Turns a key of the media storage into the address that browsers load it from.
public typealias MediaAddress = @Sendable (_ key: String) -> String

/// What a member says of a clip when sending it in.
public struct ClipRegistration: Sendable {
    /// The upload that holds the file.
    public var uploadID: UUID
    /// Who sends it in.
    public var memberID: UUID
    /// Its title, 1 to 80 characters.
    public var title: String
    /// What it is about, at most 500 characters.
    public var description: String
    /// One of `ClipGenre.all`.
    public var genre: String
    /// Whether AI made it.
    public var aiGenerated: Bool

    /// What a member says of a clip.
    public init(
        uploadID: UUID, memberID: UUID, title: String, description: String = "", genre: String, aiGenerated: Bool
    ) {
        self.uploadID = uploadID
        self.memberID = memberID
        self.title = title
        self.description = description
        self.genre = genre
        self.aiGenerated = aiGenerated
    }
}

/// What processing found out about a clip's file, and where its files lie.
public struct ProcessedClip: Sendable {
    /// The file as it was sent, by its key in the media storage.
    public var originalKey: String
    /// The rendition that is played.
    public var videoKey: String
    /// The still; its thumbnail is stored beside it.
    public var posterKey: String
    /// The placeholder that is shown until the still has loaded.
    public var blurhash: String
    /// Width in pixels.
    public var width: Int
    /// Height in pixels.
    public var height: Int
    /// How long it plays.
    public var durationMilliseconds: Int
    /// 64 bits that are nearly the same for pictures that look the same.
    public var perceptualHash: Int64

    /// What processing found out.
    public init(
        originalKey: String, videoKey: String, posterKey: String, blurhash: String, width: Int, height: Int,
        durationMilliseconds: Int, perceptualHash: Int64
    ) {
        self.originalKey = originalKey
        self.videoKey = videoKey
        self.posterKey = posterKey
        self.blurhash = blurhash
        self.width = width
        self.height = height
        self.durationMilliseconds = durationMilliseconds
        self.perceptualHash = perceptualHash
    }
}

/// The name of a clip's status on pages.
public enum ClipLabel: String, Codable, CaseIterable, Sendable {
    /// Waits for an admin.
    case pending = "Pending"
    /// Approved while no season takes clips.
    case nextSeason = "Approved, next season"
    /// Is in a slot that is not voting.
    case approved = "Approved"
    /// Is being voted on.
    case live = "LIVE"
    /// Won its slot.
    case winner = "Winner"
    /// Competes no more.
    case eliminated = "Eliminated"
    /// Was refused.
    case rejected = "Rejected"
    /// Its creator took it back.
    case withdrawn = "Withdrawn"

    init(status: ClipStatus, slotStatus: SlotStatus?, decided: Bool, withdrawn: Bool) {
        self =
            switch status {
            case .pending: decided ? .nextSeason : .pending
            case .active: slotStatus == .voting ? .live : .approved
            case .locked: .winner
            case .eliminated: .eliminated
            case .rejected: withdrawn ? .withdrawn : .rejected
            }
    }
}
