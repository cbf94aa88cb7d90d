internal import FoundationEssentials

/// What the pages show of the film, read once for a page.
struct FilmView: Sendable {
    /// The seasons that are not archived, newest first. Drafts are announced and have nothing to see yet.
    var seasons: [SeasonView]
    /// The clips of the open round, in the order in which they entered it.
    var clips: [ClipView]
    /// How many people have a clip on the site.
    var creators: Int
    /// Whether only members may vote.
    var needsAccountToVote = false

    /// The season that is running, else the one that has run last.
    var current: SeasonView? { seasons.first { $0.status == .active } ?? seasons.first { $0.status != .draft } }

    /// The open round, if any.
    var round: RoundView? { seasons.first { $0.status == .active }?.round }
}

/// One film project as the pages show it.
struct SeasonView: Sendable {
    /// The status of a season, in the words of the schema.
    enum Status: String, Sendable { case draft, active, finished, archived }

    var id: UUID
    var number: Int
    var label: String
    var description: String
    var genre: String
    var status: Status
    var totalSlots: Int
    /// The winners in the order of the film.
    var segments: [SegmentView]
    var round: RoundView?
    var finishedAt: Date?

    /// Seconds of film cut so far.
    var seconds: Double { segments.reduce(0) { $0 + $1.clip.durationSeconds } }
}

/// A locked slot and the clip that won it.
struct SegmentView: Sendable {
    var slot: Int
    var clip: ClipView
}

/// The slot that is open now.
struct RoundView: Sendable {
    /// What is going on in the slot.
    enum State: String, Sendable {
        case voting
        case waitingForClips = "waiting_for_clips"
        case underReview = "under_review"
    }

    var slot: Int
    var state: State
    var endsAt: Date?
    var clips: Int
    /// Votes cast so far; nil where the season keeps counts to itself until later.
    var votes: Int?
    /// How long the round runs; nil while it waiting for its first take.
    var length: Int?
}

/// A clip as the pages show it.
struct ClipView: Sendable {
    var id: UUID
    var title: String
    var username: String?
    var avatarURL: String
    var genre: String
    var isAIGenerated: Bool
    var videoURL: String
    var posterURL: String
    /// The picture for lists, 96 pixels wide.
    var thumbnailURL: String
    /// The picture for cards, 240 pixels wide.
    var cardURL: String?
    /// The picture for links that other services show.
    var shareURL: String?
    /// What the picture looks like, in a few characters.
    var blurhash: String?
    var durationSeconds: Double
    /// Where its captions are; nil when it has none.
    var captionsURL: String?
    var votes: Int
    var width = 1080
    var height = 1920

    /// The id as addresses write it.
    var idText: String { id.uuidString.lowercased() }

    /// The name under the clip.
    var creator: String { username ?? "former member" }
}
