internal import Arguments
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Text

/// `dailies season create | list | show | activate | archive` and what is in `SeasonActs`
enum SeasonCommand {
    static let command = Command(
        "season", "create, run and change seasons",
        commands: [
            Command("create", "create a draft season with all its slots", Create.self, run: create),
            Command(
                "activate", "open a season's first slot",
                details: "Activates a season and opens its first slot. One season is active at a time.", One.self,
                run: activate),
            Command("list", "list the seasons", OnlyCommon.self, run: list),
            Command("show", "show a season slot by slot", One.self, run: show),
            Command(
                "archive", "take a finished season out of the story and the lists",
                details: "Archives a finished season. It leaves the story and the lists; its film stays.", One.self,
                run: archive),
        ] + SeasonActs.commands)

    struct Create: ReadsSettings, PrintsJSON {
        let label = Option(required: "--label", "TEXT", .text, "the season's name, 1 to 80 characters")
        let description = Option("--description", "TEXT", .text, default: standard.description, "what it is about")
        let genre = Option(
            "--genre", "NAME", .text, default: standard.genre, "\(ClipGenre.all.joined(separator: ", "))")
        let slots = Option(
            "--slots", "N", .number(1...500), default: standard.totalSlots, "the number of slots")
        let round = Option(
            "--round", "SECONDS", .number(5...31_536_000), default: standard.roundSeconds, "the length of a round")
        let minVotes = Option(
            "--min-votes", "N", .number(0...1_000_000), default: standard.minVotes,
            "votes that a clip needs before a round closes")
        let clips = Option(
            "--clips", "N", .number(1...1_000), default: standard.maxActiveClipsPerMember,
            "clips that a member may have in the race")
        let config = Option.config
        let json = Flag.json

        private static let standard = SeasonSettings(label: "")
    }

    struct One: ReadsSettings, PrintsJSON {
        let id = Operand.season
        let config = Option.config
        let json = Flag.json
    }

    private struct Listed: Shaped {
        let season: Season

        static let shape = Shape<Listed>("ListedSeason") {
            Field("id", \.season.id)
            Field("number", \.season.number)
            Field("label", \.season.settings.label)
            Field("status", \.season.status.rawValue)
            Field("genre", \.season.settings.genre)
            Field("totalSlots", \.season.settings.totalSlots)
            Field("lockedSlots", \.season.lockedSlots)
            Field("currentSlot", \.season.currentSlot)
            Field("votingEndsAt", \.season.votingEndsAt)
        }

        var line: String {
            let locked = "\(season.lockedSlots)/\(season.settings.totalSlots)"
            return "\(season.id.text)  \(season.status.rawValue)  \(locked)  \(season.settings.label)"
        }
    }

    private static func create(_ arguments: ArgumentValues<Create>) throws -> Int32 {
        var settings = SeasonSettings(label: arguments.label)
        settings.description = arguments.description
        settings.genre = arguments.genre
        settings.totalSlots = arguments.slots
        settings.roundSeconds = arguments.round
        settings.minVotes = arguments.minVotes
        settings.maxActiveClipsPerMember = arguments.clips
        return try answer(try seasons(arguments).create(settings, by: nil), arguments)
    }

    private static func activate(_ arguments: ArgumentValues<One>) throws -> Int32 {
        try answer(try seasons(arguments).activate(arguments.id, by: nil), arguments)
    }

    private static func archive(_ arguments: ArgumentValues<One>) throws -> Int32 {
        try answer(try seasons(arguments).archive(arguments.id, by: nil), arguments)
    }

    private struct Shown: Shaped {
        let strip: FilmStrip

        static let shape = Shape<Shown>("ShownSeason") {
            Field("season", { Listed(season: $0.strip.season) })
            Field("slots", { $0.strip.slots.map(ShownSlot.init) })
        }
    }

    private struct ShownSlot: Shaped {
        let slot: StripSlot

        static let shape = Shape<ShownSlot>("ShownSlot") {
            Field("slot", \.slot.position)
            Field("status", \.slot.status.rawValue)
            Field("votingEndsAt", \.slot.votingEndsAt)
            Field("winnerID", \.slot.winner?.clip.id)
            Field("winnerTitle", \.slot.winner?.clip.title)
            Field("votes", { $0.slot.winner?.voteCount ?? $0.slot.votes })
            Field("clips", \.slot.clips)
            Field("interventions", { $0.slot.interventions.map(\.kind) })
        }

        var line: String {
            let what: String =
                switch slot.status {
                case .locked: slot.winner.map { "\($0.clip.id.text)  \($0.clip.title)" } ?? "taken down"
                case .upcoming: ""
                default:
                    "\(slot.clips) clips, \(slot.votes) votes"
                        + (slot.votingEndsAt.map { ", until \($0.rfc3339)" } ?? "")
                }
            return "\(slot.position)  \(slot.status.rawValue)  \(what)"
        }
    }

    private static func show(_ arguments: ArgumentValues<One>) throws -> Int32 {
        let stories = Stories(database: try arguments.settings().openDatabase()) { $0 }
        let strip = try stories.strip(season: arguments.id, for: nil)
        let lines = [Listed(season: strip.season).line] + strip.slots.map { ShownSlot(slot: $0).line }
        try Output.answer(Shown(strip: strip), text: lines.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }

    private static func list(_ arguments: ArgumentValues<OnlyCommon>) throws -> Int32 {
        let all = try seasons(arguments).list().map(Listed.init)
        let text = all.isEmpty ? "No seasons yet." : all.map(\.line).joined(separator: "\n")
        try Output.answer(all, text: text, for: arguments)
        return ExitCode.success
    }

    private static func seasons(_ arguments: ArgumentValues<some ReadsSettings>) throws -> Seasons {
        Seasons(database: try arguments.settings().openDatabase())
    }

    private static func answer(_ season: Season, _ arguments: ArgumentValues<some PrintsJSON>) throws -> Int32 {
        let listed = Listed(season: season)
        try Output.answer(listed, text: listed.line, for: arguments)
        return ExitCode.success
    }
}
