/// The battles of two models with one of them on the left. Models are numbers from 0; what they are is the caller's business.
package struct BattleCounts: Sendable, Equatable {
    /// The model that was shown on the left.
    package let left: Int
    /// The model that was shown on the right.
    package let right: Int
    /// How often the left one was better.
    package var leftWins: Int
    /// How often the right one was better.
    package var rightWins: Int
    /// How often neither was better.
    package var ties: Int
    /// How often both were bad. It is a tie in the fit, and is reported apart.
    package var bothBad: Int

    package init(left: Int, right: Int, leftWins: Int = 0, rightWins: Int = 0, ties: Int = 0, bothBad: Int = 0) {
        self.left = left
        self.right = right
        self.leftWins = leftWins
        self.rightWins = rightWins
        self.ties = ties
        self.bothBad = bothBad
    }

    /// What is half a win for each.
    var level: Int { ties + bothBad }
    /// How many battles these are.
    package var count: Int { leftWins + rightWins + level }
}

/// What a board is computed by.
package struct RatingRules: Sendable, Equatable {
    /// The share of boards on which everything that is said about the order of two models is true.
    package let confidence: Double
    /// How many battles a model needs before it has a tier and a rank.
    package let minimumBattles: Int

    package init(confidence: Double = 0.95, minimumBattles: Int = 60) {
        self.confidence = confidence
        self.minimumBattles = minimumBattles
    }
}

/// Why there is no board.
package enum RatingFault: Error, Equatable {
    /// A battle names a model that does not exist, or the same one twice.
    case unknownPair(left: Int, right: Int)
    /// A count below zero, or counts whose sum is not exact in a `Double`.
    case count(Int)
    /// Rules that say nothing: a confidence that is not between 0 and 1, or a floor below zero.
    case rules
    /// The fit has not ended within its steps. No data are known for which it happens.
    case noConvergence
}
