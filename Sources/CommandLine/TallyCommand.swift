internal import Arguments
internal import Film
internal import FoundationEssentials
public import HTTP
public import Tally
internal import Text

/// `dailies tally verify | export`
enum TallyCommand {
    static let command = Command(
        "tally", "count closed rounds again from their exports, or write the exports",
        commands: [
            Command(
                "verify", "count rounds again from their exports",
                details: """
                    Counts every round again from the exports alone: the votes, the ranks by the rule for ties, the \
                    winner, the recounts of corrections, and the chain of hashes. Exports are the answers of \
                    GET /api/rounds/SEASON/SLOT/export. Exit status 1 when something does not add up.

                    With --season it reads the whole season from the database, or with --url from the site at that \
                    address; no round may be missing then.
                    """,
                Verify.self, run: verify),
            Command(
                "export", "write the exports of a season to files",
                details: """
                    Exports the closed rounds that have not been exported yet, and then writes a file for each closed \
                    slot.
                    """,
                Export.self, run: export),
        ])

    struct Verify: ReadsSettings, PrintsJSON {
        let files = Operand(repeated: "FILE", .text, "a file of exports")
        let season = Option(optional: "--season", "N", .text, "the season's number")
        let url = Option(optional: "--url", "URL", .text, "the address of the site to read from")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if values.files.isEmpty == (values.season == nil) {
                throw UsageFault("either files or --season is required")
            }
            if values.url != nil, values.season == nil { throw UsageFault("--season is required with --url") }
        }
    }

    struct Export: ReadsSettings, PrintsJSON {
        let season = Option(required: "--season", "N", .text, "the season's number")
        let slot = Option(optional: "--slot", "N", .number(1...500), "only this slot")
        let directory = Option("--to", "DIRECTORY", .text, default: ".", "where the files are written")
        let config = Option.config
        let json = Flag.json
    }

    private static func verify(_ arguments: ArgumentValues<Verify>) throws -> Int32 {
        let entries: [TallyEntry]
        if let season = arguments.season {
            if let url = arguments.url {
                entries = try TallySource.fetch(season: season, from: url)
            } else {
                let tallies = Tallies(database: try arguments.settings().openDatabase())
                entries = try tallies.records(season: season).map(TallySource.entry)
            }
        } else {
            entries = try arguments.files.flatMap(TallySource.read)
        }
        let report = TallyCheck.report(on: entries, isWhole: arguments.season != nil)
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

    private struct Written: Shaped {
        let slot: Int
        let file: String
        let hash: String

        static let shape = Shape<Written>("WrittenExport") {
            Field("slot", \.slot)
            Field("file", \.file)
            Field("hash", \.hash)
        }
    }

    private static func export(_ arguments: ArgumentValues<Export>) throws -> Int32 {
        let season = arguments.season
        let tallies = Tallies(database: try arguments.settings().openDatabase())
        try tallies.write()
        let directory = URL(filePath: arguments.directory, directoryHint: .isDirectory)
        let bySlot = Dictionary(grouping: try tallies.records(season: season, slot: arguments.slot), by: \.slot)
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

extension TallyReport: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<TallyReport>("TallyReport") {
        Field("isSound", \.isSound)
        Field("documents", \.documents)
        Field("rounds", \.rounds)
        Field("faults", \.faults)
    }
}

extension TallyReport.Round: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<TallyReport.Round>("TallyRound") {
        Field("slot", \.slot)
        Field("winner", \.winner)
        Field("votes", \.votes)
        Field("corrections", \.corrections)
    }
}

extension TallyFault: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<TallyFault>("TallyFault") {
        Field("slot", \.slot)
        Field("code", \.code)
        Field("message", \.message)
    }
}
