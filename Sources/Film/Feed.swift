public import FoundationEssentials
public import Postgres

/// What a voter asks the feed for.
public struct FeedRequest: Sendable {
    /// Who asks.
    public var voterKey: String
    /// How many clips at most.
    public var limit: Int
    /// Clips that must not come.
    public var excluded: [UUID]
    /// Clips that were shown since the page was opened.
    public var seen: [UUID]

    /// A request.
    public init(voterKey: String, limit: Int, excluded: [UUID] = [], seen: [UUID] = []) {
        self.voterKey = voterKey
        self.limit = limit
        self.excluded = excluded
        self.seen = seen
    }
}

/// How a voter stands in the open round.
public struct VoterStanding: Sendable, RowDecodable {
    /// The clips voted for.
    public let votedClipIDs: [UUID]
    /// How many votes were cast since midnight, UTC.
    public let totalVotesToday: Int
    /// What is left.
    public let remaining: RemainingVotes

    /// Of a voter without super and mega votes who has voted for these clips, all of them today.
    init(voted: [UUID], dailyVotes: Int) {
        votedClipIDs = voted
        totalVotesToday = voted.count
        remaining = RemainingVotes(standard: max(0, dailyVotes - voted.count), super: 0, mega: 0)
    }

    /// Reads a row of `voter_standing()`.
    public init(row: Row) throws(DatabaseError) {
        votedClipIDs = try row.value(at: 0)
        totalVotesToday = try row.value(at: 1)
        remaining = RemainingVotes(
            standard: try row.value(at: 2), super: try row.value(at: 3), mega: try row.value(at: 4))
    }
}

/// An answer of the feed.
public struct FeedPage: Sendable {
    /// The open slot.
    public let snapshot: FeedSnapshot
    /// The chosen clips in their order, and whether the voter has voted for each.
    public let clips: [(clip: FeedClip, hasVoted: Bool)]
    /// Whether there are clips not voted for beyond these.
    public let hasMoreClips: Bool
    /// The clips of the slot that the voter has voted for, as their ids are written.
    public let votedClipIDs: [String]
    /// How the voter stands.
    public let standing: VoterStanding
}

/// Which clips a voter sees next. One query for each request: what this voter has done. All else is in memory.
public struct Feed: Sendable {
    private let database: Database
    private let cache: FeedCache
    private let views: ViewBuffer
    private let dailyVotes: Int

    /// A feed over the clips that `cache` keeps; what it shows is noted in `views`.
    public init(database: Database, cache: FeedCache, views: ViewBuffer, dailyVotes: Int) {
        self.database = database
        self.cache = cache
        self.views = views
        self.dailyVotes = dailyVotes
    }

    /// The open slot as all requests see it.
    public func snapshot() throws -> FeedSnapshot {
        try cache.current()
    }

    /// The next clips for a voter, who has seen them from now on.
    public func page(_ request: FeedRequest, at now: Date) throws -> FeedPage {
        let snapshot = try cache.current()
        let standing: VoterStanding = try database.one(
            """
            select voted_clip_ids, total_today, standard_left, super_left, mega_left
            from voter_standing(
                \(snapshot.season?.id), \(snapshot.slot)::int, \(request.voterKey), \(dailyVotes)::int
            )
            """)
        var random = QuickRandom()
        let page = Self.page(of: snapshot, standing, request, now: now, using: &random)
        if let season = snapshot.season, let slot = snapshot.slot {
            views.note(page.clips.map(\.clip.id), by: request.voterKey, in: ViewedRound(season: season.id, slot: slot))
        }
        return page
    }

    static func page(
        of snapshot: FeedSnapshot, _ standing: VoterStanding, _ request: FeedRequest, now: Date,
        using random: inout some RandomNumberGenerator
    ) -> FeedPage {
        var groups = [FeedGroup?](repeating: .unseen, count: snapshot.clips.count)
        for id in request.seen { if let place = snapshot.places[id] { groups[place] = .seen } }
        for id in standing.votedClipIDs { if let place = snapshot.places[id] { groups[place] = .voted } }
        let isVoted = groups.map { $0 == .voted }
        for id in request.excluded { if let place = snapshot.places[id] { groups[place] = nil } }
        let open = groups.count { $0 == .unseen || $0 == .seen }
        let chosen = FeedOrder.choose(
            snapshot.order, groups: groups, limit: request.limit, now: now, using: &random)
        return FeedPage(
            snapshot: snapshot, clips: chosen.map { (snapshot.clips[$0], isVoted[$0]) },
            hasMoreClips: open > chosen.count { !isVoted[$0] },
            votedClipIDs: snapshot.clips.indices.filter { isVoted[$0] }.map { snapshot.clips[$0].idText },
            standing: standing)
    }
}
