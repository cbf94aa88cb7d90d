import Testing

@testable import Ratings

/// Tiers and ranks by trying everything.
private struct BruteForce {
    let count: Int
    /// Pairs of which the first is above the second.
    private(set) var above: Set<[Int]> = []

    init(_ strengths: [Double], confidence: Double, error: (Int, Int) -> Double) {
        count = strengths.count
        var tests: [(chance: Double, pair: [Int])] = []
        for first in 0..<count {
            for second in 0..<count where strengths[first] > strengths[second] {
                let distance = (strengths[first] - strengths[second]) / error(first, second)
                tests.append((Normal.beyond(distance), [first, second]))
            }
        }
        // Holm's adjusted chances: a test counts if it and each one with a smaller chance passes. Pairs of equal models are
        // tests too, which never pass.
        let all = count * (count - 1) / 2
        for test in tests {
            let passes = tests.filter { $0.chance <= test.chance }.allSatisfy { other in
                let smaller = tests.count { $0.chance < other.chance }
                return other.chance * Double(all - smaller) <= 1 - confidence
            }
            if passes { above.insert(test.pair) }
        }
        // What follows, until nothing new does.
        while true {
            let before = above.count
            for upper in above {
                for lower in above where upper[1] == lower[0] { above.insert([upper[0], lower[1]]) }
            }
            if above.count == before { break }
        }
    }

    /// Ranks: the places of a model in all orders that contradict no statement.
    var ranks: [ClosedRange<Int>] {
        var places = [Set<Int>](repeating: [], count: count)
        visit([]) { order in
            for (place, model) in order.enumerated() { places[model].insert(place + 1) }
        }
        return places.map { ($0.min() ?? 0)...($0.max() ?? 0) }
    }

    private func visit(_ begun: [Int], _ each: ([Int]) -> Void) {
        if begun.count == count { return each(begun) }
        for model in 0..<count where !begun.contains(model) {
            let comesTooEarly = (0..<count).contains { above.contains([$0, model]) && !begun.contains($0) }
            if !comesTooEarly { visit(begun + [model], each) }
        }
    }

    /// The length of the longest row of models that ends above the model.
    func tier(_ model: Int) -> Int {
        (0..<count).filter { above.contains([$0, model]) }.map { tier($0) + 1 }.max() ?? 0
    }
}

@Suite("What can be said about the order of models")
struct OrderingTests {
    @Test("ARENA-08 tiers and rank ranges are those that trying everything finds")
    func bruteForce() {
        var random = SeededNumbers(11)
        var tiersSeen: Set<Int> = []
        for _ in 0..<120 {
            let count = Int.random(in: 1...6, using: &random)
            let strengths = (0..<count).map { _ in Double.random(in: -2...2, using: &random) }
            let errors = (0..<count).map { _ in Double.random(in: 0.05...0.6, using: &random) }
            let error = { (first: Int, second: Int) in
                (errors[first] * errors[first] + errors[second] * errors[second]).squareRoot()
            }
            let ordering = Ordering(strengths, confidence: 0.95, error: error)
            let expected = BruteForce(strengths, confidence: 0.95, error: error)
            #expect(ordering.ranks == expected.ranks)
            #expect(ordering.tiers == (0..<count).map(expected.tier))
            tiersSeen.formUnion(ordering.tiers)
        }
        #expect(tiersSeen.isSuperset(of: [0, 1, 2, 3]))
    }

    @Test("ARENA-08 two models of one tier are never ordered, and their rank ranges meet", arguments: ReferenceSet.all)
    func level(_ set: ReferenceSet) throws {
        let models = try RatingBoard(models: set.models, set.counts, rules: RatingRules(minimumBattles: 1)).groups[0]
            .models
        #expect(models.allSatisfy { $0.standing != nil })
        for one in models {
            for other in models {
                guard let (first, second) = one.standing.flatMap({ first in other.standing.map { (first, $0) } }) else {
                    continue
                }
                if first.tier == second.tier { #expect(first.ranks.overlaps(second.ranks)) }
                // A model of a later tier is never certainly above one of an earlier tier.
                if first.tier < second.tier { #expect(first.ranks.lowerBound < second.ranks.upperBound) }
            }
        }
    }

    @Test("ARENA-08 on boards of equal models at most one in twenty says that one is above another")
    func equalModels() throws {
        let wrong = try (0..<600).count { seed in
            var arena = Arena(Array(repeating: 1, count: 5), seed: UInt64(seed))
            let board = try RatingBoard(models: 5, arena.everyPair(times: 40))
            return board.all.values.contains { $0.standing?.tier != 0 }
        }
        // One in twenty is 30; by chance it is more than 42 once in a hundred seeds. The method is not so careful that it never
        // says anything.
        #expect(wrong <= 42 && wrong > 10)
    }

    @Test("ARENA-08 models that are far apart get tiers of their own, in their order")
    func farApart() throws {
        var arena = Arena([1, 8, 64, 64], seed: 3)
        let models = try RatingBoard(models: 4, arena.everyPair(times: 200)).groups[0].models
        #expect(models.map { $0.standing?.tier } == [2, 1, 0, 0])
        #expect(models.map { $0.standing?.ranks } == [4...4, 3...3, 1...2, 1...2])
    }

    @Test("ARENA-08 two models that only ever tied are level")
    func onlyTies() throws {
        let models = try RatingBoard(models: 2, [BattleCounts(left: 0, right: 1, ties: 100)]).groups[0].models
        #expect(models.map(\.rating) == [1000, 1000])
        #expect(models.map { $0.standing?.ranks } == [1...2, 1...2])
    }
}
