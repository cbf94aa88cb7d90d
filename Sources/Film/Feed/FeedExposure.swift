/// How the attention of a simulated round was spread over its clips.
public struct FeedExposure: Sendable {
    /// One moment of the round.
    public struct Moment: Sendable {
        /// Hours since the start.
        public let hour: Double
        /// The fewest, the median and the most views among the clips that were there from the start.
        public let early: Spread
        /// The same among the late ones; nil before there are any.
        public let late: Spread?
    }

    /// Three figures that say how a set of counts lies.
    public struct Spread: Sendable {
        /// The smallest.
        public let least: Int
        /// The one in the middle.
        public let median: Int
        /// The largest.
        public let most: Int

        init?(_ counts: [Int]) {
            let sorted = counts.sorted()
            guard let least = sorted.first, let most = sorted.last else { return nil }
            self.least = least
            median = sorted[sorted.count / 2]
            self.most = most
        }
    }

    /// What was simulated.
    public let options: FeedSimulation.Options
    /// All views.
    public let views: Int
    /// The Gini coefficient of the views of the clips that were there from the start: 0 when all have as many.
    public let gini: Double
    /// That of the late clips; nil without them.
    public let lateGini: Double?
    /// Hours after its arrival until a late clip had been seen as often, per hour, as the median clip in that time: the
    /// slowest of them. Nil without late clips, infinite when one never was.
    public let hoursToMedian: Double?
    /// The views that late clips had in the time after they were fresh, as a part of the median clip's; nil when the
    /// round was over by then.
    public let lateShare: Double?
    /// The course of the round.
    public let moments: [Moment]

    /// The most that the Gini coefficient may be.
    public static let giniTarget = 0.10
    /// The most hours that a late clip may need.
    public static let hoursTarget = 2.0

    /// Whether both targets are met.
    public var isFair: Bool {
        max(gini, lateGini ?? 0) <= Self.giniTarget && (hoursToMedian ?? 0) <= Self.hoursTarget
    }

    /// Reads `samples` of every clip's views, taken each `step` seconds; late clips come after the others.
    init(_ options: FeedSimulation.Options, step: Double, samples: [[Int]]) {
        self.options = options
        let last = samples.last ?? []
        let early = last.prefix(options.early)
        let late = last.dropFirst(options.early)
        views = last.reduce(0, +)
        gini = Self.gini(Array(early))
        lateGini = late.isEmpty ? nil : Self.gini(Array(late))
        let arrival = Int(options.hours * 1_800 / step)
        moments = samples.enumerated().compactMap { index, counts in
            Spread(Array(counts.prefix(options.early))).map { spread in
                Moment(
                    hour: Double(index + 1) * step / 3_600, early: spread,
                    late: index >= arrival ? Spread(Array(counts.dropFirst(options.early))) : nil)
            }
        }
        hoursToMedian = late.isEmpty ? nil : Self.slowest(samples, options, arrival, step)
        lateShare = late.isEmpty ? nil : Self.share(samples, options, arrival + Int(FeedOrder.freshness / step))
    }

    /// Compares the views since the late clips came. A quarter of an hour passes first, since few views say little.
    private static func slowest(
        _ samples: [[Int]], _ options: FeedSimulation.Options, _ arrival: Int, _ step: Double
    ) -> Double {
        guard arrival > 0, arrival < samples.count else { return .infinity }
        let before = samples[arrival - 1]
        let first = min(samples.count, arrival - 1 + max(1, Int(900 / step)))
        return (options.early..<options.clips).map { clip in
            for index in first..<samples.count {
                let gained = zip(samples[index], before).prefix(options.early).map { $0 - $1 }
                let median = Spread(gained)?.median ?? 0
                if samples[index][clip] >= median { return Double(index - arrival + 1) * step / 3_600 }
            }
            return .infinity
        }.max() ?? 0
    }

    private static func share(_ samples: [[Int]], _ options: FeedSimulation.Options, _ from: Int) -> Double? {
        guard samples.indices.contains(from), let last = samples.last, samples.count - from > 12 else { return nil }
        let gained = zip(last, samples[from]).map { $0 - $1 }
        guard let early = Spread(Array(gained.prefix(options.early))), early.median > 0,
            let late = Spread(Array(gained.dropFirst(options.early)))
        else { return nil }
        return Double(late.median) / Double(early.median)
    }

    /// Half of the mean difference of all pairs, in terms of the mean.
    static func gini(_ counts: [Int]) -> Double {
        let sum = counts.reduce(0, +)
        guard sum > 0 else { return 0 }
        let weighted = counts.sorted().enumerated().reduce(0) {
            $0 + (2 * ($1.offset + 1) - counts.count - 1) * $1.element
        }
        return Double(weighted) / (Double(counts.count) * Double(sum))
    }
}
