public import FoundationEssentials
public import Postgres
public import Refusals

/// What became of one clip that an admin decided on.
public struct ClipDecision: Sendable, Codable, Equatable, RowDecodable {
    /// How it went.
    public enum Outcome: String, Codable, CaseIterable, SQLValue {
        /// It is in a slot.
        case approved
        /// It is approved and waits for a season.
        case approvedNextSeason = "approved_next_season"
        /// It was in a slot already.
        case alreadyActive = "already_active"
        /// It is out.
        case rejected
        /// There is no such clip.
        case notFound = "not_found"
        /// Its file is not ready to be shown.
        case notReady = "not_ready"
        /// It is in the film, or competes no more.
        case notOpen = "not_open"
        /// The account of its creator is banned.
        case creatorBanned = "creator_banned"

        /// Whether the decision holds.
        public var isDone: Bool {
            switch self {
            case .approved, .approvedNextSeason, .alreadyActive, .rejected: true
            case .notFound, .notReady, .notOpen, .creatorBanned: false
            }
        }
    }

    /// The clip.
    public let clipID: UUID
    /// How it went.
    public let outcome: Outcome
    /// Its slot.
    public let slot: Int?
    /// By which it can be undone; nil when nothing was decided.
    public let decisionID: UUID?

    /// Reads the columns `clip_id`, `outcome`, `slot_position` and `decision`.
    public init(row: Row) throws(DatabaseError) {
        clipID = try row.value("clip_id")
        outcome = try row.value("outcome")
        slot = try row.value("slot_position")
        decisionID = try row.value("decision")
    }
}

/// What became of one decision that an admin undid.
public struct ClipUndo: Sendable, Equatable, RowDecodable {
    /// How it went.
    public enum Outcome: String, CaseIterable, SQLValue {
        /// The clip is again what it was before the decision.
        case undone
        /// The decision was undone before, or the clip was decided again since.
        case superseded
        /// The clip was approved and has votes, which would be lost.
        case hasVotes = "has_votes"
        /// The round of the clip is over.
        case roundOver = "round_over"
        /// The film, a ban or the creator has changed the clip since.
        case notOpen = "not_open"
        /// The account of its creator is banned.
        case creatorBanned = "creator_banned"
    }

    /// The decision.
    public let decisionID: UUID
    /// Its clip; nil when the decision is superseded.
    public let clipID: UUID?
    /// How it went.
    public let outcome: Outcome
    /// The slot in which the clip competes now.
    public let slot: Int?

    /// Reads the columns `decision_id`, `clip_id`, `outcome` and `slot_position`.
    public init(row: Row) throws(DatabaseError) {
        decisionID = try row.value("decision_id")
        clipID = try row.value("clip_id")
        outcome = try row.value("outcome")
        slot = try row.value("slot_position")
    }
}

extension Clips {
    /// Puts clips into the slot that is voting or waiting, each with its own outcome. A waiting slot opens.
    public func approve(_ clips: [UUID], by actor: UUID?) throws -> [ClipDecision] {
        try decided("select * from approve_clips(\(actor), \(clips))")
    }

    /// Undoes decisions by their ids, each with its own outcome. A round that has neither clips nor votes afterwards waits
    /// for a clip again.
    public func undo(_ decisions: [UUID], by actor: UUID?) throws -> [ClipUndo] {
        try decided("select * from undo_decisions(\(actor), \(decisions))")
    }

    /// The rows of outcomes of a statement that also returns events, which are announced.
    private func decided<Outcome: RowDecodable>(_ statement: SQL) throws -> [Outcome] {
        try database.transaction { connection in
            let rows: [Row] = try connection.query(statement)
            var outcomes: [Outcome] = []
            for row in rows {
                if let event = try RoundEvent(optional: row) {
                    try Rounds.announce([event], on: connection)
                } else {
                    outcomes.append(try Outcome(row: row))
                }
            }
            return outcomes
        }
    }

    /// Takes clips out of the queue or the round, with a reason for their senders.
    public func reject(_ clips: [UUID], reason: String, by actor: UUID?) throws -> [ClipDecision] {
        try database.query(
            """
            select clip_id, outcome, null::int as slot_position, decision
            from reject_clips(\(actor), \(clips), \(reason))
            """)
    }

    /// Corrects what a clip says of itself; nil leaves a field as it is.
    public func edit(_ clip: UUID, title: String?, description: String?, genre: String?, by actor: UUID?)
        throws(FilmError)
    {
        try FilmError.wrapping {
            let found: Bool = try database.one(
                "select edit_clip(\(actor), \(clip), \(title), \(description), \(genre))")
            if !found { throw FilmRefusal.clipNotFound }
        }
    }
}
