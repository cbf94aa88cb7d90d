internal import Arguments
internal import Configuration
internal import Film
internal import HTTP
internal import Storage
internal import Text

/// `dailies film build | show`
enum FilmCommand {
    static let command = Command(
        "film", "assemble, cancel or show the film of a finished season",
        commands: [
            Command(
                "build", "have the film made anew",
                details: """
                    Has the film of a finished season made anew by a job. The film before it stays until the new one is \
                    complete.
                    """, One.self, run: build),
            Command(
                "cancel", "end the work on the film",
                details: "Ends the work on the film of a season. The film before it stays.", One.self, run: cancel),
            Command("show", "show the film, its chapters and the work on it", One.self, run: show),
        ])

    struct One: ReadsSettings, PrintsJSON {
        let season = Operand("SEASON", .text, "the season's number or id")
        let config = Option.config
        let json = Flag.json
    }

    private struct Shown: Shaped {
        let film: FinishedFilm

        static let shape = Shape<Shown>("ShownFilm") {
            Field("season", \.film.film.number)
            Field("seasonID", \.film.film.seasonID)
            Field("label", \.film.film.label)
            Field("durationSeconds", \.film.film.durationSeconds)
            Field("clips", \.film.segments.count)
            Field("videoURL", \.film.file?.videoURL)
            Field("streamURL", \.film.file?.streamURL)
            Field("bytes", \.film.file?.bytes)
            Field("builtAt", \.film.file?.builtAt)
            Field("cards", \.cards, "Slots in which a title card plays.")
            Field("state", \.state, "waiting, running, failed, cancelled or done.")
            Field("step", \.film.build?.step)
            Field("progress", \.film.build?.progress)
            Field("problem", \.film.build?.problem)
        }

        var cards: [Int] { film.segments.filter { $0.card != nil }.map(\.slot) }
        var state: String { film.build?.state.rawValue ?? "done" }

        var lines: [String] {
            let seconds = Int(film.film.durationSeconds)
            var lines = [
                "\(film.film.label), season \(film.film.number): \(film.segments.count) clips, "
                    + "\(seconds / 60) min \(seconds % 60) s"
            ]
            if let file = film.file {
                lines.append("film     \(file.videoURL), \(file.bytes / 1_000_000) MB, made \(file.builtAt.rfc3339)")
            } else {
                lines.append("film     none yet")
            }
            for segment in film.segments {
                if let card = segment.card { lines.append("card     slot \(segment.slot): \(card.rawValue)") }
            }
            if let build = film.build {
                let step = build.step.map { " (\($0), \(Int(build.progress * 100)) %)" } ?? ""
                lines.append("work     \(build.state.rawValue)\(step)")
                if let problem = build.problem { lines.append("problem  \(problem)") }
            }
            return lines
        }
    }

    private static func build(_ arguments: ArgumentValues<One>) throws -> Int32 {
        let films = try films(arguments)
        let season = try films.film(season: arguments.season).film.seasonID
        try films.build(season, by: nil)
        return try answer(season.text, films, arguments)
    }

    private static func cancel(_ arguments: ArgumentValues<One>) throws -> Int32 {
        let films = try films(arguments)
        let season = try films.film(season: arguments.season).film.seasonID
        try films.cancel(season, by: nil)
        return try answer(season.text, films, arguments)
    }

    private static func show(_ arguments: ArgumentValues<One>) throws -> Int32 {
        try answer(arguments.season, try films(arguments), arguments)
    }

    private static func films(_ arguments: ArgumentValues<One>) throws -> Films {
        let settings = try arguments.settings()
        let urls = MediaURLs(baseURL: settings.storage.mediaBaseURL ?? "")
        return Films(database: settings.openDatabase()) { StorageKey($0).map(urls.url) ?? "" }
    }

    private static func answer(_ season: String, _ films: Films, _ arguments: ArgumentValues<One>) throws -> Int32 {
        let shown = Shown(film: try films.film(season: season))
        try Output.answer(shown, text: shown.lines.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }
}
