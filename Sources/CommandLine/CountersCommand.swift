internal import Arguments
public import Film
internal import FoundationEssentials
public import HTTP

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
        try Output.answer(drift, text: lines.isEmpty ? none : lines.joined(separator: "\n"), for: arguments)
    }
}

extension CounterDrift: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CounterDrift>("CounterDrift") {
        Field("clipID", \.clipID)
        Field("title", \.title)
        Field("voteCount", \.voteCount)
        Field("votesCast", \.votesCast)
        Field("weightedScore", \.weightedScore)
        Field("weightCast", \.weightCast)
        Field("viewCount", \.viewCount)
        Field("viewsSeen", \.viewsSeen)
    }
}
