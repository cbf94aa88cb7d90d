import Glibc
import Ratings
import Testing

/// Honest voters, and some who vote for one model whenever they recognise it, as arXiv 2501.17858 describes.
private struct Rigging {
    /// How the attackers look from outside.
    enum Disguise: CaseIterable {
        /// Few people who judge all day.
        case fewVoters
        /// Many devices of one network.
        case oneNetwork
        /// Everyone from another network, with two battles each.
        case manyNetworks
    }

    static let ratings = [760.0, 840, 920, 1000, 1080, 1160, 1240]
    static let target = 3

    let disguise: Disguise?
    private var random: SeededNumbers
    private var honest: [BattleCounts] = []
    private(set) var counts: [BattleCounts] = []
    private(set) var history: [BattleCounts] = []
    private(set) var recent: [WatchedBattle] = []
    private var second = 0.0
    private var attacks = 0

    init(_ disguise: Disguise?, seed: UInt64) {
        self.disguise = disguise
        random = SeededNumbers(seed)
        for left in Self.ratings.indices {
            for right in Self.ratings.indices.dropFirst(left + 1) {
                var pair = BattleCounts(left: left, right: right)
                for _ in 0..<100 {
                    switch score(left, right) {
                    case 1: pair.leftWins += 1
                    case 0: pair.rightWins += 1
                    default: pair.ties += 1
                    }
                }
                history.append(pair)
            }
        }
        counts = history
        honest = history
    }

    private mutating func score(_ left: Int, _ right: Int) -> Double {
        if Double.random(in: 0..<1, using: &random) < 0.2 { return 0.5 }
        let chance = 1 / (1 + pow(10, (Self.ratings[right] - Self.ratings[left]) / 400))
        return Double.random(in: 0..<1, using: &random) < chance ? 1 : 0
    }

    /// What is judged between two computations of the board: 24 honest battles, and as many pairs shown to attackers.
    mutating func step() {
        for number in 0..<48 {
            second += 6
            let left = Int.random(in: Self.ratings.indices, using: &random)
            let right = (left + Int.random(in: 1..<Self.ratings.count, using: &random)) % Self.ratings.count
            if number % 2 == 0 {
                let voter = Int.random(in: 0..<400, using: &random)
                add(voter, network: voter / 2, left, right, score(left, right), isHonest: true)
            } else if let disguise, [left, right].contains(Self.target), Double.random(in: 0..<1, using: &random) < 0.95
            {
                attacks += 1
                let (voter, network) =
                    switch disguise {
                    case .fewVoters: (1_000 + attacks % 5, 1_000 + attacks % 5)
                    case .oneNetwork: (2_000 + attacks, 2_000)
                    case .manyNetworks: (3_000 + attacks / 2, 3_000 + attacks / 2)
                    }
                add(voter, network: network, left, right, left == Self.target ? 1 : 0, isHonest: false)
            }
        }
    }

    private mutating func add(
        _ voter: Int, network: Int, _ left: Int, _ right: Int, _ score: Double, isHonest: Bool
    ) {
        let pair = BattleCounts(
            left: left, right: right, leftWins: score == 1 ? 1 : 0, rightWins: score == 0 ? 1 : 0,
            ties: score == 0.5 ? 1 : 0)
        counts.append(pair)
        if isHonest { honest.append(pair) }
        recent.append(
            WatchedBattle(
                id: Int64(recent.count + 1), voter: voter, network: network, device: voter, left: left, right: right,
                score: score, second: second, isNewVoter: !isHonest))
    }

    func signs() throws -> [BattleSign: Set<Int64>] {
        try BattleWatch.signs(in: recent, models: Self.ratings.count, history: history)
    }

    /// Whether the target is in a better tier than without the attack.
    func hasMoved() throws -> Bool {
        func tier(_ counts: [BattleCounts]) throws -> Int {
            try RatingBoard(models: Self.ratings.count, counts).all[Self.target]?.standing?.tier ?? .max
        }
        return try tier(counts) < tier(honest)
    }

    /// The board without the flagged battles.
    func cleaned(_ flagged: Set<Int64>) throws -> RatingBoard {
        let clean = recent.filter { !flagged.contains($0.id) }.map { battle in
            BattleCounts(
                left: battle.left, right: battle.right, leftWins: battle.score == 1 ? 1 : 0,
                rightWins: battle.score == 0 ? 1 : 0, ties: battle.score == 0.5 ? 1 : 0)
        }
        return try RatingBoard(models: Self.ratings.count, history + clean)
    }
}

@Suite("Judgements that were not made by looking")
struct WatchTests {
    @Test(
        "ARENA-08 votes for one model whenever it is recognised are flagged before they move it to another tier",
        arguments: Rigging.Disguise.allCases)
    fileprivate func rigging(_ disguise: Rigging.Disguise) throws {
        for seed in 1...3 {
            var rigging = Rigging(disguise, seed: UInt64(seed))
            var flagged: Set<Int64> = []
            var steps = 0
            while flagged.isEmpty {
                steps += 1
                rigging.step()
                flagged = try rigging.signs().values.reduce(into: []) { $0.formUnion($1) }
                // The board is computed after the battles were looked at: what it shows is flagged by then.
                let hasMoved = try rigging.hasMoved()
                #expect(!flagged.isEmpty || !hasMoved, "seed \(seed): a better tier after \(steps) steps, and no flag")
                if hasMoved || steps == 60 { break }
            }
            #expect(!flagged.isEmpty, "seed \(seed): \(steps) steps")
            // It goes on, and what is flagged is what was rigged.
            for _ in 0..<20 { rigging.step() }
            flagged = try rigging.signs().values.reduce(into: []) { $0.formUnion($1) }
            let attacks = Set(rigging.recent.filter(\.isNewVoter).map(\.id))
            #expect(flagged.intersection(attacks).count * 10 > attacks.count * 8)
            #expect(flagged.subtracting(attacks).count * 100 < (rigging.recent.count - attacks.count) * 15)
            // Without it the model is where it belongs.
            let rating = try #require(try rigging.cleaned(flagged).all[Rigging.target])
            #expect(abs(rating.rating - Rigging.ratings[Rigging.target]) < 40)
        }
    }

    @Test("ARENA-08 honest voters are not flagged, nor is a new model that is good")
    func honest() throws {
        for seed in 1...3 {
            var honest = Rigging(nil, seed: UInt64(seed))
            for _ in 0..<40 { honest.step() }
            #expect(try honest.signs() == [:])
        }
        // A model without a past wins four of five battles.
        let fresh = (0..<300).map { number -> WatchedBattle in
            let voter = number % 10
            let score: Double = number % 5 == 0 ? 0 : 1
            return WatchedBattle(
                id: Int64(number), voter: voter, network: voter, device: voter, left: 7, right: number % 7,
                score: score,
                second: Double(number) * 20, isNewVoter: true)
        }
        let past = Rigging(nil, seed: 1).history
        #expect(try BattleWatch.signs(in: fresh, models: 8, history: past) == [:])
    }

    private func battle(
        _ id: Int, voter: Int, network: Int? = nil, device: Int? = nil, at second: Double, score: Double = 0.5
    ) -> WatchedBattle {
        WatchedBattle(
            id: Int64(id), voter: voter, network: network, device: device, left: id % 2, right: 1 - id % 2,
            score: id % 2 == 0 ? score : 1 - score, second: second, isNewVoter: true)
    }

    @Test("ARENA-08 more than ten battles of a voter in ten seconds are a burst")
    func bursts() throws {
        func flagged(_ count: Int, seconds: Double) throws -> Int {
            let battles = (0..<count).map {
                battle($0, voter: 1, at: Double($0) * seconds / Double(max(1, count - 1)))
            }
            return try BattleWatch.signs(in: battles.reversed(), models: 2, history: [])[.burst]?.count ?? 0
        }
        #expect(try flagged(11, seconds: 10) == 11)
        #expect(try flagged(10, seconds: 1) == 0)
        #expect(try flagged(11, seconds: 10.1) == 0)
    }

    @Test("ARENA-08 one device that judges as more than three voters is flagged")
    func devices() throws {
        func flagged(_ voters: Int) throws -> Int {
            let battles = (0..<8).map { battle($0, voter: $0 % voters, device: 5, at: Double($0) * 60) }
            return try BattleWatch.signs(in: battles, models: 2, history: [])[.oneDevice]?.count ?? 0
        }
        #expect(try flagged(3) == 0)
        #expect(try flagged(4) == 8)
    }

    @Test("ARENA-08 a wave of new voters of one network that favours a model is flagged; one that judges is not")
    func waves() throws {
        func flagged(_ voters: Int, each seconds: Double, score: Double) throws -> Int {
            let battles = (0..<voters * 6).map { number -> WatchedBattle in
                let second = Double(number / 6) * seconds + Double(number % 6) * 20
                return battle(number, voter: number / 6, network: 1, at: second, score: score)
            }
            return try BattleWatch.signs(in: battles, models: 2, history: [])[.newDevices]?.count ?? 0
        }
        #expect(try flagged(7, each: 40, score: 1) > 30)
        #expect(try flagged(5, each: 40, score: 1) == 0)
        #expect(try flagged(7, each: 400, score: 1) == 0)
        #expect(try flagged(7, each: 40, score: 0.5) == 0)
    }
}
