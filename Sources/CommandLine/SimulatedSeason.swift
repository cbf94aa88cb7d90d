internal import Arguments
internal import Configuration
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import Tally
internal import Text

/// `dailies simulate season`
enum SimulatedSeason {
    static let command = Command(
        "season", "play a whole season in simulated time on a database of its own",
        details: """
            Makes a database beside that of the site, migrates it, and plays a season in it: clips are sent in and approved, \
            people watch and vote, bots try to win, rounds close, and at the end the film is complete. Then it compares the \
            counters with the votes, recounts every round from its export, and removes the database. The site is not touched. \
            The same seed gives the same season.

            DATABASE_URL must name a role that may create databases and roles. Exit status 1 when the film is not complete or \
            something does not add up.
            """,
        Season.self, run: run)

    struct Season: ReadsSettings, PrintsJSON {
        let slots = Option("--slots", "N", .number(1...500), default: standard.slots, "slots of the season")
        let clips = Option("--clips", "N", .number(2...5_000), default: standard.clips, "clips that are sent in")
        let voters = Option("--voters", "N", .number(5...1_000_000), default: standard.voters, "people who vote")
        let votes = Option(
            "--votes", "N", .number(1...1_000), default: standard.votesPerVoter, "votes that each casts on average")
        let round = Option(
            "--round", "SECONDS", .number(600...31_536_000), default: standard.roundSeconds, "the length of a round")
        let seed = Option(
            "--seed", "N", .number(0...Int.max), default: Int(standard.seed), "the seed of the random numbers")
        let keep = Flag("--keep", "keep the database and print its name")
        let config = Option.config
        let json = Flag.json

        private static let standard = SeasonSimulation.Options()
    }

    private static func run(_ arguments: ArgumentValues<Season>) throws -> Int32 {
        let settings = try arguments.settings()
        let server = settings.database.connectionURL
        let name = "dailies_simulation_" + UUID().uuidString.lowercased().prefix(8)
        let administration = database(server)
        defer { administration.close() }
        do {
            try administration.execute("create database \(identifier: name)")
        } catch {
            throw Failure("the role of DATABASE_URL cannot create a database: \(error)")
        }
        defer {
            if !arguments.keep {
                _ = try? administration.execute("drop database if exists \(identifier: name) with (force)")
            }
        }
        let began = ContinuousClock.now
        let simulated = database(naming(name, in: server))
        defer { simulated.close() }
        try Migrator(database: simulated, directory: settings.database.migrationsDirectory).migrate()

        var options = SeasonSimulation.Options()
        options.slots = arguments.slots
        options.clips = arguments.clips
        options.voters = arguments.voters
        options.votesPerVoter = arguments.votes
        options.roundSeconds = arguments.round
        options.seed = UInt64(arguments.seed)
        let outcome = try SeasonSimulation(database: simulated, options: options).run { Output.complain($0) }
        let took = ContinuousClock.now - began
        let tallies = Tallies(database: simulated)
        try tallies.write()
        let report = TallyCheck.report(
            on: try tallies.records(season: outcome.season.uuidString).map(TallySource.entry), isWhole: true)
        let answer = Played(
            outcome: outcome, faults: report.faults.map { "\($0.code): \($0.message)" },
            seconds: seconds(took), database: arguments.keep ? name : nil)
        try Output.answer(answer, text: answer.text, for: arguments)
        return answer.isSound ? ExitCode.success : ExitCode.failure
    }

    private static func database(_ url: String) -> Database {
        var options = DatabaseOptions(connectionString: url, applicationName: "dailies simulate")
        options.maximumConnections = 2
        options.statementTimeout = .zero
        return Database(options)
    }

    /// The same server with another database: of two names libpq takes the last.
    static func naming(_ name: String, in connectionString: String) -> String {
        guard connectionString.contains("://") else { return connectionString + " dbname=\(name)" }
        return connectionString + (connectionString.contains("?") ? "&" : "?") + "dbname=\(name)"
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds / 100_000_000_000_000_000) / 10
    }

    private struct Played: Shaped {
        let outcome: SeasonSimulation.Outcome
        let faults: [String]
        let seconds: Double
        let database: String?

        var isSound: Bool { outcome.isSound && faults.isEmpty }

        static let shape = Shape<Played>("SimulatedSeason") {
            Field("isSound", \.isSound)
            Field("status", \.outcome.status.rawValue)
            Field("winners", \.outcome.winners.count)
            Field("votes", \.outcome.cast)
            Field("undone", \.outcome.undone)
            Field("refused", \.outcome.refused)
            Field("views", \.outcome.views)
            Field("reviews", \.outcome.reviews)
            Field("extensions", \.outcome.extensions)
            Field("waits", \.outcome.waits)
            Field("days", \.outcome.days)
            Field("drift", \.outcome.drift)
            Field("disorder", \.outcome.disorder)
            Field("faults", \.faults, "What the recount of the exports found.")
            Field("seconds", \.seconds, "How long it took, without the recount.")
            Field("database", \.database, "Null unless it is kept.")
        }

        var text: String {
            var lines = outcome.winners.map { winner in
                "slot \(winner.slot): \(winner.title), \(winner.votes) votes, \(winner.clips) clips"
            }
            lines += [
                """
                \(Text.grouped(outcome.cast)) votes, \(Text.grouped(outcome.undone)) of them taken back, \
                \(Text.grouped(outcome.refused)) refused; \(Text.grouped(outcome.views)) views
                """,
                """
                \(outcome.reviews) reviews, \(outcome.extensions) extensions, \(outcome.waits) waits for clips; \
                \(Int(outcome.days.rounded())) days in \(seconds) s
                """,
            ]
            if outcome.drift > 0 { lines.append("\(outcome.drift) counters are not the sums.") }
            if let disorder = outcome.disorder { lines.append("The slots are not in order: \(disorder).") }
            lines += faults
            if let database { lines.append("The database \(database) is kept.") }
            lines.append(isSound ? "The film is complete, and everything adds up." : "The season is not sound.")
            return lines.joined(separator: "\n")
        }
    }
}
