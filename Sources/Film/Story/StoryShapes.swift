public import FoundationEssentials

/// Every season with its slots and winners, as anybody may see it.
public struct Story: Sendable {
    /// The season that runs, if one does.
    public let currentSeasonID: UUID?
    /// The newest season first.
    public let seasons: [StorySeason]

    init(seasons: [StorySeason]) {
        currentSeasonID = seasons.first { $0.status == .active }?.id
        self.seasons = seasons
    }

    /// The season that runs, else the one that was finished last.
    public var shownSeason: StorySeason? {
        seasons.first { $0.status == .active } ?? seasons.first { $0.status == .finished }
    }
}

/// A season in the story.
public struct StorySeason: Sendable {
    /// Its id.
    public let id: UUID
    /// Its number, counted from the site's first.
    public let number: Int
    /// Its name.
    public let label: String
    /// What it is about.
    public let description: String
    /// The genre of the film.
    public let genre: String
    /// The season's status.
    public let status: SeasonStatus
    /// The film's aspect.
    public let aspect: Aspect
    /// Its cover.
    public let coverURL: String?
    /// How many clips make the film.
    public let totalSlots: Int
    /// How long a round is open.
    public let roundSeconds: Int
    /// How many slots have a winner.
    public let lockedSlots: Int
    /// The part of the film that is cut, from 0 to 1.
    public let progress: Double
    /// How long the film is so far.
    public let durationSeconds: Double
    /// How many people made the clips that won.
    public let contributors: Int
    /// The slot that is open.
    public let currentSlot: Int?
    /// When the open round ends.
    public let votingEndsAt: Date?
    /// The open round.
    public let round: StoryRound?
    /// When it began.
    public let activatedAt: Date?
    /// When its last slot was locked.
    public let finishedAt: Date?
    /// Every slot in order.
    public let slots: [StorySlot]
}

/// The open round of a season.
public struct StoryRound: Sendable {
    /// The slot.
    public let slot: Int
    /// The slot's status.
    public let status: SlotStatus
    /// When it opened.
    public let votingStartedAt: Date?
    /// When it ends.
    public let votingEndsAt: Date?
    /// How many clips compete.
    public let clips: Int
    /// How many votes were cast; nil when the season shows counts only later.
    public let votes: Int?
}

/// One slot in the story.
public struct StorySlot: Sendable {
    /// Its place in the film.
    public let position: Int
    /// The slot's status.
    public let status: SlotStatus
    /// When its winner was locked in.
    public let lockedAt: Date?
    /// The clip that won it.
    public let winner: StoryWinner?
}

/// A clip that is part of the film.
public struct StoryWinner: Sendable {
    /// The clip.
    public let clip: ClipCard
    /// How many votes it had when it won.
    public let voteCount: Int
    /// The weight of those votes.
    public let weightedScore: Int
    /// How many comments everyone sees, replies among them.
    public let commentCount: Int
}
