internal import Arguments
internal import Battles
internal import HTTP

/// `dailies ratings verify | compute`
enum RatingsCommand {
    static let command = Command(
        "ratings", "compute boards of ratings, and compare them with the battles", commands: [verify, compute])

    private static let verify = Command(
        "verify", "find the boards that differ from their battles",
        details: """
            Computes each board again from the battles that it counts, and names the boards that differ. Exit status 1 when one \
            does.
            """,
        OnlyCommon.self
    ) { arguments in
        let boards = RatingBoards(database: try arguments.settings().openDatabase())
        let wrong = try boards.verify()
        try Output.answer(
            WrongBoards(boards: wrong),
            text: wrong.isEmpty
                ? "Every board is what its battles say."
                : wrong.map { "\($0): differs from its battles" }.joined(separator: "\n"),
            for: arguments)
        return wrong.isEmpty ? ExitCode.success : ExitCode.failure
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
