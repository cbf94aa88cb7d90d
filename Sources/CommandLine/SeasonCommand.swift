internal import Film
internal import FoundationEssentials

/// `dailies season create | activate | list`
enum SeasonCommand: Command {
    static let name = "season"
    static let summary = "create, activate or list seasons"
    static let help = """
        Usage: dailies season create --label TEXT [options] [--json]
               dailies season activate ID [--json]
               dailies season list [--json]

        create makes a draft season with all its slots:
          --label TEXT        1 to 80 characters
          --description TEXT
          --genre NAME        Thriller, Comedy, Action, Sci-Fi, Romance, Animation, Horror or Other (default)
          --slots N           1 to 500, default 75
          --round SECONDS     length of a round, default 86400
          --min-votes N       votes that a clip needs before a round may close, default 0
          --clips N           clips a member may have in the race, default 3

        activate opens the first slot. One season is active at a time.
        """
    static let options: Set<String> = [
        "--label", "--description", "--genre", "--slots", "--round", "--min-votes", "--clips",
    ]

    private struct Answer: Encodable {
        let id: String
        let number: Int
        let label: String
        let status: String
        let genre: String
        let totalSlots: Int
        let lockedSlots: Int
        let currentSlot: Int?
        let votingEndsAt: Date?

        init(_ season: Season) {
            id = season.id.uuidString.lowercased()
            number = season.number
            label = season.settings.label
            status = season.status.rawValue
            genre = season.settings.genre
            totalSlots = season.settings.totalSlots
            lockedSlots = season.lockedSlots
            currentSlot = season.currentSlot
            votingEndsAt = season.votingEndsAt
        }

        var line: String { "\(id)  \(status)  \(lockedSlots)/\(totalSlots)  \(label)" }
    }

    static func run(_ arguments: Arguments) throws -> Int32 {
        let seasons = Seasons(database: try arguments.settings().openDatabase())
        switch (arguments.words.first, arguments.words.count) {
        case ("create", 1): try answer(seasons.create(try wanted(arguments), by: nil), arguments)
        case ("activate", 2):
            guard let id = UUID(uuidString: arguments.words[1]) else {
                throw UsageFault(message: "\(arguments.words[1]) is not a season's id")
            }
            try answer(seasons.activate(id, by: nil), arguments)
        case ("list", 1):
            let all = try seasons.list().map(Answer.init)
            try Output.answer(
                all, text: all.isEmpty ? "No season yet." : all.map(\.line).joined(separator: "\n"), for: arguments)
        default: throw UsageFault(message: "create, activate ID or list is needed")
        }
        return ExitCode.success
    }

    private static func wanted(_ arguments: Arguments) throws -> SeasonSettings {
        guard let label = arguments.values["--label"] else { throw UsageFault(message: "--label is needed") }
        var settings = SeasonSettings(label: label)
        settings.description = arguments.values["--description"] ?? settings.description
        settings.genre = arguments.values["--genre"] ?? settings.genre
        settings.totalSlots = try arguments.number("--slots", default: settings.totalSlots, in: 1...500)
        settings.roundSeconds = try arguments.number("--round", default: settings.roundSeconds, in: 5...31_536_000)
        settings.minVotes = try arguments.number("--min-votes", default: settings.minVotes, in: 0...1_000_000)
        settings.maxActiveClipsPerMember = try arguments.number(
            "--clips", default: settings.maxActiveClipsPerMember, in: 1...1_000)
        return settings
    }

    private static func answer(_ season: Season, _ arguments: Arguments) throws {
        let answer = Answer(season)
        try Output.answer(answer, text: answer.line, for: arguments)
    }
}
