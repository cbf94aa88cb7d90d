internal import Arguments
public import Film
internal import FoundationEssentials
public import HTTP

/// `dailies counters verify | repair`
enum CountersCommand {
    static let command = Command(
        "counters", "compare counters and boards with the votes and views", commands: [verify, repair])

    private static let verify = Command(
        "verify", "find the counters and the places on boards that are wrong",
        details: """
            Names every competing clip whose counters differ from the sums over its votes and views of the round, and \
            every score and place on the boards that differs from the votes. It reads every vote. Exit status 1 when \
            something differs.
            """,
        OnlyCommon.self
    ) { arguments in
        let database = try arguments.settings().openDatabase()
        try RankFold(database: database).run()
        let drift = Drift(
            clips: try Counters(database: database).verify(), boards: try RankDrift.find(in: database))
        try answer(drift, "Every counter equals its sum, and so do the boards.", arguments)
        return drift.isNone ? ExitCode.success : ExitCode.failure
    }

    private static let repair = Command(
        "repair", "correct the counters and the boards, and print what they were", OnlyCommon.self
    ) { arguments in
        let database = try arguments.settings().openDatabase()
        try RankFold(database: database).run()
        let drift = Drift(
            clips: try Counters(database: database).repair(), boards: try RankDrift.repair(in: database))
        try answer(drift, "Every counter and every board was right.", arguments)
        return ExitCode.success
    }

    private static func answer(_ drift: Drift, _ none: String, _ arguments: ArgumentValues<OnlyCommon>) throws {
        let clips = drift.clips.map { clip in
            """
            \(clip.clipID.uuidString.lowercased())  \(clip.title): \
            votes \(clip.voteCount), cast \(clip.votesCast); \
            score \(clip.weightedScore), weight \(clip.weightCast); \
            views \(clip.viewCount), seen \(clip.viewsSeen)
            """
        }
        let boards = drift.boards.map { fault in
            """
            \(fault.board) of \(fault.span == "all" ? "all time" : "the \(fault.span) to \(fault.ends)"): \
            \(fault.subjectID?.uuidString.lowercased() ?? "equal places"): \(fault.fault) \(fault.found), \
            expected \(fault.expected)
            """
        }
        let lines = clips + boards
        try Output.answer(drift, text: lines.isEmpty ? none : lines.joined(separator: "\n"), for: arguments)
    }
}

/// What is wrong with counters and boards.
private struct Drift: Shaped {
    let clips: [CounterDrift]
    let boards: [RankDrift]

    var isNone: Bool { clips.isEmpty && boards.isEmpty }

    static let shape = Shape<Drift>("Drift") {
        Field("clips", \.clips)
        Field("boards", \.boards)
    }
}

extension RankDrift: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<RankDrift>("RankDrift") {
        Field("fault", \.fault)
        Field("board", \.board)
        Field("span", \.span)
        Field("ends", \.ends)
        Field("subjectID", \.subjectID)
        Field("found", \.found)
        Field("expected", \.expected)
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
