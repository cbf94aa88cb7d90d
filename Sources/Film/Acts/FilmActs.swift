public import FoundationEssentials
public import Postgres
public import Refusals

/// Runs the acts of admins. An actor of nil is the operator at the machine.
public struct FilmActs: Sendable {
    private let database: Database

    /// Acts on the film in `database`.
    public init(database: Database) {
        self.database = database
    }

    /// Does it. Everyone can read the reason in the round's result.
    @discardableResult
    public func perform(_ act: FilmAct, reason: String, by actor: UUID?) throws(FilmError) -> ActOutcome {
        try FilmError.wrapping {
            try database.transaction { connection in
                let outcome = try Self.run(act, reason: reason, by: actor, on: connection)
                try Rounds.announce(outcome.events, on: connection)
                return outcome
            }
        }
    }

    /// What it would do. It is done, and rolled back: nothing else could say what it does as exactly. The label of a season
    /// need not be typed for this.
    public func preview(_ act: FilmAct, by actor: UUID?) throws(FilmError) -> ActOutcome {
        try FilmError.wrapping {
            do {
                try database.transaction { connection in
                    let outcome = try Self.run(
                        act, reason: "Preview", by: actor, isPreview: true, on: connection)
                    throw Tried(outcome: outcome)
                }
                throw FilmRefusal.slotNotFound
            } catch let tried as Tried {
                return tried.outcome
            }
        }
    }

    /// Leaves a transaction that must not be committed.
    private struct Tried: Error {
        let outcome: ActOutcome
    }

    private static func run(
        _ act: FilmAct, reason: String, by actor: UUID?, isPreview: Bool = false, on connection: Connection
    ) throws -> ActOutcome {
        let call: SQL
        switch act {
        case .assign(let season, let slot, let clip, let belief):
            call = "assign_winner(\(actor), \(season), \(slot)::int, \(clip), \(try json(belief)), \(reason))"
        case .unlock(let season, let slot, let belief):
            call = "unlock_slot(\(actor), \(season), \(slot)::int, \(try json(belief)), \(reason))"
        case .resetVotes(let season, let slot, let belief):
            call = "reset_votes(\(actor), \(season), \(slot)::int, \(try json(belief)), \(reason))"
        case .reschedule(let season, let slot, let ends, let belief):
            call = "set_round_end(\(actor), \(season), \(slot)::int, \(ends), \(try json(belief)), \(reason))"
        case .takeDown(let clip):
            call = "take_down_winner(\(actor), \(clip), \(reason))"
        case .reset(let season, let label, let belief):
            let label = try isPreview ? storedLabel(of: season, on: connection) : label
            call = "reset_season(\(actor), \(season), \(label), \(reason), \(try json(belief)))"
        case .delete(let season, let label, let belief):
            let label = try isPreview ? storedLabel(of: season, on: connection) : label
            call = "delete_season(\(actor), \(season), \(label), \(reason), \(isPreview), \(try json(belief)))"
        case .advance(let slot):
            return ActOutcome(
                events: try Rounds.close(slot: slot, reason: reason, by: actor, on: connection),
                consequences: Consequences())
        }
        return try read(try connection.query("select outcome, name, data from \(sql: call)"), act, on: connection)
    }

    private static func json(_ belief: (some Encodable)?) throws -> JSONText? {
        try belief.map { try JSONText(encoding: $0) }
    }

    private static func storedLabel(of season: UUID, on connection: Connection) throws -> String {
        try connection.first("select label from seasons where id = \(season)") ?? ""
    }

    private static func read(_ rows: [Row], _ act: FilmAct, on connection: Connection) throws -> ActOutcome {
        var events: [RoundEvent] = []
        var consequences = Consequences()
        for row in rows {
            let outcome: String = try row.value("outcome")
            if outcome != "done" { throw try refusal(outcome, try row.value("data"), act, on: connection) }
            guard let event = try RoundEvent(optional: row) else { continue }
            if event.name == "consequences" {
                consequences = try event.decodeData()
            } else {
                events.append(event)
            }
        }
        return ActOutcome(events: events, consequences: consequences)
    }

    private struct Label: Decodable {
        let label: String
    }

    private struct LastSlot: Decodable {
        let slot: Int
    }

    private static func refusal(
        _ outcome: String, _ data: JSONText?, _ act: FilmAct, on connection: Connection
    ) throws -> any Error {
        switch outcome {
        case "slot_changed":
            if let facts: SlotFacts = try data?.decode() { return FilmRefusal.slotChanged(facts) }
        case "season_changed":
            if let facts: SeasonFacts = try data?.decode() { return FilmRefusal.seasonChanged(facts) }
        case "slot_not_last":
            if let last: LastSlot = try data?.decode() { return FilmRefusal.slotNotLast(last: last.slot) }
        case "label_mismatch":
            if let label: Label = try data?.decode() { return FilmRefusal.labelMismatch(label.label) }
        case "slot_not_open":
            if let facts: SlotFacts = try data?.decode() {
                let open: Int? = try connection.first(
                    """
                    select position
                    from story_slots
                    where season_id = \(act.season) and status in ('voting', 'waiting_for_clips', 'under_review')
                    """)
                return open.flatMap { $0 == facts.slot ? nil : FilmRefusal.slotNotOpen(open: $0) } ?? .noOpenRound
            }
        default:
            if let refusal = FilmRefusal(outcome: outcome) { return refusal }
        }
        return DatabaseError.decoding(column: "outcome", expected: "an outcome of an act", found: outcome)
    }
}

extension FilmAct {
    /// The season that it names.
    var season: UUID? {
        switch self {
        case .assign(let season, _, _, _), .unlock(let season, _, _), .resetVotes(let season, _, _),
            .reschedule(let season, _, _, _), .reset(let season, _, _), .delete(let season, _, _):
            season
        case .advance, .takeDown: nil
        }
    }
}
