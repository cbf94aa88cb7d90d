public import FoundationEssentials

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
    /// The clip that comes first if it is in the slot: the one that the page has shown already.
    public var first: UUID?

    /// A request.
    public init(voterKey: String, limit: Int, excluded: [UUID] = [], seen: [UUID] = [], first: UUID? = nil) {
        self.voterKey = voterKey
        self.limit = limit
        self.excluded = excluded
        self.seen = seen
        self.first = first
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
    /// The voter's votes in the round and the day.
    public let standing: VoterStanding
}

/// Which clips a voter sees next. What this voter has done is read, for all who ask at a time by one statement; all else
/// is in memory. While the database is away the feed continues without what the voter has done.
public struct Feed: Sendable {
    private let cache: FeedCache
    private let standings: VoterStandings
    private let views: ViewBuffer
    private let randoms = QuickRandoms()

    /// A feed over the clips that `cache` keeps; what it shows is noted in `views`.
    public init(cache: FeedCache, standings: VoterStandings, views: ViewBuffer) {
        self.cache = cache
        self.standings = standings
        self.views = views
    }

    /// Passes the open slot, as all requests see it, to `then`, on the thread that reads it.
    public func snapshot(then: @escaping @Sendable (Result<FeedSnapshot, any Error>) -> Void) {
        cache.current(then: then)
    }

    /// Passes the next clips for a voter to `then`, on the thread that finds them. From now on they count as seen.
    public func page(
        _ request: FeedRequest, at now: Date, then: @escaping @Sendable (Result<FeedPage, any Error>) -> Void
    ) {
        cache.current { found in
            do {
                let snapshot = try found.get()
                standings.find(
                    request.voterKey, season: snapshot.season?.id, slot: snapshot.slot,
                    hasPowerVotes: snapshot.hasPowerVotes
                ) { standing in
                    then(standing.map { page(of: snapshot, $0, request, at: now) })
                }
            } catch {
                then(.failure(error))
            }
        }
    }

    private func page(
        of snapshot: FeedSnapshot, _ standing: VoterStanding, _ request: FeedRequest, at now: Date
    ) -> FeedPage {
        var random = randoms.make()
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
        var voted: Set<Int> = []
        for id in standing.votedClipIDs {
            guard let place = snapshot.places[id] else { continue }
            groups[place] = .voted
            voted.insert(place)
        }
        var open = groups.count - voted.count
        for id in request.excluded {
            guard let place = snapshot.places[id], let group = groups[place] else { continue }
            groups[place] = nil
            if group != .voted { open -= 1 }
        }
        let first = request.first.flatMap { snapshot.places[$0] }.flatMap { groups[$0] == nil ? nil : $0 }
        if let first { groups[first] = nil }
        let chosen =
            (first.map { [$0] } ?? [])
            + FeedOrder.choose(
                snapshot.ranking, groups: groups, limit: request.limit - (first == nil ? 0 : 1), now: now,
                using: &random)
        return FeedPage(
            snapshot: snapshot, clips: chosen.map { (snapshot.clips[$0], voted.contains($0)) },
            hasMoreClips: open > chosen.count { !voted.contains($0) },
            votedClipIDs: voted.sorted().map { snapshot.clips[$0].idText },
            standing: standing)
    }
}
