internal import Arguments
internal import Configuration
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Text

/// The commands of `dailies season` that act on slots, and that reset or delete a season. Each needs a reason.
enum SeasonActs {
    static let commands = [
        Command(
            "assign", "make a clip the winner of a slot",
            details: """
                Makes a clip the winner of a slot: of the open one, whose round ends, or of a locked one, whose winner it \
                replaces. The result of the round shows the reason.
                """,
            Assign.self
        ) { arguments in
            let belief = arguments.replaces.map { SlotBelief(winner: $0) }
            return try run(
                .assign(season: arguments.id, slot: arguments.slot, clip: arguments.clip, believing: belief), arguments)
        },
        Command(
            "unlock", "open the last locked slot again",
            details: """
                Opens the last locked slot again for a full round. The slot after it closes, its clips come back, and the \
                votes of both count no longer.
                """,
            OnSlot.self
        ) { try run(.unlock(season: $0.id, slot: $0.slot), $0) },
        Command(
            "reset-votes", "take every vote of a slot out of the count",
            details: "The votes stay as evidence. An admin can bring them back on the page of votes.", OnSlot.self
        ) { try run(.resetVotes(season: $0.id, slot: $0.slot), $0) },
        Command("end", "change when the open round ends", End.self) {
            try run(.reschedule(season: $0.id, slot: $0.slot, ends: $0.time), $0)
        },
        Command("advance", "end the open round now", Advance.self) { try run(.advance(slot: $0.slot), $0) },
        Command(
            "take-down", "take a clip out of the film",
            details: "The best of the others that competed takes its place, or a title card where there is none.",
            TakeDown.self
        ) { try run(.takeDown(clip: $0.clip), $0) },
        Command(
            "reset", "start a season over",
            details: """
                Every slot is upcoming, every clip that competed is back in the first slot, and no vote counts. The season \
                runs at once, unless another one does.
                """,
            Ends.self
        ) { try run(.reset(season: $0.id, label: $0.label), $0) },
        Command(
            "delete", "delete a season with everything in it",
            details: "Slots, clips with their files, votes, results and exports are deleted. Pending clips stay.",
            Ends.self
        ) { try run(.delete(season: $0.id, label: $0.label), $0) },
    ]

    /// Parameters of an act.
    protocol Act: ReadsSettings, PrintsJSON {
        var reason: Option<String> { get }
        var dryRun: Flag { get }
    }

    struct Assign: Act {
        let id = Operand.season
        let slot = Operand.slot
        let clip = Operand("CLIP", .id, "the id of a clip of the season")
        let replaces = Option(
            optional: "--replaces", "CLIP", .id, "the winner as far as you know; another one is not replaced")
        let reason = Option.reason
        let dryRun = Flag.dryRun
        let config = Option.config
        let json = Flag.json
    }

    struct OnSlot: Act {
        let id = Operand.season
        let slot = Operand.slot
        let reason = Option.reason
        let dryRun = Flag.dryRun
        let config = Option.config
        let json = Flag.json
    }

    struct End: Act {
        let id = Operand.season
        let slot = Operand.slot
        let time = Operand("TIME", .moment, "the new end, such as 2026-12-01T18:00:00Z")
        let reason = Option.reason
        let dryRun = Flag.dryRun
        let config = Option.config
        let json = Flag.json
    }

    struct Advance: Act {
        let slot = Operand.slot
        let reason = Option.reason
        let dryRun = Flag.dryRun
        let config = Option.config
        let json = Flag.json
    }

    struct TakeDown: Act {
        let clip = Operand("CLIP", .id, "the id of the clip in the film")
        let reason = Option.reason
        let dryRun = Flag.dryRun
        let config = Option.config
        let json = Flag.json
    }

    struct Ends: Act {
        let id = Operand.season
        let label = Option(required: "--label", "TEXT", .text, "the season's name, typed to confirm")
        let reason = Option.reason
        let dryRun = Flag.dryRun
        let config = Option.config
        let json = Flag.json
    }

    private struct Acted: Shaped {
        let outcome: ActOutcome
        let isDone: Bool

        static let shape = Shape<Acted>("Acted") {
            Field("done", \.isDone, "False for a dry run.")
            Field("summary", \.outcome.sentences)
            Field("events", { $0.outcome.events.map(\.name) })
        }
    }

    private static func run(_ act: FilmAct, _ arguments: ArgumentValues<some Act>) throws -> Int32 {
        let acts = FilmActs(database: try arguments.settings().openDatabase())
        let isDry = arguments.dryRun
        let outcome =
            try isDry
            ? acts.preview(act, by: nil) : acts.perform(act, reason: arguments.reason, by: nil)
        let lines = (isDry ? ["Nothing was done. This would happen:"] : []) + outcome.sentences
        try Output.answer(Acted(outcome: outcome, isDone: !isDry), text: lines.joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }
}

extension Operand<UUID> {
    static var season: Self { Operand("ID", .id, "the season's id, as list prints it") }
}

extension Operand<Int> {
    fileprivate static var slot: Self { Operand("SLOT", .number(1...500), "the number of the slot") }
}

extension Option<String> {
    fileprivate static var reason: Self {
        Option(required: "--reason", "TEXT", .reason, "why; everyone can read it in the round's result")
    }
}

extension Flag {
    fileprivate static var dryRun: Self { Flag("--dry-run", "print what would happen, and change nothing") }
}

extension ValueFormat<String> {
    fileprivate static var reason: Self {
        ValueFormat("text") { reason throws(FormatFault) in
            guard (1...500).contains(reason.unicodeScalars.count) else {
                throw FormatFault("must have 1 to 500 characters: everyone can read it")
            }
            return reason
        }
    }
}

extension ValueFormat<Date> {
    /// A point in time of RFC 3339.
    fileprivate static var moment: Self {
        ValueFormat("time") { text throws(FormatFault) in
            guard let moment = Date(rfc3339: text) else {
                throw FormatFault("must be a time such as 2026-12-01T18:00:00Z", not: text)
            }
            return moment
        }
    }
}
