internal import Film
internal import FoundationEssentials

/// `dailies tally verify | export`
enum TallyCommand: Command {
    static let name = "tally"
    static let summary = "count closed rounds again from their exports, or write the exports"
    static let help = """
        Usage: dailies tally verify FILE… [--json]
               dailies tally verify --season N [--url URL] [--json]
               dailies tally export --season N [--slot N] [--to DIRECTORY] [--json]

        verify counts every round again from the exports alone: the votes, the ranks by the rule for ties, the winner,
        the recounts of corrections, and the chain of hashes. Exports are what GET /api/rounds/SEASON/SLOT/export
        answers. With --season it reads the whole season from the database, or with --url from the site at that
        address; then nothing may be missing. Exit status 1 when something does not add up.

        export writes what is not exported yet, and then a file for each closed slot into the directory (.).
        """
    static let options: Set<String> = ["--season", "--slot", "--url", "--to"]

    static func run(_ arguments: Arguments) throws -> Int32 {
        switch arguments.words.first {
        case "verify": return try verify(arguments, files: Array(arguments.words.dropFirst()))
        case "export" where arguments.words.count == 1: return try export(arguments)
        default: throw UsageFault(message: "verify or export is needed")
        }
    }

    private static func verify(_ arguments: Arguments, files: [String]) throws -> Int32 {
        let season = arguments.values["--season"]
        guard files.isEmpty != (season == nil) else {
            throw UsageFault(message: "either files or --season is needed")
        }
        let entries: [TallyEntry]
        if let season {
            if let url = arguments.values["--url"] {
                entries = try TallySource.fetch(season: season, from: url)
            } else {
                let tallies = Tallies(database: try arguments.settings().openDatabase())
                entries = try tallies.records(season: season).map(TallySource.entry)
            }
        } else {
            entries = try files.flatMap(TallySource.read)
        }
        let report = TallyCheck.report(on: entries, isWhole: season != nil)
        try Output.answer(report, text: text(report), for: arguments)
        return report.isSound ? ExitCode.success : ExitCode.failure
    }

    private static func text(_ report: TallyReport) -> String {
        var lines = report.rounds.map { round in
            let faults = report.faults.filter { $0.slot == round.slot }
            let corrections = round.corrections == 0 ? "" : ", \(round.corrections) corrections"
            let head = "slot \(round.slot): \(round.winner ?? "no winner") with \(round.votes) votes read\(corrections)"
            return ([head + (faults.isEmpty ? ", adds up" : "")] + faults.map { "  \($0.code): \($0.message)" })
                .joined(separator: "\n")
        }
        let slots = Set(report.rounds.map(\.slot))
        lines += report.faults.filter { $0.slot.map { !slots.contains($0) } ?? true }.map {
            "\($0.code): \($0.message)"
        }
        lines.append(
            report.isSound
                ? "\(report.documents) documents: every count, rank, winner and hash is right."
                : "\(report.faults.count) faults.")
        return lines.joined(separator: "\n")
    }

    private struct Written: Encodable {
        let slot: Int
        let file: String
        let hash: String
    }

    private static func export(_ arguments: Arguments) throws -> Int32 {
        guard let season = arguments.values["--season"] else { throw UsageFault(message: "--season is needed") }
        let slot =
            arguments.values["--slot"] == nil ? nil : try arguments.number("--slot", default: 1, in: 1...500)
        let tallies = Tallies(database: try arguments.settings().openDatabase())
        try tallies.write()
        let directory = URL(filePath: arguments.values["--to"] ?? ".", directoryHint: .isDirectory)
        let bySlot = Dictionary(grouping: try tallies.records(season: season, slot: slot), by: \.slot)
        let written = try bySlot.sorted { $0.key < $1.key }.map { slot, records in
            let name = "season-\(season)-slot-\(slot).json"
            let documents = records.map { "{\"document\":\($0.document),\"hash\":\"\($0.hash)\"}" }
            let file = directory.appending(path: name)
            try Data("{\"documents\":[\(documents.joined(separator: ","))]}\n".utf8).write(to: file)
            return Written(slot: slot, file: file.path, hash: records[0].hash)
        }
        guard !written.isEmpty else { throw FilmRefusal.exportNotFound }
        try Output.answer(
            written, text: written.map { "\($0.hash)  \($0.file)" }.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }
}
