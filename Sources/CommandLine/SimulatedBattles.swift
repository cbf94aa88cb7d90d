internal import Arguments
internal import FoundationEssentials
internal import HTTP
internal import Ratings
internal import Text

/// `dailies simulate battles`
enum SimulatedBattles {
    static let command = Command(
        "battles", "measure how many battles it takes to tell models apart",
        details: """
            Invented models with known ratings fight until the board orders each two of them that differ, once with random \
            pairs and once with the pairs that the site would choose. No database is used. The same seed gives the same \
            battles.

            Prints the number of battles for both and their ratio; of several runs the median counts. Exit status 1 when \
            choosing takes more than half of the battles of random pairs.
            """,
        Battles.self, run: run)

    /// Of the battles of random pairs.
    private static let target = 0.5

    struct Battles: PrintsJSON {
        let models = Option("--models", "N", .number(2...60), default: standard.models, "how many models there are")
        let ratings = Option(
            optional: "--ratings", "LIST", .text,
            "their ratings in points, separated by commas, in place of drawn ones that are 25 to 125 points apart")
        let ties = Option("--ties", "PERCENT", .number(0...90), default: 20, "how many battles end in a tie")
        let runs = Option("--runs", "N", .number(1...99), default: 5, "how many runs, each with the next seed")
        let seed = Option(
            "--seed", "N", .number(0...Int.max), default: Int(standard.seed), "the seed of the random numbers")
        let json = Flag.json

        private static let standard = BattleSimulation.Options()

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            guard let text = values.ratings else { return }
            guard let ratings = SimulatedBattles.ratings(text), (2...60).contains(ratings.count) else {
                throw UsageFault("--ratings must be 2 to 60 numbers separated by commas, not \"\(text)\"")
            }
        }
    }

    private static func ratings(_ text: String) -> [Double]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let numbers = parts.compactMap(Double.init).filter { $0.isFinite && abs($0) < 1e5 }
        return numbers.count == parts.count ? numbers : nil
    }

    private static func run(_ arguments: ArgumentValues<Battles>) throws -> Int32 {
        var runs: [Measured.Run] = []
        for number in 0..<arguments.runs {
            var options = BattleSimulation.Options()
            options.models = arguments.models
            options.ratings = arguments.ratings.flatMap(ratings)
            options.ties = Double(arguments.ties) / 100
            options.seed = UInt64(arguments.seed) &+ UInt64(number)
            let simulation = BattleSimulation(options)
            runs.append(
                Measured.Run(
                    seed: Int(options.seed), models: simulation.ratings.count,
                    random: try simulation.votesToSeparate(.random),
                    informative: try simulation.votesToSeparate(.informative)))
        }
        let measured = Measured(runs: runs)
        try Output.answer(measured, text: measured.text, for: arguments)
        return measured.isGood ? ExitCode.success : ExitCode.failure
    }

    private struct Measured: Shaped {
        struct Run: Shaped {
            let seed: Int
            let models: Int
            let random: Int?
            let informative: Int?

            static let shape = Shape<Run>("SimulatedBattlesRun") {
                Field("seed", \.seed)
                Field("models", \.models)
                Field("random", \.random, "Battles of random pairs; null when not even the longest run told all apart.")
                Field("informative", \.informative, "Battles of chosen pairs.")
                Field("ratio", \.ratio)
            }

            var ratio: Double? {
                guard let random, let informative, random > 0 else { return nil }
                return Double(informative) / Double(random)
            }
        }

        let runs: [Run]

        static let shape = Shape<Measured>("SimulatedBattles") {
            Field("runs", \.runs)
            Field("medianRatio", \.median, "Null when a run did not end.")
            Field("target", { _ in SimulatedBattles.target })
            Field("isGood", \.isGood)
        }

        /// A run that only chosen pairs ended counts as a ratio of 0, one that they did not end as infinite.
        private var median: Double? {
            let sorted = runs.map { $0.ratio ?? ($0.informative == nil ? .infinity : 0) }.sorted()
            let middle = sorted[sorted.count / 2]
            return middle.isFinite ? middle : nil
        }

        var isGood: Bool { median.map { $0 <= SimulatedBattles.target } ?? false }

        var text: String {
            func battles(_ count: Int?) -> String { count.map { "\($0)" } ?? "never" }
            func rounded(_ ratio: Double?) -> String {
                ratio.map { "\(($0 * 1_000).rounded() / 1_000)" } ?? "–"
            }
            var lines = runs.map { run in
                "seed \(run.seed), \(run.models) models: \(battles(run.random)) battles of random pairs, "
                    + "\(battles(run.informative)) of chosen pairs, ratio \(rounded(run.ratio))"
            }
            lines.append("Median ratio \(rounded(median))  (at most \(SimulatedBattles.target))")
            lines.append(isGood ? "The target is met." : "The target is missed.")
            return lines.joined(separator: "\n")
        }
    }
}
