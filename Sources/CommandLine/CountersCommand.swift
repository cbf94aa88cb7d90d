internal import Film
internal import FoundationEssentials

/// `dailies counters verify | repair`
enum CountersCommand: Command {
    static let name = "counters"
    static let summary = "compare the live counters with the votes and views"
    static let help = """
        Usage: dailies counters verify [--json]
               dailies counters repair [--json]

        verify names every competing clip whose counters differ from the sums over its votes and views of the round;
        exit status 1 when there is one. repair sets them right and says what they were.
        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        let counters = Counters(database: try arguments.settings().openDatabase())
        switch arguments.words {
        case ["verify"]:
            let drift = try counters.verify()
            try answer(drift, "Every counter equals its sum.", arguments)
            return drift.isEmpty ? ExitCode.success : ExitCode.failure
        case ["repair"]:
            try answer(counters.repair(), "There was nothing to repair.", arguments)
            return ExitCode.success
        default: throw UsageFault(message: "verify or repair is needed")
        }
    }

    private static func answer(_ drift: [CounterDrift], _ none: String, _ arguments: Arguments) throws {
        let lines = drift.map { clip in
            """
            \(clip.clipID.uuidString.lowercased())  \(clip.title): \
            votes \(clip.voteCount), cast \(clip.votesCast); \
            score \(clip.weightedScore), weight \(clip.weightCast); \
            views \(clip.viewCount), seen \(clip.viewsSeen)
            """
        }
        try Output.answer(
            drift.map(Drift.init), text: lines.isEmpty ? none : lines.joined(separator: "\n"), for: arguments)
    }
}

/// A drift as programs read it, with the names of the API.
private struct Drift: Encodable {
    let clipId: String
    let title: String
    let voteCount: Int
    let votesCast: Int
    let weightedScore: Int
    let weightCast: Int
    let viewCount: Int
    let viewsSeen: Int

    init(_ drift: CounterDrift) {
        clipId = drift.clipID.uuidString.lowercased()
        title = drift.title
        voteCount = drift.voteCount
        votesCast = drift.votesCast
        weightedScore = drift.weightedScore
        weightCast = drift.weightCast
        viewCount = drift.viewCount
        viewsSeen = drift.viewsSeen
    }
}
