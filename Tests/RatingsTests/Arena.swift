import Ratings

/// Random numbers that are the same in each run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Battles of models whose strengths are known.
struct Arena {
    /// By how many times each model is better than one of strength 1.
    let strengths: [Double]
    private var random: SeededNumbers

    init(_ strengths: [Double], seed: UInt64) {
        self.strengths = strengths
        random = SeededNumbers(seed)
    }

    /// Each model against each other one. Of ten battles, two are ties on average.
    mutating func everyPair(times: Int) -> [BattleCounts] {
        var pairs: [BattleCounts] = []
        for left in strengths.indices {
            for right in strengths.indices.dropFirst(left + 1) {
                var pair = BattleCounts(left: left, right: right)
                for _ in 0..<times {
                    if Double.random(in: 0..<1, using: &random) < 0.2 {
                        pair.ties += 1
                    } else if Double.random(in: 0..<strengths[left] + strengths[right], using: &random)
                        < strengths[left]
                    {
                        pair.leftWins += 1
                    } else {
                        pair.rightWins += 1
                    }
                }
                pairs.append(pair)
            }
        }
        return pairs
    }
}

extension RatingBoard {
    /// All rated models of the board by their number.
    var all: [Int: RatedModel] {
        Dictionary(uniqueKeysWithValues: groups.flatMap(\.models).map { ($0.model, $0) })
    }

    /// The ratings of models that form one group, in their order.
    var ratings: [Double] { groups.flatMap(\.models).map(\.rating) }
}
