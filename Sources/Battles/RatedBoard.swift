internal import Ratings

/// A board of ratings with what it was computed from.
public struct RatedBoard: Sendable, Equatable, Codable {
    /// Models that can be compared with each other.
    public struct Group: Sendable, Equatable, Codable {
        /// How many battles were fought in it.
        public let battles: Int
        /// Whether some models won every battle against all others, so that their ratings have no end in the data.
        public let isSeparated: Bool
        /// The models by slug, so that the order says nothing about their ratings.
        public let models: [Model]
    }

    /// A model's place.
    public struct Model: Sendable, Equatable, Codable {
        /// The model's slug.
        public let slug: String
        /// The model's name.
        public let name: String
        /// Who makes the model.
        public let maker: String
        /// Points: 400 more are a chance of 10 to 1.
        public let rating: Double
        /// The standard error.
        public let error: Double
        /// Half the width of the interval.
        public let interval: Double
        /// How many battles it fought.
        public let battles: Int
        /// Battles that the model won.
        public let wins: Int
        /// Battles that it lost.
        public let losses: Int
        /// Ties.
        public let ties: Int
        /// Battles in which both were bad.
        public let bothBad: Int
        /// From 0; nil below the floor of battles, like the ranks.
        public let tier: Int?
        /// The best rank that it can have, from 1.
        public let bestRank: Int?
        /// The worst rank that it can have.
        public let worstRank: Int?
    }

    /// How many battles were counted.
    public let battles: Int
    /// The last one by its number.
    public let lastBattle: Int64
    /// The chance that everything that the board says about the order of models is true.
    public let confidence: Double
    /// How many battles a model needs before it has a tier.
    public let minimumBattles: Int
    /// Battles with a winner, and how many of them the left side won.
    public let decided: Int
    /// How many battles the left side won.
    public let leftWins: Int
    /// The interval of the left side's share; nil without a decided battle.
    public let leftLow: Double?
    /// The upper end of that interval.
    public let leftHigh: Double?
    /// Those with the most battles first.
    public let groups: [Group]
}

extension RatedBoard {
    /// How often two models fought with one of them on the left.
    struct Counts {
        let left: String
        let right: String
        var leftWins = 0
        var rightWins = 0
        var ties = 0
        var bothBad = 0

        var sum: Int { leftWins + rightWins + ties + bothBad }

        mutating func add(_ outcome: BattleOutcome) {
            switch outcome {
            case .left: leftWins += 1
            case .right: rightWins += 1
            case .tie: ties += 1
            case .bothBad: bothBad += 1
            }
        }
    }

    /// The board of these battles. `facts` has the name and the maker of each slug; a board from an export has none.
    init(
        _ counts: [Counts], lastBattle: Int64, rules: RatingRules, facts: [String: (name: String, maker: String)] = [:]
    ) throws(RatingFault) {
        // The same order everywhere: sums in another order differ in their last digits.
        let slugs = Set(counts.flatMap { [$0.left, $0.right] }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let numbers = Dictionary(uniqueKeysWithValues: slugs.enumerated().map { ($1, $0) })
        let pairs = counts.map { count in
            BattleCounts(
                left: numbers[count.left] ?? 0, right: numbers[count.right] ?? 0, leftWins: count.leftWins,
                rightWins: count.rightWins, ties: count.ties, bothBad: count.bothBad)
        }
        .sorted { ($0.left, $0.right) < ($1.left, $1.right) }
        let board = try RatingBoard(models: slugs.count, pairs, rules: rules)
        self.init(
            battles: board.battles, lastBattle: lastBattle, confidence: rules.confidence,
            minimumBattles: rules.minimumBattles, decided: board.sides.decided, leftWins: board.sides.leftWins,
            leftLow: board.sides.interval?.lowerBound, leftHigh: board.sides.interval?.upperBound,
            groups: board.groups.map { group in
                Group(
                    battles: group.battles, isSeparated: group.isSeparated,
                    models: group.models.map { rated in
                        let slug = slugs[rated.model]
                        return Model(slug, facts[slug]?.name ?? "", facts[slug]?.maker ?? "", rated)
                    })
            })
    }

    /// The board of exported battles, up to the last one that `published` counts, by the rules that it names. Battles that
    /// were voided do not count.
    public init(_ battles: some Sequence<PublicBattle>, _ kind: BoardKind, like published: RatedBoard) throws {
        var counts: [String: Counts] = [:]
        for battle in battles where battle.id <= published.lastBattle && !battle.isVoided && kind.contains(battle) {
            counts[battle.left + " " + battle.right, default: Counts(left: battle.left, right: battle.right)]
                .add(battle.outcome)
        }
        try self.init(
            Array(counts.values), lastBattle: published.lastBattle,
            rules: RatingRules(confidence: published.confidence, minimumBattles: published.minimumBattles))
    }

    /// Whether two boards say the same, but for the names of models and digits that cannot be seen.
    public func agrees(with other: RatedBoard) -> Bool {
        func same(_ one: Double?, _ two: Double?) -> Bool {
            guard let one, let two else { return one == nil && two == nil }
            return abs(one - two) < 1e-6
        }
        guard battles == other.battles, lastBattle == other.lastBattle, confidence == other.confidence,
            minimumBattles == other.minimumBattles, decided == other.decided, leftWins == other.leftWins,
            same(leftLow, other.leftLow), same(leftHigh, other.leftHigh), groups.count == other.groups.count
        else { return false }
        return zip(groups, other.groups).allSatisfy { one, two in
            one.battles == two.battles && one.isSeparated == two.isSeparated && one.models.count == two.models.count
                && zip(one.models, two.models).allSatisfy { one, two in
                    one.slug == two.slug && same(one.rating, two.rating) && same(one.error, two.error)
                        && same(one.interval, two.interval) && one.battles == two.battles && one.wins == two.wins
                        && one.losses == two.losses && one.ties == two.ties && one.bothBad == two.bothBad
                        && one.tier == two.tier && one.bestRank == two.bestRank && one.worstRank == two.worstRank
                }
        }
    }
}

extension RatedBoard.Model {
    fileprivate init(_ slug: String, _ name: String, _ maker: String, _ rated: RatedModel) {
        self.init(
            slug: slug, name: name, maker: maker, rating: rated.rating, error: rated.error, interval: rated.interval,
            battles: rated.record.battles, wins: rated.record.wins, losses: rated.record.losses,
            ties: rated.record.ties, bothBad: rated.record.bothBad, tier: rated.standing?.tier,
            bestRank: rated.standing?.ranks.lowerBound, worstRank: rated.standing?.ranks.upperBound)
    }
}
