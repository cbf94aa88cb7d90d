internal import Glibc

/// Why a battle looks suspicious. It refuses nothing, and the battle counts until an admin voids it.
package enum BattleSign: String, CaseIterable, Sendable {
    /// One of more than ten battles of a voter in ten seconds.
    case burst
    /// One device judged as more than three voters.
    case oneDevice = "one_device"
    /// A wave: more than five voters of one network judged for the first time within five minutes, and favour this model.
    case newDevices = "new_devices"
    /// The voter favours this model far beyond what others say of it.
    case oneModel = "one_model"
    /// The model wins far more often of late than before, and the voter never judged against it.
    case modelBurst = "model_burst"
}

/// A recent battle with what is known of the one who judged.
package struct WatchedBattle: Sendable {
    package let id: Int64
    /// The voter, the network and the device by numbers of the caller's.
    package let voter: Int
    package let network: Int?
    package let device: Int?
    package let left: Int
    package let right: Int
    /// 1 where the left one won, 0 where the right one did, and ½ else.
    package let score: Double
    /// When it was judged, in seconds from any moment.
    package let second: Double
    /// Whether the voter had never judged before the watched time.
    package let isNewVoter: Bool

    package init(
        id: Int64, voter: Int, network: Int?, device: Int?, left: Int, right: Int, score: Double, second: Double,
        isNewVoter: Bool
    ) {
        self.id = id
        self.voter = voter
        self.network = network
        self.device = device
        self.left = left
        self.right = right
        self.score = score
        self.second = second
        self.isNewVoter = isNewVoter
    }

    fileprivate var models: [Int] { [left, right] }
    fileprivate func score(of model: Int) -> Double { model == left ? score : 1 - score }
}

/// Looks for judgements that were not made by looking at the videos.
///
/// What a voter owes to a model is tested by betting against chance: a stake grows by what it predicts when the model wins and
/// shrinks when it loses. If the voter has no favourite, the stake ever exceeds `1 ÷ α` with a chance of at most `α`, however
/// often one looks.
package struct BattleWatch {
    private static let burstBattles = 10
    private static let burstSeconds = 10.0
    private static let deviceVoters = 3
    private static let waveVoters = 5
    private static let waveSeconds = 300.0
    /// `1 ÷ α` for one voter and model, and for the voters of a wave, who are suspicious already.
    private static let voterStake = 1e5
    private static let waveStake = 1e3
    /// How many standard errors the recent wins of a model may be above what its past says.
    private static let modelReach = 3.5
    private static let modelBattles = 30
    /// By how much a favourite's chances are taken to be raised, in logits. One that is never judged against is found
    /// soonest by the greatest.
    private static let tilts = [0.75, 1.5, 3]
    /// What a model without a past is expected to score, so that a new one that is good is no favourite.
    private static let unknownScore = 0.75

    private let battles: [WatchedBattle]
    private let past: Past
    private var found: [BattleSign: Set<Int64>] = [:]

    /// The signs of `battles`, with the battles that have each. `history` is what was judged before them.
    package static func signs(
        in battles: [WatchedBattle], models: Int, history: [BattleCounts], rules: RatingRules = RatingRules()
    ) throws(RatingFault) -> [BattleSign: Set<Int64>] {
        let past = Past(try RatingBoard(models: models, history, rules: rules), models: models)
        var watch = BattleWatch(battles: battles.sorted { ($0.second, $0.id) < ($1.second, $1.id) }, past: past)
        watch.findBursts()
        watch.findDevices()
        watch.findWaves()
        watch.findFavourites()
        watch.findModels(models)
        return watch.found.filter { !$0.value.isEmpty }
    }

    private init(battles: [WatchedBattle], past: Past) {
        self.battles = battles
        self.past = past
    }

    private mutating func add(_ sign: BattleSign, _ battles: some Sequence<WatchedBattle>) {
        found[sign, default: []].formUnion(battles.map(\.id))
    }

    private mutating func findBursts() {
        for (_, battles) in Dictionary(grouping: battles, by: \.voter) {
            for last in battles.indices.dropFirst(Self.burstBattles) {
                let first = last - Self.burstBattles
                if battles[last].second - battles[first].second <= Self.burstSeconds {
                    add(.burst, battles[first...last])
                }
            }
        }
    }

    private mutating func findDevices() {
        for (_, battles) in Dictionary(grouping: battles.filter { $0.device != nil }, by: \.device)
        where Set(battles.map(\.voter)).count > Self.deviceVoters {
            add(.oneDevice, battles)
        }
    }

    private mutating func findWaves() {
        let fresh = battles.filter { $0.isNewVoter && $0.network != nil }
        for (_, battles) in Dictionary(grouping: fresh, by: \.network) {
            var arrivals: [(voter: Int, second: Double)] = []
            var seen: Set<Int> = []
            for battle in battles where seen.insert(battle.voter).inserted {
                arrivals.append((battle.voter, battle.second))
            }
            let byVoter = Dictionary(grouping: battles, by: \.voter)
            var first = 0
            for last in arrivals.indices {
                while arrivals[last].second - arrivals[first].second > Self.waveSeconds { first += 1 }
                guard last - first >= Self.waveVoters else { continue }
                let wave = arrivals[first...last].flatMap { byVoter[$0.voter] ?? [] }
                findFavourite(of: wave.sorted { $0.second < $1.second }, .newDevices, Self.waveStake)
            }
        }
    }

    private mutating func findFavourites() {
        for (_, battles) in Dictionary(grouping: battles, by: \.voter) {
            findFavourite(of: battles, .oneModel, Self.voterStake)
        }
    }

    /// Flags what favourites of these battles' voters won.
    private mutating func findFavourite(of battles: [WatchedBattle], _ sign: BattleSign, _ limit: Double) {
        for model in Set(battles.flatMap(\.models)) {
            var stakes = [Double](repeating: 1, count: Self.tilts.count)
            var isFavourite = false
            let own = battles.filter { $0.models.contains(model) }
            for battle in own {
                let expected = past.score(of: model, in: battle) ?? Self.unknownScore
                for (number, tilt) in Self.tilts.enumerated() {
                    // By the convexity of the exponential this is at most 1 on average, with and without ties.
                    stakes[number] *= exp(tilt * battle.score(of: model)) / (1 - expected + expected * exp(tilt))
                }
                if stakes.reduce(0, +) / Double(stakes.count) >= limit { isFavourite = true }
            }
            if isFavourite { add(sign, own.filter { $0.score(of: model) == 1 }) }
        }
    }

    /// Compares what each model scored with what its past says, both with their errors.
    private mutating func findModels(_ count: Int) {
        var surplus = [Double](repeating: 0, count: count)
        var variance = surplus
        var slope = surplus
        var fought = [Int](repeating: 0, count: count)
        for battle in battles {
            for model in battle.models {
                guard let expected = past.score(of: model, in: battle) else { continue }
                surplus[model] += battle.score(of: model) - expected
                variance[model] += expected * (1 - expected)
                slope[model] += expected * (1 - expected)
                fought[model] += 1
            }
        }
        for model in 0..<count where fought[model] >= Self.modelBattles {
            let error = slope[model] * past.errors[model]
            guard surplus[model] > Self.modelReach * (variance[model] + error * error).squareRoot() else { continue }
            let own = battles.filter { $0.models.contains(model) }
            let fair = Set(own.filter { $0.score(of: model) == 0 }.map(\.voter))
            add(.modelBurst, own.filter { $0.score(of: model) == 1 && !fair.contains($0.voter) })
        }
    }
}

/// What earlier battles say of each model.
private struct Past {
    /// Logits; nil for a model with too few battles.
    private var strengths: [Double?]
    /// Standard errors in logits.
    private(set) var errors: [Double]
    private var groups: [Int]

    init(_ board: RatingBoard, models: Int) {
        strengths = Array(repeating: nil, count: models)
        errors = Array(repeating: 0, count: models)
        groups = Array(repeating: -1, count: models)
        for (number, group) in board.groups.enumerated() {
            for model in group.models where model.standing != nil {
                strengths[model.model] = RatingScale.logits(model.rating - 1000)
                errors[model.model] = RatingScale.logits(model.error)
                groups[model.model] = number
            }
        }
    }

    /// What the model is expected to score; nil when the past says nothing about the two.
    func score(of model: Int, in battle: WatchedBattle) -> Double? {
        guard let left = strengths[battle.left], let right = strengths[battle.right],
            groups[battle.left] == groups[battle.right]
        else { return nil }
        let chance = 1 / (1 + exp(right - left))
        return model == battle.left ? chance : 1 - chance
    }
}
