/// How often the left side won. Sides are random, so that anything but a half is a fault of the page or a habit of voters.
package struct SideBias: Sendable, Equatable {
    /// How many battles had a winner.
    package let decided: Int
    /// How many of them the left side won.
    package let leftWins: Int
    /// The share of the left side; nil without a decided battle.
    package let share: Double?
    /// Wilson's interval of the share; nil without a decided battle.
    package let interval: ClosedRange<Double>?

    init(_ pairs: [BattleCounts], confidence: Double) {
        leftWins = pairs.reduce(0) { $0 + $1.leftWins }
        decided = pairs.reduce(leftWins) { $0 + $1.rightWins }
        guard decided > 0 else {
            (share, interval) = (nil, nil)
            return
        }
        share = Double(leftWins) / Double(decided)
        let (low, high) = WilsonInterval.of(leftWins, in: decided, confidence: confidence)
        interval = low...high
    }
}
