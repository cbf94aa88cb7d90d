import Glibc
import Ratings
import Testing

@Suite("What a rating must not depend on")
struct PropertyTests {
    struct Board: CustomTestStringConvertible {
        let pairs: [BattleCounts]
        var testDescription: String { "\(pairs.count) pairs" }
    }

    /// Boards of different sizes; the last one has a model that lost everything.
    private static let boards: [Board] = {
        var boards = (1...4).map { seed in
            var arena = Arena((0...(2 + seed)).map { 1 + Double($0) / 2 }, seed: UInt64(seed))
            return arena.everyPair(times: 30)
        }
        boards.append(boards[1] + (0..<5).map { BattleCounts(left: $0, right: 5, leftWins: 9) })
        return boards.map(Board.init)
    }()

    private func models(_ pairs: [BattleCounts]) -> Int { 1 + (pairs.map { max($0.left, $0.right) }.max() ?? 0) }

    private func board(_ pairs: [BattleCounts]) throws -> RatingBoard { try RatingBoard(models: models(pairs), pairs) }

    private func expectSame(_ one: RatedModel?, _ other: RatedModel?, isMirrored: Bool = false) throws {
        let (one, other) = (try #require(one), try #require(other))
        #expect(abs(one.rating - (isMirrored ? 2000 - other.rating : other.rating)) < 1e-6)
        #expect(abs(one.error - other.error) < 1e-6)
        #expect(one.record.battles == other.record.battles)
        if !isMirrored { #expect(one.standing == other.standing && one.record == other.record) }
    }

    @Test("ARENA-08 the numbers of the models", arguments: boards)
    func relabelled(_ sample: Board) throws {
        let pairs = sample.pairs
        var random = SeededNumbers(5)
        let names = (0..<models(pairs)).shuffled(using: &random)
        let renamed = pairs.shuffled(using: &random).map { pair in
            BattleCounts(
                left: names[pair.left], right: names[pair.right], leftWins: pair.leftWins, rightWins: pair.rightWins,
                ties: pair.ties, bothBad: pair.bothBad)
        }
        let (before, after) = (try board(pairs), try board(renamed))
        for (model, name) in names.enumerated() { try expectSame(after.all[name], before.all[model]) }
        #expect(after.sides == before.sides)
    }

    @Test(
        "ARENA-08 the sides, how the battles are added up, and whether a tie was between two bad ones",
        arguments: boards)
    func presented(_ sample: Board) throws {
        let pairs = sample.pairs
        let presented = pairs.flatMap { pair in
            [
                BattleCounts(left: pair.right, right: pair.left, rightWins: pair.leftWins, bothBad: pair.ties),
                BattleCounts(left: pair.left, right: pair.right, rightWins: pair.rightWins, ties: pair.bothBad),
            ]
        }
        let (before, after) = (try board(pairs), try board(presented))
        for (model, rated) in before.all {
            let other = try #require(after.all[model])
            #expect(abs(other.rating - rated.rating) < 1e-6 && abs(other.error - rated.error) < 1e-6)
            #expect(other.standing == rated.standing && other.record.bothBad == rated.record.ties)
        }
    }

    @Test("ARENA-08 exchanging wins and losses turns the board upside down", arguments: boards)
    func mirrored(_ sample: Board) throws {
        let pairs = sample.pairs
        let turned = pairs.map { pair in
            BattleCounts(
                left: pair.left, right: pair.right, leftWins: pair.rightWins, rightWins: pair.leftWins, ties: pair.ties)
        }
        let (before, after) = (try board(pairs), try board(turned))
        for model in before.all.keys { try expectSame(after.all[model], before.all[model], isMirrored: true) }
    }

    @Test("ARENA-08 ties for every pair bring models together and keep their order", arguments: boards.dropLast())
    func symmetricTies(_ sample: Board) throws {
        let pairs = sample.pairs
        let tied = pairs.map { pair in
            var pair = pair
            pair.ties += 25
            return pair
        }
        let (before, after) = (try board(pairs).ratings, try board(tied).ratings)
        let order = before.indices.sorted { before[$0] < before[$1] }
        #expect(order == after.indices.sorted { after[$0] < after[$1] })
        for (low, high) in zip(order, order.dropFirst()) where before[high] - before[low] > 1e-6 {
            #expect(after[high] - after[low] < before[high] - before[low])
        }
    }

    @Test("ARENA-08 four times the battles: the same ratings, half the errors", arguments: boards.dropLast())
    func multiplied(_ sample: Board) throws {
        let pairs = sample.pairs
        let (before, after) = (try board(pairs), try board(pairs + pairs + pairs + pairs))
        for (one, four) in zip(before.groups[0].models, after.groups[0].models) {
            #expect(abs(one.rating - four.rating) < 1e-6 && abs(one.error - 2 * four.error) < 1e-6)
        }
    }

    @Test("ARENA-08 each model is expected to win what it has won: this is the maximum", arguments: boards.dropLast())
    func maximum(_ sample: Board) throws {
        let pairs = sample.pairs
        let ratings = try board(pairs).ratings
        var surplus = [Double](repeating: 0, count: ratings.count)
        for pair in pairs {
            let odds = pow(10, (ratings[pair.left] - ratings[pair.right]) / 400)
            let battles = Double(pair.leftWins + pair.rightWins + pair.ties + pair.bothBad)
            let won = Double(pair.leftWins) + Double(pair.ties + pair.bothBad) / 2 - battles * odds / (1 + odds)
            surplus[pair.left] += won
            surplus[pair.right] -= won
        }
        #expect(surplus.allSatisfy { abs($0) < 1e-6 })
    }
}
