internal import Glibc

/// How much a battle of two models would tell.
package struct PairWeight: Sendable, Equatable {
    /// One of the two, the one with the lower number.
    package let low: Int
    /// The other one.
    package let high: Int
    /// How likely it is drawn beside others: from 0 to 1 by the expected information, and from 10 to 20 while one of the models
    /// has too few battles.
    package let weight: Double
}

/// Which pairs are worth a battle.
///
/// A battle of two models adds `p (1 − p)` to the information about their distance, whose variance is now `v`: it tells
/// `½ log(1 + v p (1 − p))` nats. That counts in full while the order of the two is open, and hardly once it is known.
/// So battles go to models that are close and little known, and few are spent on what is settled. Pairs are drawn in proportion,
/// so that no one knows which pair comes next.
package enum Matchmaking {
    /// What a settled order still counts, so that models which change places are noticed.
    private static let settledShare = 0.002
    /// By how much a model below the floor comes before others.
    private static let coverage = 10.0

    /// The weight of each pair of models `0..<models`, by the battles that were fought.
    package static func weights(
        models: Int, _ pairs: [BattleCounts], rules: RatingRules = RatingRules()
    ) throws(RatingFault) -> [PairWeight] {
        // It checks what it is given.
        _ = try RatingBoard(models: models, pairs, rules: rules)
        let pairs = pairs.filter { $0.count > 0 }
        var battles = [Int](repeating: 0, count: models)
        for pair in pairs {
            battles[pair.left] += pair.count
            battles[pair.right] += pair.count
        }
        var information = [Double](repeating: 0, count: models * models)
        for members in BattleGraph(count: models, pairs).groups where members.count > 1 {
            try Self.measure(members, of: models, pairs, rules, into: &information)
        }
        let most = information.max() ?? 0
        var weights: [PairWeight] = []
        for low in 0..<models {
            for high in (low + 1)..<max(models, low + 1) {
                let told = most > 0 ? information[low * models + high] / most : 0
                let fewest = min(battles[low], battles[high])
                let weight =
                    fewest < rules.minimumBattles
                    ? coverage * (2 - Double(fewest) / Double(rules.minimumBattles))
                    // No battle connects the two, so nothing is known about their order.
                    : information[low * models + high] == 0 ? 1 : max(told, 1e-9)
                weights.append(PairWeight(low: low, high: high, weight: weight))
            }
        }
        return weights
    }

    private static func measure(
        _ members: [Int], of count: Int, _ all: [BattleCounts], _ rules: RatingRules, into information: inout [Double]
    ) throws(RatingFault) {
        var places = [Int](repeating: -1, count: count)
        for (place, member) in members.enumerated() { places[member] = place }
        let fit = try BradleyTerryFit(
            count: members.count,
            all.filter { places[$0.left] >= 0 }.map { pair in
                BattleCounts(
                    left: places[pair.left], right: places[pair.right], leftWins: pair.leftWins,
                    rightWins: pair.rightWins, ties: pair.ties, bothBad: pair.bothBad)
            })
        let ordering = Ordering(fit.strengths, confidence: rules.confidence) { fit.error(between: $0, and: $1) }
        for (place, member) in members.enumerated() {
            for (otherPlace, other) in members.enumerated().dropFirst(place + 1) {
                let distance = abs(fit.strengths[place] - fit.strengths[otherPlace])
                let error = fit.error(between: place, and: otherPlace)
                let chance = 1 / (1 + exp(-distance))
                // Two models that have only tied have no error, and anything may come.
                let variance = error > 0 ? error * error : 1
                let nats = log1p(variance * chance * (1 - chance)) / 2
                let isSettled = ordering.isAbove[place][otherPlace] || ordering.isAbove[otherPlace][place]
                information[member * count + other] = nats * (isSettled ? settledShare : 1)
            }
        }
    }
}
