internal import Arguments
internal import Battles
internal import Comments
internal import Comparisons
internal import Configuration
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Media
internal import Storage
internal import Text

/// `dailies seed --demo`
enum SeedCommand {
    static let command = Command(
        "seed", "fill a new site with a demo season of real videos",
        details: """
            Draws clips with ffmpeg, passes them through the same checks as other uploads, locks a few slots and opens \
            a round. Three comparisons show some of the clips side by side, and invented people have judged them in blind \
            battles and commented on them. Jobs add the remaining clips; after --clips `dailies demo` does, in the course of time. It can be \
            repeated, and does nothing on a site that has another season.
            """,
        Seed.self, run: run)

    struct Seed: ReadsSettings, PrintsJSON {
        let demo = Flag("--demo", "make the demo season; required")
        let round = Option(
            "--round", "SECONDS", .number(5...31_536_000), default: 90, "the length of the rounds")
        let clips = Option(
            optional: "--clips", "N", .number(4...100),
            "make so many clips and no more; without it 11 are made, and jobs add the others")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if !values.demo { throw UsageFault("--demo is required") }
        }
    }

    private struct Seeded: Shaped {
        let season: UUID?
        let clipsToCome: Int

        static let shape = Shape<Seeded>("DemoSeason") {
            Field("season", \.season)
            Field("clipsToCome", \.clipsToCome)
        }
    }

    private static func run(_ arguments: ArgumentValues<Seed>) throws -> Int32 {
        let settings = try arguments.settings()
        let season = DemoSeason(
            database: settings.openDatabase(), storage: settings.storage.media,
            tools: settings.media.tools, clipSeconds: settings.media.demoClipSeconds)
        let outcome = try season.seed(
            roundSeconds: arguments.round, ready: arguments.clips ?? 11, addsOthers: arguments.clips == nil,
            progress: { Output.complain($0) })
        switch outcome {
        case .notEmpty:
            try Output.answer(
                Seeded(season: nil, clipsToCome: 0), text: "The site has another season; nothing was changed.",
                for: arguments)
        case .running(let id, let clipsToCome):
            let (database, storage) = (settings.openDatabase(), settings.storage.media)
            _ = try DemoComparisons(database: database, storage: storage).seed()
            _ = try DemoComments(database: database).seed()
            _ = try DemoBattles(
                database: database, copies: BattleCopies(storage: storage, tools: settings.media.tools)
            ).seed()
            try Output.answer(
                Seeded(season: id, clipsToCome: clipsToCome),
                text: arguments.clips == nil
                    ? "The demo season is running; jobs will add \(clipsToCome) more clips."
                    : "The demo season is running; dailies demo can add more clips.",
                for: arguments)
        }
        return ExitCode.success
    }
}
