import Ratings
import Testing

@Suite("Boards that are hard to compute")
struct BoardTests {
    @Test("ARENA-08 no models, one model, and models without battles have no ratings")
    func empty() throws {
        for models in 0...2 {
            let board = try RatingBoard(models: models, [])
            #expect(board.groups.isEmpty && board.unrated == Array(0..<models) && board.battles == 0)
            #expect(board.sides.share == nil && board.sides.interval == nil)
        }
        let uncounted = try RatingBoard(models: 2, [BattleCounts(left: 0, right: 1)])
        #expect(uncounted.unrated == [0, 1])
    }

    @Test("ARENA-08 a model that won or lost everything has a finite rating and a wide interval")
    func separation() throws {
        for (won, lost) in [(500, 0), (0, 500)] {
            let board = try RatingBoard(
                models: 3,
                [
                    BattleCounts(left: 0, right: 1, leftWins: 60, rightWins: 60, ties: 20),
                    BattleCounts(left: 2, right: 0, leftWins: won, rightWins: lost),
                    BattleCounts(left: 1, right: 2, leftWins: lost, rightWins: won),
                ])
            let group = try #require(board.groups.first)
            #expect(group.isSeparated)
            let extreme = group.models[2]
            #expect(extreme.rating.isFinite && extreme.error.isFinite)
            #expect(won > 0 ? extreme.rating > 1800 : extreme.rating < 200)
            // What is not known about the end is more than what is known about the others.
            #expect(extreme.error > 5 * 17)
            #expect(group.models.map { $0.standing?.tier } == (won > 0 ? [1, 1, 0] : [0, 0, 1]))
            #expect(abs(group.models[0].rating - group.models[1].rating) < 1e-6)
        }
    }

    @Test("ARENA-08 one lone win says little: the winner is not above the loser")
    func loneWin() throws {
        let board = try RatingBoard(
            models: 2, [BattleCounts(left: 0, right: 1, leftWins: 1)], rules: RatingRules(minimumBattles: 1))
        #expect(board.ratings[0] > board.ratings[1])
        #expect(board.groups[0].models.map { $0.standing?.ranks } == [1...2, 1...2])
    }

    @Test("ARENA-08 two sets of models of which one won everything against the other")
    func halves() throws {
        var pairs = [BattleCounts(left: 0, right: 1, leftWins: 40, rightWins: 40)]
        pairs.append(BattleCounts(left: 2, right: 3, leftWins: 40, rightWins: 40))
        pairs.append(BattleCounts(left: 0, right: 2, leftWins: 40))
        pairs.append(BattleCounts(left: 3, right: 1, rightWins: 40))
        let group = try RatingBoard(models: 4, pairs).groups[0]
        #expect(group.isSeparated)
        #expect(group.models.map { $0.standing?.tier } == [0, 0, 1, 1])
    }

    @Test("ARENA-08 groups without a battle between them have boards of their own, the one with most battles first")
    func groups() throws {
        let few = BattleCounts(left: 0, right: 3, leftWins: 70, rightWins: 30)
        let many = BattleCounts(left: 2, right: 1, leftWins: 200, rightWins: 100, bothBad: 5)
        let board = try RatingBoard(models: 5, [few, many])
        #expect(board.groups.map { $0.models.map(\.model) } == [[1, 2], [0, 3]])
        #expect(board.groups.map(\.battles) == [305, 100])
        #expect(board.unrated == [4] && board.battles == 405)
        // Each as if the other were not there.
        #expect(try RatingBoard(models: 5, [few]).groups == [board.groups[1]])
        for group in board.groups {
            #expect(abs(group.models.map(\.rating).reduce(0, +) / 2 - 1000) < 1e-9)
            #expect(group.models.map { $0.standing?.ranks.upperBound ?? 0 }.max() == 2)
        }
    }

    @Test("ARENA-08 below the floor of battles a model has a rating and neither tier nor rank")
    func floor() throws {
        let board = try RatingBoard(
            models: 3,
            [
                BattleCounts(left: 0, right: 1, leftWins: 30, rightWins: 30),
                BattleCounts(left: 2, right: 0, leftWins: 20, rightWins: 10, ties: 10, bothBad: 19),
            ])
        let models = board.groups[0].models
        #expect(models.map(\.record.battles) == [119, 60, 59])
        #expect(models.map { $0.standing == nil } == [false, false, true])
        // Ranks are among those that are ranked.
        #expect(models[0].standing?.ranks == 1...2)
        #expect(models[2].record.bothBad == 19 && models[2].record.wins == 20)
    }

    @Test("ARENA-08 the left side's share has Wilson's interval")
    func sides() throws {
        let pair = BattleCounts(left: 0, right: 1, leftWins: 506, rightWins: 494, ties: 77, bothBad: 3)
        let sides = try RatingBoard(models: 2, [pair]).sides
        let interval = try #require(sides.interval)
        #expect(sides.decided == 1000 && sides.leftWins == 506 && sides.share == 0.506)
        #expect(abs(interval.lowerBound - 0.475_048_858) < 1e-8 && abs(interval.upperBound - 0.536_905_221) < 1e-8)
        let none = try RatingBoard(models: 2, [BattleCounts(left: 0, right: 1, rightWins: 7)]).sides.interval
        #expect(none?.lowerBound == 0 && abs((none?.upperBound ?? 0) - 0.354_330_435) < 1e-8)
    }

    @Test("ARENA-08 what is not a number of battles is refused")
    func refusals() throws {
        let good = BattleCounts(left: 0, right: 1, leftWins: 1, rightWins: 1)
        for pair in [(0, 0), (0, 2), (-1, 1), (5, 9)] {
            #expect(throws: RatingFault.unknownPair(left: pair.0, right: pair.1)) {
                try RatingBoard(models: 2, [good, BattleCounts(left: pair.0, right: pair.1, ties: 1)])
            }
        }
        #expect(throws: RatingFault.count(-1)) {
            try RatingBoard(models: 2, [BattleCounts(left: 0, right: 1, leftWins: 2, ties: -1)])
        }
        #expect(throws: RatingFault.count(Int.max)) {
            try RatingBoard(models: 2, [good, BattleCounts(left: 0, right: 1, bothBad: .max)])
        }
        for confidence in [0, 1, -0.5, .nan, .infinity] {
            #expect(throws: RatingFault.rules) {
                try RatingBoard(models: 2, [good], rules: RatingRules(confidence: confidence))
            }
        }
        #expect(throws: RatingFault.rules) { try RatingBoard(models: 2, [], rules: RatingRules(minimumBattles: -1)) }
        #expect(throws: RatingFault.rules) { try RatingBoard(models: -1, []) }
    }

    @Test("ARENA-08 a single loss among a million wins does not stop the fit")
    func nearlySeparated() throws {
        let pairs = [
            BattleCounts(left: 0, right: 1, leftWins: 1_000_000, rightWins: 1),
            BattleCounts(left: 1, right: 2, leftWins: 1_000_000, rightWins: 1),
        ]
        let ratings = try RatingBoard(models: 3, pairs).ratings
        #expect(abs(ratings[0] - ratings[1] - 2400) < 1e-6 && abs(ratings[1] - ratings[2] - 2400) < 1e-6)
    }
}
