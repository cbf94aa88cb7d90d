internal import Glibc

/// Ratings of models from blind battles.
package struct RatingBoard: Sendable, Equatable {
    /// Models that can be compared with each other, the group with the most battles first. The ratings of two groups cannot be
    /// compared.
    package let groups: [RatingGroup]
    /// Models without a battle, in ascending order.
    package let unrated: [Int]
    /// How many battles were counted.
    package let battles: Int
    /// Whether the side on which a video is shown matters.
    package let sides: SideBias

    /// Computes the board of `models` models. The order of the pairs does not matter, and a pair may occur more than once.
    package init(models: Int, _ pairs: [BattleCounts], rules: RatingRules = RatingRules()) throws(RatingFault) {
        try Self.check(models, pairs, rules)
        let pairs = pairs.filter { $0.count > 0 }
        var groups: [RatingGroup] = []
        var unrated: [Int] = []
        for members in BattleGraph(count: models, pairs).groups {
            if members.count == 1 {
                unrated += members
            } else {
                groups.append(try RatingGroup(members, of: models, pairs, rules))
            }
        }
        self.groups = groups.sorted { ($1.battles, $0.models[0].model) < ($0.battles, $1.models[0].model) }
        self.unrated = unrated
        battles = pairs.reduce(0) { $0 + $1.count }
        sides = SideBias(pairs, confidence: rules.confidence)
    }

    /// The largest sum of counts. Up to here a `Double` holds each whole number.
    private static let largestCount = 1 << 53

    private static func check(_ models: Int, _ pairs: [BattleCounts], _ rules: RatingRules) throws(RatingFault) {
        guard rules.confidence > 0, rules.confidence < 1, rules.minimumBattles >= 0, models >= 0 else { throw .rules }
        var sum = 0
        for pair in pairs {
            guard (0..<models).contains(pair.left), (0..<models).contains(pair.right), pair.left != pair.right else {
                throw .unknownPair(left: pair.left, right: pair.right)
            }
            for count in [pair.leftWins, pair.rightWins, pair.ties, pair.bothBad] {
                guard count >= 0, count <= largestCount - sum else { throw .count(count) }
                sum += count
            }
        }
    }
}

/// Models that are connected by battles.
package struct RatingGroup: Sendable, Equatable {
    /// The models in ascending order of their numbers, so that the order says nothing about their ratings.
    package let models: [RatedModel]
    /// How many battles were fought in it.
    package let battles: Int
    /// Whether a model, or several together, won or lost every battle against the others. Such a rating has no upper or lower
    /// end in the data; the fit then counts one tie of each model with an imagined model of mean rating.
    package let isSeparated: Bool

    fileprivate init(_ members: [Int], of count: Int, _ all: [BattleCounts], _ rules: RatingRules) throws(RatingFault) {
        var places = [Int](repeating: -1, count: count)
        for (place, member) in members.enumerated() { places[member] = place }
        let pairs = Self.summed(all, places: places, count: members.count)
        let fit = try BradleyTerryFit(count: members.count, pairs)

        var records = [Record](repeating: Record(), count: members.count)
        for pair in pairs { Record.add(pair, to: &records) }
        let ranked = members.indices.filter { records[$0].battles >= rules.minimumBattles }
        let ordering = Ordering(ranked.map { fit.strengths[$0] }, confidence: rules.confidence) {
            fit.error(between: ranked[$0], and: ranked[$1])
        }
        var standings = [Standing?](repeating: nil, count: members.count)
        for (number, (tier, ranks)) in zip(ordering.tiers, ordering.ranks).enumerated() {
            standings[ranked[number]] = Standing(tier: tier, ranks: ranks)
        }

        let reach = Normal.reach(of: rules.confidence)
        models = members.indices.map { place in
            RatedModel(
                model: members[place], rating: RatingScale.rating(fit.strengths[place]),
                error: RatingScale.points(fit.error(of: place)),
                interval: RatingScale.points(reach * fit.error(of: place)), record: records[place],
                standing: standings[place])
        }
        battles = pairs.reduce(0) { $0 + $1.count }
        isSeparated = fit.isSeparated
    }

    /// The pairs of the group, each once, by the models' places in it. The fit does not ask who was on which side.
    private static func summed(_ all: [BattleCounts], places: [Int], count: Int) -> [BattleCounts] {
        var numbers = [Int](repeating: -1, count: count * count)
        var pairs: [BattleCounts] = []
        for pair in all where places[pair.left] >= 0 {
            let (left, right) = (places[pair.left], places[pair.right])
            let (first, second) = (min(left, right), max(left, right))
            if numbers[first * count + second] < 0 {
                numbers[first * count + second] = pairs.count
                pairs.append(BattleCounts(left: first, right: second))
            }
            let number = numbers[first * count + second]
            pairs[number].leftWins += first == left ? pair.leftWins : pair.rightWins
            pairs[number].rightWins += first == left ? pair.rightWins : pair.leftWins
            pairs[number].ties += pair.ties
            pairs[number].bothBad += pair.bothBad
        }
        return pairs
    }
}

/// A model with its rating.
package struct RatedModel: Sendable, Equatable {
    /// The model's number.
    package let model: Int
    /// Points: 400 more are a chance of 10 to 1. The mean of the group is 1000.
    package let rating: Double
    /// The standard error of the rating in points.
    package let error: Double
    /// Half the width of the rating's interval in points.
    package let interval: Double
    /// The model's battles.
    package let record: Record
    /// Nil below the floor of battles.
    package let standing: Standing?
}

/// Where a model is among those that have enough battles.
package struct Standing: Sendable, Equatable {
    /// The tier, from 0. No two models of a tier can be told apart, and each is below at least one model of the tier before.
    package let tier: Int
    /// The ranks that the model can have, from 1.
    package let ranks: ClosedRange<Int>
}

/// The battles of one model by how they ended.
package struct Record: Sendable, Equatable {
    package private(set) var wins = 0
    package private(set) var losses = 0
    package private(set) var ties = 0
    package private(set) var bothBad = 0

    package var battles: Int { wins + losses + ties + bothBad }

    fileprivate static func add(_ pair: BattleCounts, to records: inout [Record]) {
        for (model, wins, losses) in [
            (pair.left, pair.leftWins, pair.rightWins), (pair.right, pair.rightWins, pair.leftWins),
        ] {
            records[model].wins += wins
            records[model].losses += losses
            records[model].ties += pair.ties
            records[model].bothBad += pair.bothBad
        }
    }
}

/// Logits as points.
enum RatingScale {
    /// How many points one logit is.
    private static let factor = 400 / log(10.0)

    static func points(_ logits: Double) -> Double { logits * factor }
    static func logits(_ points: Double) -> Double { points / factor }
    static func rating(_ strength: Double) -> Double { 1000 + points(strength) }
}
