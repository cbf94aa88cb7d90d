import FoundationEssentials
import Ratings
import TestSupport
import Testing

/// A set of battles with the numbers that other programs found for it: Tests/Fixtures/ratings/make.py.
struct ReferenceSet: Decodable, CustomTestStringConvertible {
    let name: String
    let models: Int
    let pairs: [[Int]]
    let ratings: [Double]
    /// As arena-rank computes them by default, with something added to the curvature for numerical stability.
    let errors: [Double]
    /// The same with a hundredth of that.
    let exactErrors: [Double]

    var testDescription: String { name }

    var counts: [BattleCounts] {
        pairs.map { BattleCounts(left: $0[0], right: $0[1], leftWins: $0[2], rightWins: $0[3], ties: $0[4]) }
    }

    static let all: [ReferenceSet] = {
        let file = URL(filePath: Repository.root).appending(path: "Tests/Fixtures/ratings/sets.json")
        return (try? JSONDecoder().decode([ReferenceSet].self, from: Data(contentsOf: file))) ?? []
    }()
}

@Suite("Ratings beside those of other programs")
struct ReferenceTests {
    @Test("ARENA-08 there are four sets, each with ties")
    func sets() {
        #expect(ReferenceSet.all.count == 4)
        #expect(ReferenceSet.all.allSatisfy { $0.pairs.contains { $0[4] > 0 } })
    }

    @Test(
        "ARENA-08 ratings are within 1e-4 points of evalica, standard errors within 0.5 % of arena-rank",
        arguments: ReferenceSet.all)
    func reference(_ set: ReferenceSet) throws {
        let board = try RatingBoard(models: set.models, set.counts)
        let group = try #require(board.groups.first)
        #expect(board.groups.count == 1 && !group.isSeparated && group.models.count == set.models)
        for (place, model) in group.models.enumerated() {
            #expect(abs(model.rating - set.ratings[place]) < 1e-4)
            #expect(abs(model.error / set.exactErrors[place] - 1) < 0.001)
            // What arena-rank adds by default moves the errors of rare models by more.
            if set.name != "some models are popular" { #expect(abs(model.error / set.errors[place] - 1) < 0.005) }
        }
    }

    @Test("ARENA-08 the example of Wikipedia's article")
    func example() throws {
        let board = try RatingBoard(
            models: 4,
            [
                BattleCounts(left: 0, right: 1, leftWins: 2, rightWins: 3),
                BattleCounts(left: 0, right: 3, leftWins: 1, rightWins: 4),
                BattleCounts(left: 1, right: 2, leftWins: 5, rightWins: 3),
                BattleCounts(left: 2, right: 3, leftWins: 1, rightWins: 3),
            ])
        // Strengths of 0.640, 1.043, 0.660 and 2.270, which the article rounds to three digits.
        for (rating, expected) in zip(board.ratings, [922.4686, 1007.3103, 927.8142, 1142.4069]) {
            #expect(abs(rating - expected) < 0.2)
        }
    }

    @Test("ARENA-08 two models by hand: 3 to 1 is 190.85 points, and the error is that of a share")
    func byHand() throws {
        let board = try RatingBoard(
            models: 2, [BattleCounts(left: 1, right: 0, leftWins: 300, rightWins: 100)])
        let scale = 173.717_792_761
        #expect(abs(board.ratings[1] - board.ratings[0] - 190.848_501_89) < 1e-6)
        // The distance has the error 1 ÷ √(n p q) in logits; from the mean it is half as far.
        let error = scale / (400 * 0.75 * 0.25).squareRoot() / 2
        #expect(abs(board.groups[0].models[0].error - error) < 1e-6)
        #expect(abs(board.groups[0].models[0].interval - 1.959_963_985 * error) < 1e-6)
    }
}
