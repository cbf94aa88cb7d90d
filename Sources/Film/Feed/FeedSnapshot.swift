public import FoundationEssentials
internal import Postgres

/// What the film's state means for voters.
public enum FeedState: String, CaseIterable, Sendable {
    /// A round is open.
    case voting
    /// A slot is open and no clip is in it.
    case waitingForClips = "waiting_for_clips"
    /// The round is over, and an admin looks at the votes.
    case underReview = "under_review"
    /// The last season is finished.
    case seasonComplete = "season_complete"
    /// There is no season yet.
    case noSeason = "no_season"
}

/// The season that voters see.
public struct FeedSeason: Sendable, Equatable {
    /// Its id.
    public let id: UUID
    /// Its label.
    public let label: String
    /// Its genre.
    public let genre: String
    /// How many slots its film has.
    public let totalSlots: Int
    /// When counts are shown.
    public let showCounts: CountVisibility
}

/// A clip of the open slot. A class, since many answers share it at a time.
public final class FeedClip: Sendable {
    /// Its id.
    public let id: UUID
    /// The id as it is written.
    public let idText: String
    /// What does not change while the round is open, rendered.
    public let fragment: [UInt8]
    /// How many votes it has.
    public let voteCount: Int
    /// Their weight.
    public let weightedScore: Int
    /// How many voters have seen it in this round.
    public let viewCount: Int
    /// Since when it competes.
    let activatedAt: Date
    /// How many comments everyone sees, replies among them.
    public let commentCount: Int

    init(
        id: UUID, idText: String, fragment: [UInt8], voteCount: Int, weightedScore: Int, viewCount: Int,
        activatedAt: Date, commentCount: Int = 0
    ) {
        self.id = id
        self.idText = idText
        self.fragment = fragment
        self.voteCount = voteCount
        self.weightedScore = weightedScore
        self.viewCount = viewCount
        self.activatedAt = activatedAt
        self.commentCount = commentCount
    }
}

/// The open slot as last read, shared by all requests of a process.
public final class FeedSnapshot: Sendable {
    /// The film's state.
    public let state: FeedState
    /// The season, unless there is none.
    public let season: FeedSeason?
    /// The open slot.
    public let slot: Int?
    /// When the round is over.
    public let votingEndsAt: Date?
    /// Whether members may cast a super and a mega vote in it.
    let hasPowerVotes: Bool
    /// The clips that compete in it.
    public let clips: [FeedClip]
    /// What the order depends on.
    let ranking: FeedOrder.Ranking
    let places: [UUID: Int]

    init(
        state: FeedState, season: FeedSeason?, slot: Int?, votingStartedAt: Date?, votingEndsAt: Date?,
        hasPowerVotes: Bool = false, clips: [FeedClip]
    ) {
        self.state = state
        self.season = season
        self.slot = slot
        self.votingEndsAt = votingEndsAt
        self.hasPowerVotes = hasPowerVotes
        self.clips = clips
        let views = clips.map(\.viewCount).sorted()
        let median = views.isEmpty ? 0 : views[views.count / 2]
        ranking = FeedOrder.Ranking(
            clips.map { clip in
                let isLate = votingStartedAt.map { clip.activatedAt > $0 } ?? false
                return FeedOrder.Clip(
                    views: clip.viewCount, activated: clip.activatedAt, lateMedian: isLate ? median : nil)
            })
        places = Dictionary(clips.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
