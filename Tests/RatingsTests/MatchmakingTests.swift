import Ratings
import Testing

@Suite("Which pairs are worth a battle")
struct MatchmakingTests {
    private func weights(_ models: Int, _ pairs: [BattleCounts]) throws -> [[Int]: Double] {
        let weights = try Matchmaking.weights(models: models, pairs)
        return Dictionary(uniqueKeysWithValues: weights.map { ([$0.low, $0.high], $0.weight) })
    }

    @Test("ARENA-08 models with few battles come first, the fewer the earlier")
    func coverage() throws {
        #expect(try Matchmaking.weights(models: 0, []).isEmpty && Matchmaking.weights(models: 1, []).isEmpty)
        #expect(try weights(2, []) == [[0, 1]: 20])
        let found = try weights(
            4,
            [
                BattleCounts(left: 0, right: 1, leftWins: 100, rightWins: 100),
                BattleCounts(left: 2, right: 0, leftWins: 15, rightWins: 15),
            ])
        #expect(try #require(found[[0, 1]]) <= 1 && found[[0, 2]] == 15 && found[[1, 2]] == 15)
        #expect([[0, 3], [1, 3], [2, 3]].allSatisfy { found[$0] == 20 })
    }

    @Test("ARENA-08 close and little known models tell most, settled orders hardly anything; groups are connected")
    func information() throws {
        // 0 and 1 are level, 2 is far above; 3 and 4 never met the others.
        let found = try weights(
            5,
            [
                BattleCounts(left: 0, right: 1, leftWins: 60, rightWins: 60),
                BattleCounts(left: 2, right: 0, leftWins: 110, rightWins: 10),
                BattleCounts(left: 2, right: 1, leftWins: 220, rightWins: 20),
                BattleCounts(left: 3, right: 4, leftWins: 50, rightWins: 50),
            ])
        let level = try #require(found[[0, 1]])
        let settled = [try #require(found[[0, 2]]), try #require(found[[1, 2]])]
        #expect(settled.allSatisfy { $0 < level / 20 })
        #expect(found[[0, 3]] == 1 && found[[2, 4]] == 1)
        #expect(found.values.allSatisfy { $0 > 0 && $0 <= 1 })
        // A thousand battles later the same two tell less than two others that are as level.
        let later = try weights(
            3,
            [
                BattleCounts(left: 0, right: 1, leftWins: 1_000, rightWins: 1_000),
                BattleCounts(left: 1, right: 2, leftWins: 60, rightWins: 60),
            ])
        #expect(try #require(later[[0, 1]]) < (try #require(later[[1, 2]])) / 5)
    }

    @Test("ARENA-08 chosen pairs tell models apart with at most half of the battles that random pairs need")
    func simulated() throws {
        var options = BattleSimulation.Options()
        options.models = 8
        var ratios: [Double] = []
        for seed in 1...3 {
            options.seed = UInt64(seed)
            let simulation = BattleSimulation(options)
            #expect(simulation.ratings == BattleSimulation(options).ratings)
            let random = try #require(try simulation.votesToSeparate(.random))
            let chosen = try #require(try simulation.votesToSeparate(.informative))
            ratios.append(Double(chosen) / Double(random))
        }
        #expect(ratios.sorted()[1] <= 0.5, "\(ratios)")
    }

    @Test("ARENA-08 nothing is there to tell apart between equal models, and what cannot be told apart ends")
    func limits() throws {
        var options = BattleSimulation.Options()
        options.ratings = [1000, 1000]
        #expect(try BattleSimulation(options).votesToSeparate(.informative) == 75)
        options.ratings = [1000, 1001]
        options.limit = 500
        #expect(try BattleSimulation(options).votesToSeparate(.random) == nil)
        options.ratings = [1000]
        #expect(try BattleSimulation(options).votesToSeparate(.random) == 0)
    }
}
