/// What decides between two clips of a round.
public struct RankEntry: Sendable {
    /// The clip's id in lower case.
    public let id: String
    /// When it was sent in, in a form whose order is that of time.
    public let uploadedAt: String
    /// The weight of its votes.
    public let score: Int
    /// How many votes it has.
    public let votes: Int

    /// A clip with what counts.
    public init(id: String, uploadedAt: String, score: Int, votes: Int) {
        self.id = id
        self.uploadedAt = uploadedAt
        self.score = score
        self.votes = votes
    }
}

/// The order of a result: the weight of the votes, then their number, then the earlier upload, then the id.
public enum RankRule {
    /// The clips from the first to the last.
    public static func ranked(_ entries: [RankEntry]) -> [RankEntry] {
        entries.sorted(by: precedes)
    }

    /// The clip that wins.
    public static func winner(of entries: [RankEntry]) -> RankEntry? {
        entries.min(by: precedes)
    }

    /// Whether another clip wins without the flagged votes than with them. `clean` holds the same clips in the same
    /// order as `all`, counted without them.
    public static func flaggedVotesDecide(all: [RankEntry], clean: [RankEntry]) -> Bool {
        winner(of: all)?.id != winner(of: clean)?.id
    }

    private static func precedes(_ left: RankEntry, _ right: RankEntry) -> Bool {
        if left.score != right.score { return left.score > right.score }
        if left.votes != right.votes { return left.votes > right.votes }
        if left.uploadedAt != right.uploadedAt { return left.uploadedAt < right.uploadedAt }
        return left.id < right.id
    }
}
