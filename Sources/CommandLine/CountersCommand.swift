public import Analytics
internal import Arguments
public import Comments
public import Comparisons
public import Credits
public import Film
internal import FoundationEssentials
public import Games
public import Generation
public import HTTP
public import People

/// `dailies counters verify | repair`
enum CountersCommand {
    static let command = Command(
        "counters", "compare counters, boards and balances with the votes, views and ledger",
        commands: [verify, repair])

    private static let verify = Command(
        "verify", "find the counters, the places on boards and the balances that are wrong",
        details: """
            Names every competing clip whose counters differ from the sums over its votes and views of the round, and \
            every score and place on the boards that differs from the votes, and every balance of credits that is not \
            the sum of the ledger, and every count of comparisons, tags and comments, and every day of a model in the analytics, that \
            differs from the rows, and every day, streak, win, number of XP and badge of a member that differs from the votes, \
            the film and the rewards, and every number of followers, and every video whose usage, reservation or costs \
            contradict it. It reads every vote. Exit status 1 when something differs.
            """,
        OnlyCommon.self
    ) { arguments in
        let database = try arguments.settings().openDatabase()
        try RankFold(database: database).run()
        try BadgeAwards(database: database).run()
        try ModelDays(database: database).run()
        let drift = Drift(
            clips: try Counters(database: database).verify(), boards: try RankDrift.find(in: database),
            credits: try CreditDrift.find(in: database), comparisons: try VideoVotes.drift(in: database),
            comments: try Comments.drift(in: database),
            modelDays: try ModelDayDrift.find(in: database), games: try GameDrift.find(in: database),
            followers: try FollowerDrift.find(in: database), generations: try GenerationDrift.find(in: database))
        try answer(
            drift, "Every counter equals its sum, and so do the boards, the balances and what members have earned.",
            arguments)
        return drift.isNone ? ExitCode.success : ExitCode.failure
    }

    private static let repair = Command(
        "repair", "correct the counters, the boards and the balances, and print what they were",
        details: """
            Prints what differed. What contradicts a video cannot be counted anew: it is printed, and the exit status is 1.
            """,
        OnlyCommon.self
    ) { arguments in
        let database = try arguments.settings().openDatabase()
        try RankFold(database: database).run()
        try BadgeAwards(database: database).run()
        try ModelDays(database: database).run()
        let drift = Drift(
            clips: try Counters(database: database).repair(), boards: try RankDrift.repair(in: database),
            credits: try CreditDrift.repair(in: database), comparisons: try VideoVotes.repair(in: database),
            comments: try Comments.repair(in: database),
            modelDays: try ModelDayDrift.repair(in: database), games: try GameDrift.repair(in: database),
            followers: try FollowerDrift.repair(in: database), generations: try GenerationDrift.find(in: database))
        try answer(
            drift, "Every counter, every board and every balance was right, and what members have earned.", arguments)
        return drift.generations.isEmpty ? ExitCode.success : ExitCode.failure
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
        let credits = drift.credits.map { fault in
            """
            credits of \(fault.userID.uuidString.lowercased())\(fault.reference.map { ", \($0)" } ?? ""): \
            \(fault.fault) \(fault.found), expected \(fault.expected)
            """
        }
        let comparisons = drift.comparisons.map { fault in
            """
            \(fault.fault) \(fault.subjectID.uuidString.lowercased()): found \(fault.found), expected \(fault.expected)
            """
        }
        let comments = drift.comments.map { fault in
            """
            \(fault.fault) of \(fault.subjectID.uuidString.lowercased()): found \(fault.found), expected \(fault.expected)
            """
        }
        let days = drift.modelDays.map { fault in
            "analytics of \(fault.modelID.uuidString.lowercased()) on \(fault.day): differs in \(fault.names)"
        }
        let games = drift.games.map { fault in
            """
            \(fault.fault) of \(fault.userID.uuidString.lowercased()), \(fault.detail): found \(fault.found), \
            expected \(fault.expected)
            """
        }
        let followers = drift.followers.map { fault in
            "followers of \(fault.userID.uuidString.lowercased()): found \(fault.found), expected \(fault.expected)"
        }
        let generations = drift.generations.map { fault in
            "video \(fault.generationID.uuidString.lowercased()): \(fault.fault)"
        }
        let lines = clips + boards + credits + comparisons + comments + days + games + followers + generations
        try Output.answer(drift, text: lines.isEmpty ? none : lines.joined(separator: "\n"), for: arguments)
    }
}

/// What is wrong with counters, boards and balances.
private struct Drift: Shaped {
    let clips: [CounterDrift]
    let boards: [RankDrift]
    let credits: [CreditDrift]
    let comparisons: [ComparisonDrift]
    let comments: [CommentDrift]
    let modelDays: [ModelDayDrift]
    let games: [GameDrift]
    let followers: [FollowerDrift]
    let generations: [GenerationDrift]

    var isNone: Bool {
        clips.isEmpty && boards.isEmpty && credits.isEmpty && comparisons.isEmpty && comments.isEmpty
            && modelDays.isEmpty
            && games.isEmpty && followers.isEmpty && generations.isEmpty
    }

    static let shape = Shape<Drift>("Drift") {
        Field("clips", \.clips)
        Field("boards", \.boards)
        Field("credits", \.credits)
        Field("comparisons", \.comparisons)
        Field("comments", \.comments)
        Field("modelDays", \.modelDays)
        Field("games", \.games)
        Field("followers", \.followers)
        Field("generations", \.generations)
    }
}

extension GameDrift: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<GameDrift>("GameDrift") {
        Field("fault", \.fault)
        Field("userID", \.userID)
        Field("detail", \.detail, "The day, the sum, the clip, the tier or the badge.")
        Field("found", \.found)
        Field("expected", \.expected)
    }
}

extension FollowerDrift: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<FollowerDrift>("FollowerDrift") {
        Field("userID", \.userID)
        Field("found", \.found)
        Field("expected", \.expected)
    }
}

extension GenerationDrift: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<GenerationDrift>("GenerationDrift") {
        Field("generationID", \.generationID)
        Field("fault", \.fault)
    }
}

extension ModelDayDrift: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ModelDayDrift>("ModelDayDrift") {
        Field("modelID", \.modelID)
        Field("day", \.day)
        Field("startsFromPicture", \.startsFromPicture)
        Field("differs", \.names, "The figures that differ.")
    }
}

extension CommentDrift: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CommentDrift>("CommentDrift") {
        Field("fault", \.fault)
        Field("subjectID", \.subjectID)
        Field("found", \.found)
        Field("expected", \.expected)
    }
}

extension ComparisonDrift: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ComparisonDrift>("ComparisonDrift") {
        Field("fault", \.fault)
        Field("subjectID", \.subjectID)
        Field("found", \.found)
        Field("expected", \.expected)
    }
}

extension CreditDrift: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CreditDrift>("CreditDrift") {
        Field("fault", \.fault)
        Field("userID", \.userID)
        Field("reference", \.reference)
        Field("found", \.found)
        Field("expected", \.expected)
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
