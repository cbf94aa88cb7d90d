internal import FoundationEssentials
internal import Ratings

/// Reads aggregated battles, one line a pair (`LEFT RIGHT LEFT-WINS RIGHT-WINS TIES`), computes their board several times, and
/// prints the shortest time in seconds and the rating and standard error of each model.
@main
enum Main {
    static func main() throws {
        guard CommandLine.arguments.count == 4, let models = Int(CommandLine.arguments[2]),
            let turns = Int(CommandLine.arguments[3]), turns > 0
        else {
            print("usage: bench-ratings FILE MODELS TURNS")
            return
        }
        let text = try String(contentsOfFile: CommandLine.arguments[1], encoding: .utf8)
        let pairs = text.split(separator: "\n").map { line in
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            return BattleCounts(
                left: numbers[0], right: numbers[1], leftWins: numbers[2], rightWins: numbers[3], ties: numbers[4])
        }
        var shortest = Duration.seconds(3600)
        var board: RatingBoard?
        for _ in 0..<turns {
            let time = try ContinuousClock().measure { board = try RatingBoard(models: models, pairs) }
            shortest = min(shortest, time)
        }
        print(Double(shortest.components.seconds) + Double(shortest.components.attoseconds) / 1e18)
        for model in board?.groups.first?.models ?? [] { print(model.model, model.rating, model.error) }
    }
}
