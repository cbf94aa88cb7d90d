internal import Glibc

/// Battles of invented models, until the board tells all of them apart.
package struct BattleSimulation: Sendable {
    /// How the next pair is chosen.
    package enum Pairing: String, CaseIterable, Sendable {
        /// Each pair is as likely as another one.
        case random
        /// Pairs are drawn in proportion to what their battle tells, as the site draws them.
        case informative
    }

    /// What is simulated.
    package struct Options: Sendable {
        /// How many models there are.
        package var models = 12
        /// Their ratings in points; nil draws them, with 25 to 125 points from one to the next.
        package var ratings: [Double]?
        /// The share of battles that end in a tie.
        package var ties = 0.2
        /// The seed of the random numbers.
        package var seed: UInt64 = 1
        /// Battles between two computations of the board and its weights.
        package var step = 25
        /// No simulation is longer.
        package var limit = 300_000

        package init() {}
    }

    /// What is simulated.
    package let options: Options
    /// The models' ratings in points, in ascending order unless they were given.
    package let ratings: [Double]

    package init(_ options: Options) {
        self.options = options
        var random = SplitMix(options.seed)
        ratings =
            options.ratings
            ?? (0..<options.models).reduce(into: []) { ratings, number in
                ratings.append(number == 0 ? 1000 : ratings[number - 1] + Double.random(in: 25...125, using: &random))
            }
    }

    /// How many battles it takes until each two models with different ratings are ordered, and rightly; nil beyond the limit.
    package func votesToSeparate(_ pairing: Pairing) throws(RatingFault) -> Int? {
        let count = ratings.count
        var random = SplitMix(options.seed &+ 77)
        let pairs = (0..<count).flatMap { low in ((low + 1)..<max(count, low + 1)).map { (low, $0) } }
        guard !pairs.isEmpty else { return 0 }
        var counts = pairs.map { BattleCounts(left: $0.0, right: $0.1) }
        var weights = [Double](repeating: 1, count: pairs.count)
        var votes = 0
        while votes < options.limit {
            // A computation costs as much as many battles: later ones are rarer, for both ways alike.
            for _ in 0..<max(options.step, votes / 100) {
                let chosen = choose(pairing, weights, &random)
                fight(pairs[chosen], &counts[chosen], &random)
                votes += 1
            }
            if isSeparated(try RatingBoard(models: count, counts)) { return votes }
            if pairing == .informative { weights = try Matchmaking.weights(models: count, counts).map(\.weight) }
        }
        return nil
    }

    private func choose(_ pairing: Pairing, _ weights: [Double], _ random: inout SplitMix) -> Int {
        guard pairing == .informative else { return Int.random(in: weights.indices, using: &random) }
        var rest = Double.random(in: 0..<weights.reduce(0, +), using: &random)
        for (number, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return number }
        }
        return weights.count - 1
    }

    private func fight(_ pair: (Int, Int), _ counts: inout BattleCounts, _ random: inout SplitMix) {
        if Double.random(in: 0..<1, using: &random) < options.ties {
            counts.ties += 1
        } else if Double.random(in: 0..<1, using: &random)
            < 1 / (1 + pow(10, (ratings[pair.1] - ratings[pair.0]) / 400))
        {
            counts.leftWins += 1
        } else {
            counts.rightWins += 1
        }
    }

    /// Whether the rank ranges of each two models with different ratings do not meet, in the right order.
    private func isSeparated(_ board: RatingBoard) -> Bool {
        guard board.groups.count == 1, board.unrated.isEmpty else { return false }
        let ranks = board.groups[0].models.compactMap { $0.standing?.ranks }
        guard ranks.count == ratings.count else { return false }
        for one in ratings.indices {
            for other in ratings.indices
            where ratings[one] > ratings[other] && ranks[one].upperBound >= ranks[other].lowerBound {
                return false
            }
        }
        return true
    }
}

/// Random numbers that are the same in each run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
