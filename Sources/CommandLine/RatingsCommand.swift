internal import Arguments
internal import Battles
internal import FoundationEssentials
internal import HTTP
internal import Installation
internal import Postgres
internal import Text

/// `dailies ratings verify | compute`
enum RatingsCommand {
    static let command = Command(
        "ratings", "compute boards of ratings, and compare them with the battles", commands: [verify, compute])

    struct Verify: ReadsSettings, PrintsJSON {
        let battles = Option(
            optional: "--battles", "FILE", .text,
            "compare with the battles of this file instead of the database: what GET /api/battles/export answers")
        let board = Option(
            optional: "--board", "FILE", .text, "the board for --battles: what GET /api/ratings?board=NAME answers")
        let name = Option(
            "--name", "NAME", .text, default: "all", "the name of that board: all, text, picture or tag:SLUG")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if (values.battles == nil) != (values.board == nil) {
                throw UsageFault("--battles and --board belong together")
            }
            if BoardKind(values.name) == nil {
                throw UsageFault("--name must be all, text, picture or tag: and a slug, not \"\(values.name)\"")
            }
        }
    }

    private static let verify = Command(
        "verify", "find the boards that differ from their battles",
        details: """
            Computes each board again from the battles that it counts, and names the boards that differ. Exit status 1 when one \
            does.

            With --battles and --board it reads two files that any site hands out, so that anyone can compute a board again; no \
            settings and no database are used. Where the export has several parts, put one after another into the file.
            """,
        Verify.self
    ) { arguments in
        let wrong: [String]
        if let battles = arguments.battles, let board = arguments.board, let kind = BoardKind(arguments.name) {
            wrong = try compare(battles, board, kind) ? [] : [arguments.name]
        } else {
            wrong = try RatingBoards(database: try arguments.settings().openDatabase()).verify()
        }
        try Output.answer(
            WrongBoards(boards: wrong),
            text: wrong.isEmpty
                ? "Every board is what its battles say."
                : wrong.map { "\($0): differs from its battles" }.joined(separator: "\n"),
            for: arguments)
        return wrong.isEmpty ? ExitCode.success : ExitCode.failure
    }

    /// Whether the board of one file is that of the battles of the other one.
    private static func compare(_ battles: String, _ board: String, _ kind: BoardKind) throws -> Bool {
        struct Published: Decodable {
            let board: RatedBoard?
        }
        func read(_ file: String) throws -> Data {
            do {
                return try Data(contentsOf: URL(filePath: file))
            } catch {
                throw Failure("\(file) cannot be read")
            }
        }
        let published: RatedBoard
        do {
            guard let board = try JSONDecoder().decode(Published.self, from: try read(board)).board else {
                throw Failure("\(board) holds no board: the site had none when it was asked")
            }
            published = board
        } catch is DecodingError {
            throw Failure("\(board) is not what GET /api/ratings answers")
        }
        do {
            let read = try PublicBattle.read(csv: String(decoding: try read(battles), as: UTF8.self))
            return try RatedBoard(read, kind, like: published).agrees(with: published)
        } catch let fault as BattleExportFault {
            throw Failure("\(battles), line \(fault.line): not a battle as GET /api/battles/export writes it")
        }
    }

    private static let compute = Command(
        "compute", "compute the boards whose battles have changed now", OnlyCommon.self
    ) { arguments in
        let changed = try RatingBoards(database: try arguments.settings().openDatabase()).refresh()
        try Output.answer(ComputedBoards(changed: changed), text: "Boards computed: \(changed)", for: arguments)
        return ExitCode.success
    }
}

private struct WrongBoards: Shaped {
    let boards: [String]

    static let shape = Shape<WrongBoards>("WrongBoards") { Field("boards", \.boards, "Those that differ.") }
}

private struct ComputedBoards: Shaped {
    let changed: Int

    static let shape = Shape<ComputedBoards>("ComputedBoards") { Field("changed", \.changed) }
}
