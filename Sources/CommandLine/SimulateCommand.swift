internal import Arguments
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Text

/// `dailies simulate feed | season | battles`
enum SimulateCommand {
    static let command = Command(
        "simulate", "play a round, a whole season or blind battles with simulated voters",
        commands: [
            Command(
                "feed", "measure how views are distributed among the clips of a round",
                details: """
                    Simulated voters request pages of the feed, most of them few and some very many, and every clip's \
                    views are counted. The order is the one that serves voters; no database is used.

                    Prints the Gini coefficient of the views among clips of equal age, and how long clips that join \
                    half-way need until they have as many views as the median clip. Exit status 1 when a target is \
                    missed.
                    """,
                Feed.self, run: feed),
            SimulatedSeason.command, SimulatedBattles.command,
        ])

    struct Feed: PrintsJSON {
        let clips = Option("--clips", "N", .number(2...5_000), default: standard.clips, "clips in the slot")
        let late = Option(
            optional: "--late", "N", .number(0...2_500),
            "how many of them join half-way, up to half; \(standard.late) unless that is more than half")
        let voters = Option(
            "--voters", "N", .number(1...2_000_000), default: standard.voters, "voters in the course of the round")
        let hours = Option("--hours", "N", .number(1...8_760), default: Int(standard.hours), "the length of the round")
        let seed = Option(
            "--seed", "N", .number(0...Int.max), default: Int(standard.seed), "the seed of the random numbers")
        let plot = Option(optional: "--plot", "FILE", .text, "draw the views over time as SVG")
        let json = Flag.json

        private static let standard = FeedSimulation.Options()

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if let late = values.late, late > values.clips / 2 {
                throw UsageFault("--late must be a whole number from 0 to \(values.clips / 2), not \"\(late)\"")
            }
        }
    }

    private static func feed(_ arguments: ArgumentValues<Feed>) throws -> Int32 {
        let exposure = FeedSimulation.run(
            FeedSimulation.Options(
                clips: arguments.clips,
                late: arguments.late ?? min(FeedSimulation.Options().late, arguments.clips / 2),
                voters: arguments.voters, hours: Double(arguments.hours), seed: UInt64(arguments.seed)))
        if let path = arguments.plot {
            do {
                try Data(ExposurePlot.svg(exposure).utf8).write(to: URL(filePath: path))
            } catch {
                throw Failure("\(path) cannot be written")
            }
        }
        try Output.answer(Measured(exposure: exposure), text: text(exposure), for: arguments)
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

    private struct Measured: Shaped {
        let exposure: FeedExposure

        static let shape = Shape<Measured>("FeedExposure") {
            Field("clips", \.exposure.options.clips)
            Field("late", \.exposure.options.late)
            Field("voters", \.exposure.options.voters)
            Field("hours", \.exposure.options.hours)
            Field("seed", { Int($0.exposure.options.seed) })
            Field("views", \.exposure.views)
            Field("gini", \.exposure.gini)
            Field("lateGini", \.exposure.lateGini)
            Field("giniTarget", { _ in FeedExposure.giniTarget })
            Field("hoursToMedian", \.exposure.hoursToMedian, "Null when there is no such clip, or one never was.")
            Field("hoursTarget", { _ in FeedExposure.hoursTarget })
            Field("lateShare", \.exposure.lateShare)
            Field("isFair", \.exposure.isFair)
        }
    }
}
