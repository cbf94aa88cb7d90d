internal import Film
internal import FoundationEssentials
internal import Text

/// `dailies simulate feed`
enum SimulateCommand: Command {
    static let name = "simulate"
    static let summary = "play a round with simulated voters and measure how fair the feed is"
    static let help = """
        Usage: dailies simulate feed [--clips N] [--late N] [--voters N] [--hours N] [--seed N] [--plot FILE] [--json]

        Simulated voters ask the feed for pages, few of them for very many, and every clip's views are counted. The order
        is the one that serves voters; no database is touched. Prints the Gini coefficient of the views among clips of
        equal age, and how long clips that come half-way need until they are seen as often as the median clip.
        Exit status 1 when a target is missed.

          --clips N    clips in the slot, default 200
          --late N     how many of them join half-way, default 20
          --voters N   voters in the course of the round, default 20000
          --hours N    length of the round, default 24
          --seed N     where chance begins, default 1
          --plot FILE  draw the views over time as SVG
        """
    static let options: Set<String> = ["--clips", "--late", "--voters", "--hours", "--seed", "--plot"]

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words == ["feed"] else { throw UsageFault(message: "feed is needed") }
        let clips = try arguments.number("--clips", default: 200, in: 2...5_000)
        let exposure = FeedSimulation.run(
            FeedSimulation.Options(
                clips: clips, late: try arguments.number("--late", default: min(20, clips / 2), in: 0...clips / 2),
                voters: try arguments.number("--voters", default: 20_000, in: 1...2_000_000),
                hours: Double(try arguments.number("--hours", default: 24, in: 1...8_760)),
                seed: UInt64(try arguments.number("--seed", default: 1, in: 0...Int.max))))
        if let path = arguments.values["--plot"] {
            do {
                try Data(ExposurePlot.svg(exposure).utf8).write(to: URL(filePath: path))
            } catch {
                throw Failure("\(path) cannot be written")
            }
        }
        try Output.answer(Answer(exposure), text: text(exposure), for: arguments)
        return exposure.isFair ? ExitCode.success : ExitCode.failure
    }

    private static func text(_ exposure: FeedExposure) -> String {
        let options = exposure.options
        var lines = [
            "\(options.clips) clips, \(options.late) of them late; \(options.voters) voters in "
                + "\(rounded(options.hours)) h; \(exposure.views) views",
            "Gini of the views, there from the start  \(rounded(exposure.gini))  (at most \(FeedExposure.giniTarget))",
        ]
        if let gini = exposure.lateGini {
            lines.append("Gini of the views, late clips            \(rounded(gini))")
        }
        if let hours = exposure.hoursToMedian {
            lines.append(
                "Late clips seen as often as the median after  "
                    + (hours.isFinite ? "\(rounded(hours)) h" : "never") + "  (at most \(FeedExposure.hoursTarget) h)")
        }
        if let share = exposure.lateShare {
            lines.append("Their views once they are no longer fresh      \(rounded(share)) of the median clip's")
        }
        return (lines + [exposure.isFair ? "Both targets are met." : "A target is missed."]).joined(separator: "\n")
    }

    private static func rounded(_ number: Double) -> Double { (number * 1_000).rounded() / 1_000 }

    private struct Answer: Encodable {
        let clips: Int
        let late: Int
        let voters: Int
        let hours: Double
        let seed: UInt64
        let views: Int
        let gini: Double
        let lateGini: Double?
        let giniTarget = FeedExposure.giniTarget
        let hoursToMedian: Double?
        let hoursTarget = FeedExposure.hoursTarget
        let lateShare: Double?
        let isFair: Bool

        init(_ exposure: FeedExposure) {
            clips = exposure.options.clips
            late = exposure.options.late
            voters = exposure.options.voters
            hours = exposure.options.hours
            seed = exposure.options.seed
            views = exposure.views
            gini = exposure.gini
            lateGini = exposure.lateGini
            // JSON has no infinity: null, with isFair false, says that one never was.
            hoursToMedian = exposure.hoursToMedian.flatMap { $0.isFinite ? $0 : nil }
            lateShare = exposure.lateShare
            isFair = exposure.isFair
        }
    }
}
