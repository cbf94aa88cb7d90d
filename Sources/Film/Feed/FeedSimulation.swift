internal import FoundationEssentials

/// A round as the feed would serve it: simulated voters ask for pages, and every clip's views are counted.
///
/// The order is that of the feed itself, from the snapshot that a process keeps to the page that a voter gets; only the
/// database and the clock are simulated.
public struct FeedSimulation: Sendable {
    /// What is simulated.
    public struct Options: Sendable {
        /// Clips that compete, the late ones among them.
        public var clips: Int
        /// How many of them join half-way.
        public var late: Int
        /// Voters who come in the course of the round.
        public var voters: Int
        /// How long the round lasts.
        public var hours: Double
        /// Where chance begins.
        public var seed: UInt64

        /// The round that spec and documentation speak of: 200 clips, 20 of them late, 20,000 voters, one day.
        public init(clips: Int = 200, late: Int = 20, voters: Int = 20_000, hours: Double = 24, seed: UInt64 = 1) {
            self.clips = clips
            self.late = late
            self.voters = voters
            self.hours = hours
            self.seed = seed
        }

        /// How many clips are there from the start.
        var early: Int { clips - late }
    }

    private struct Entrant {
        let id: UUID
        let activatedAt: Date
        /// How likely it is that who sees it votes for it.
        let appeal: Double
        var views = 0
    }

    /// A process reads the counters anew when they are older than this, in seconds.
    private static let snapshotAge: Double = 1
    private static let pageSize = 8
    /// A client names this many clips that it has shown.
    private static let seenLimit = 100
    /// Views are sampled this often, in seconds.
    private static let step: Double = 300

    private let options: Options
    private let start = Date(timeIntervalSince1970: 1_780_000_000)
    private let season = FeedSeason(id: UUID(), label: "Simulated", genre: "Other", totalSlots: 75, showCounts: .always)
    private var entrants: [Entrant] = []
    private var random: QuickRandom
    private var snapshot: (made: Date, value: FeedSnapshot)?
    private var samples: [[Int]] = []

    /// Runs a round and says how attention was spread.
    public static func run(_ options: Options) -> FeedExposure {
        var simulation = FeedSimulation(options)
        return simulation.run()
    }

    private init(_ options: Options) {
        self.options = options
        random = QuickRandom(seed: options.seed)
        let count = options.clips
        // A few clips win most hearts: the appeal falls off by a power of the rank, which has nothing to do with the age.
        let ranks = (1...max(1, count)).shuffled(using: &random)
        for number in 0..<count {
            let isLate = number >= options.early
            // Late clips were active in no earlier round; the others were in the slot long before it opened.
            let activated = isLate ? start + options.hours * 1_800 : start - 86_400
            entrants.append(
                Entrant(
                    id: UUID(), activatedAt: activated, appeal: min(0.9, 1.2 / Double(ranks[number]).squareRoot())))
        }
    }

    private mutating func run() -> FeedExposure {
        let seconds = options.hours * 3_600
        let arrivals = (0..<options.voters).map { _ in Double.random(in: 0..<seconds, using: &random) }.sorted()
        var next = Self.step
        for arrival in arrivals {
            while arrival >= next {
                samples.append(entrants.map(\.views))
                next += Self.step
            }
            visit(at: start + arrival)
        }
        while Double(samples.count) * Self.step < seconds { samples.append(entrants.map(\.views)) }
        return FeedExposure(options, step: Self.step, samples: samples)
    }

    /// One voter: some look at one page, few at very many.
    private mutating func visit(at time: Date) {
        let voter = "voter"
        var now = time
        var seen: [UUID] = []
        var voted: [UUID] = []
        var shown: Set<UUID> = []
        // Pareto with exponent 2: half of all look at no more than two clips.
        let clipsBeforeLeaving = min(Double(entrants.count), 1 / Double.random(in: 0.001..<1, using: &random))
        while Double(seen.count) < clipsBeforeLeaving {
            let current = current(at: now)
            let standing = VoterStanding(voted: voted, dailyVotes: 200)
            let request = FeedRequest(voterKey: voter, limit: Self.pageSize, seen: seen.suffix(Self.seenLimit))
            let page = Feed.page(of: current, standing, request, now: now, using: &random)
            guard !page.clips.isEmpty else { return }
            for (clip, hasVoted) in page.clips {
                guard let place = entrants.firstIndex(where: { $0.id == clip.id }) else { continue }
                if shown.insert(clip.id).inserted { entrants[place].views += 1 }
                seen.append(clip.id)
                if !hasVoted, Double.random(in: 0..<1, using: &random) < entrants[place].appeal {
                    voted.append(clip.id)
                }
            }
            now += Double(page.clips.count) * 8
        }
    }

    /// The open slot as a process would keep it at that moment.
    private mutating func current(at now: Date) -> FeedSnapshot {
        if let snapshot, now.timeIntervalSince(snapshot.made) < Self.snapshotAge { return snapshot.value }
        let clips = entrants.filter { $0.activatedAt <= now }.map { entrant in
            FeedClip(
                id: entrant.id, idText: "", fragment: [], voteCount: 0, weightedScore: 0, viewCount: entrant.views,
                activatedAt: entrant.activatedAt)
        }
        let value = FeedSnapshot(
            state: .voting, season: season, slot: 1, votingStartedAt: start,
            votingEndsAt: start + options.hours * 3_600, clips: clips)
        snapshot = (now, value)
        return value
    }
}
