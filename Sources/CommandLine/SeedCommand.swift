internal import Configuration
internal import Film
internal import FoundationEssentials
internal import Media
internal import Storage

/// `dailies seed --demo`
enum SeedCommand: Command {
    static let name = "seed"
    static let summary = "fill a new site with a demo season of real videos"
    static let help = """
        Usage: dailies seed --demo [--round SECONDS] [--json]

        Draws clips with ffmpeg, sends them through the same checks as anybody's, locks a few slots and opens a round.
        Jobs add the remaining clips. Does nothing on a site that has a season of its own; may be repeated.

          --round SECONDS  length of the rounds, default 90
        """
    static let options: Set<String> = ["--round"]
    static let flags: Set<String> = ["--demo"]

    private struct Answer: Encodable {
        let season: String?
        let clipsToCome: Int
    }

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.flags.contains("--demo") else { throw UsageFault(message: "--demo is needed") }
        let settings = try arguments.settings()
        let round = try arguments.number("--round", default: 90, in: 5...31_536_000)
        let season = DemoSeason(
            database: settings.openDatabase(), storage: settings.storage.local,
            tools: settings.media.tools)
        switch try season.seed(roundSeconds: round, progress: { Output.complain($0) }) {
        case .notEmpty:
            try Output.answer(
                Answer(season: nil, clipsToCome: 0), text: "The site has a season of its own; nothing was done.",
                for: arguments)
        case .running(let id, let clipsToCome):
            try Output.answer(
                Answer(season: id.uuidString.lowercased(), clipsToCome: clipsToCome),
                text: "The demo season runs; \(clipsToCome) more clips come by jobs.", for: arguments)
        }
        return ExitCode.success
    }
}
