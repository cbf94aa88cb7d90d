public import FoundationEssentials
internal import Synchronization

/// What a clip of the open slot means to one voter, best shown first.
public enum FeedGroup: Sendable, CaseIterable {
    /// Not voted for in this round, and not shown since the page was opened.
    case unseen
    /// Not voted for, but shown.
    case seen
    /// Voted for: only fills up.
    case voted
}

/// Which clips come next. Pure, so that fairness can be tested and simulated without a database.
public struct FeedOrder: Sendable {
    /// What the order depends on.
    public struct Clip: Sendable {
        /// How many voters have seen it in this round. For one that joined late, at least the slot's median.
        let views: Int
        /// Until when it counts as fresh.
        let freshUntil: Date

        /// A clip that became active at `activated`, and its views; `median` when it joined the round late.
        public init(views: Int, activated: Date, lateMedian median: Int? = nil) {
            self.views = max(views, median ?? 0)
            freshUntil = activated + FeedOrder.freshness
        }
    }

    /// How long a clip is fresh, in seconds.
    static let freshness: Double = 2 * 3_600
    /// Views that chance may outweigh, so that the next clip cannot be predicted.
    static let jitter: UInt64 = 50

    /// Clips with what can be known of their order before anybody asks. Made once for all requests of a second, so that
    /// each of them looks only at clips that chance may still bring forward.
    public struct Ranking: Sendable {
        let clips: [Clip]
        /// The places of all clips, those with the fewest views first.
        let places: [Int]
        /// From when on none of them is fresh.
        let freshUntil: Date

        /// The ranking of clips.
        public init(_ clips: [Clip]) {
            self.clips = clips
            // Of equal views the first stays first.
            places = clips.indices.sorted { (clips[$0].views, $0) < (clips[$1].views, $1) }
            freshUntil = clips.map(\.freshUntil).max() ?? .distantPast
        }
    }

    /// The places of the chosen clips, at most `limit`. A clip without a group is left out.
    ///
    /// The groups follow each other. Within each, fresh clips come first while they fill at most half of the answer,
    /// then those with the fewest views, give or take the jitter. What is chosen of equal rank is shuffled.
    public static func choose(
        _ ranking: Ranking, groups: [FeedGroup?], limit: Int, now: Date,
        using random: inout some RandomNumberGenerator
    ) -> [Int] {
        var chosen: [Int] = []
        var freshRoom = ranking.freshUntil > now ? limit / 2 : 0
        for group in FeedGroup.allCases where chosen.count < limit {
            let room = limit - chosen.count
            var fresh = Lowest(capacity: min(freshRoom, room))
            var rest = Lowest(capacity: room)
            for place in ranking.places {
                let clip = ranking.clips[place]
                // Who has more views than the last one with its jitter needs no chance of its own, nor does anybody after.
                if clip.views >= rest.bound, clip.views >= fresh.bound { break }
                guard groups[place] == group else { continue }
                let isFresh = clip.freshUntil > now
                if clip.views >= rest.bound, !isFresh { continue }
                let entry = Lowest.Entry(key: clip.views + Self.chance(using: &random), index: place)
                let left = isFresh ? fresh.offer(entry) : entry
                if let left { rest.offer(left) }
            }
            freshRoom -= fresh.entries.count
            chosen += fresh.entries.map(\.index).shuffled(using: &random)
            chosen += rest.entries.prefix(limit - chosen.count).map(\.index).shuffled(using: &random)
        }
        return chosen
    }

    /// From 0 to the jitter, without a division.
    private static func chance(using random: inout some RandomNumberGenerator) -> Int {
        Int(((random.next() >> 32) * (jitter + 1)) >> 32)
    }
}

/// The entries with the lowest keys of all that were offered. For a handful of places, keeping them in order costs
/// less than sorting everything.
private struct Lowest {
    struct Entry {
        let key: Int
        let index: Int
    }

    let capacity: Int
    private(set) var entries: [Entry] = []

    /// From this key on nothing has a place.
    private(set) var bound: Int

    init(capacity: Int) {
        self.capacity = capacity
        bound = capacity > 0 ? .max : .min
        entries.reserveCapacity(capacity + 1)
    }

    /// Takes an entry; returns the one that has no place (any more).
    @discardableResult
    mutating func offer(_ entry: Entry) -> Entry? {
        guard entry.key < bound else { return entry }
        let place = entries.firstIndex { entry.key < $0.key } ?? entries.endIndex
        entries.insert(entry, at: place)
        let left = entries.count > capacity ? entries.removeLast() : nil
        if entries.count == capacity, let worst = entries.last { bound = worst.key }
        return left
    }
}

/// A fast generator of random numbers with a random seed. Not for secrets.
public struct QuickRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that begins at `seed`.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next number (SplitMix64).
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Makes generators for one answer each. The kernel is asked for the first seed alone: to ask it each time would cost more
/// than all the numbers of an answer.
final class QuickRandoms: Sendable {
    private let first = UInt64.random(in: .min ... .max)
    private let made = Atomic<UInt64>(0)

    /// A generator with a random seed.
    func make() -> QuickRandom {
        // A seed is a number of another generator, so that no two of them walk one behind the other.
        var seeds = QuickRandom(
            seed: first &+ made.wrappingAdd(1, ordering: .relaxed).newValue &* 0xD1B5_4A32_D192_ED03)
        return QuickRandom(seed: seeds.next())
    }
}
