internal import Arguments
internal import Film
internal import FoundationEssentials

/// `dailies counters verify | repair`
enum CountersCommand {
    static let command = Command(
        "counters", "compare the live counters with the votes and views", commands: [verify, repair])

    private static let verify = Command(
        "verify", "find the clips whose counters are wrong",
        details: """
            Names every competing clip whose counters differ from the sums over its votes and views of the round. Exit \
            status 1 when there is one.
            """,
        OnlyCommon.self
    ) { arguments in
        let drift = try Counters(database: try arguments.settings().openDatabase()).verify()
        try answer(drift, "Every counter equals its sum.", arguments)
        return drift.isEmpty ? ExitCode.success : ExitCode.failure
    }

    private static let repair = Command(
        "repair", "correct the counters, and print what they were", OnlyCommon.self
    ) { arguments in
        let counters = Counters(database: try arguments.settings().openDatabase())
        try answer(counters.repair(), "Every counter was right.", arguments)
        return ExitCode.success
    }

    private static func answer(_ drift: [CounterDrift], _ none: String, _ arguments: ArgumentValues<OnlyCommon>) throws
    {
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
