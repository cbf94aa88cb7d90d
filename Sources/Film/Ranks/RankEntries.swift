public import FoundationEssentials
public import Postgres

/// Who is ranked by votes.
public enum RankBoard: String, CaseIterable, Sendable {
    /// Clips, by the votes that they received.
    case clips
    /// Members, by the votes that they cast.
    case voters
    /// Members, by the votes that their clips received.
    case creators
}

/// The time whose votes count. Days begin at midnight, UTC.
public enum RankPeriod: String, CaseIterable, Sendable {
    /// Today.
    case day
    /// Today and the six days before.
    case week
    /// All time.
    case all
}

/// How a place compares with the one in the period before.
public enum RankTrend: String, CaseIterable, Sendable {
    /// It is better, or there was none.
    case up
    /// It is worse.
    case down
    /// It is the same.
    case same
}

/// A place on a board.
public struct RankPlace: Sendable, Equatable {
    /// One more than the number of entries with more votes, so that equal votes share a place.
    public let rank: Int
    /// The votes of the period.
    public let votes: Int
    /// The place in the period before; nil for one that had none then, and for all time.
    public let previousRank: Int?
    /// Whether there is a period before: not for all time.
    let isCompared: Bool

    /// The comparison with the period before; nil for all time.
    public var trend: RankTrend? {
        guard isCompared else { return nil }
        guard let previousRank, previousRank <= rank else { return .up }
        return previousRank == rank ? .same : .down
    }

    init(row: Row, period: RankPeriod) throws(DatabaseError) {
        rank = try row.value("rank")
        votes = try row.value("votes")
        previousRank = try row.value("previous_rank")
        isCompared = period != .all
    }

    /// A place; tests make them by hand.
    init(rank: Int, votes: Int, previousRank: Int?, isCompared: Bool = true) {
        self.rank = rank
        self.votes = votes
        self.previousRank = previousRank
        self.isCompared = isCompared
    }
}

/// A clip on the board of clips.
public struct BoardClip: Sendable {
    /// Its place.
    public let place: RankPlace
    /// The clip.
    public let clip: ClipCard
}

/// A member on the board of voters or of creators.
public struct BoardMember: Sendable {
    /// The place.
    public let place: RankPlace
    /// The name; nil until the member has chosen one.
    public let username: String?
    /// The member's picture.
    public let avatarURL: String
    /// The member's level.
    public let level: Int
    /// How many days in a row the member has voted.
    public let streak: Int
}

/// What a board shows, and since when.
public struct RankTerms: Sendable {
    /// The period.
    public let period: RankPeriod
    /// Its first and last day, at midnight, UTC; nil for all time.
    public let firstDay, lastDay: Date?
    /// How many entries the board has.
    public let total: Int
    /// Until when votes are added up; nil before the first time.
    public let updatedAt: Date?
}

/// A page of a board.
public struct RankPage<Entry: Sendable>: Sendable {
    /// What the board shows.
    public let terms: RankTerms
    /// The entries, the first place first.
    public let page: Page<Entry>
}

/// A member's own places.
public struct OwnRanks: Sendable {
    /// The place among voters; nil without a vote in the period.
    public let voter: RankPlace?
    /// The place among creators; nil when no clip of the member got votes in the period.
    public let creator: RankPlace?
    /// The member's best clip and its place.
    public let clip: BoardClip?
}
