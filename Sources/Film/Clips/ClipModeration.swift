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

    /// Reads the columns `clip_id`, `outcome` and `slot_position`.
    public init(row: Row) throws(DatabaseError) {
        clipID = try row.value("clip_id")
        outcome = try row.value("outcome")
        slot = try row.value("slot_position")
    }
}

extension Clips {
    /// Puts clips into the slot that is voting or waiting, each with its own outcome. A waiting slot opens.
    public func approve(_ clips: [UUID], by actor: UUID?) throws -> [ClipDecision] {
        try database.transaction { connection in
            let rows: [Row] = try connection.query("select * from approve_clips(\(actor), \(clips))")
            var decisions: [ClipDecision] = []
            for row in rows {
                if let event = try RoundEvent(optional: row) {
                    try Rounds.announce([event], on: connection)
                } else {
                    decisions.append(try ClipDecision(row: row))
                }
            }
            return decisions
        }
    }

    /// Takes clips out of the queue or the round, with a reason for their senders.
    public func reject(_ clips: [UUID], reason: String, by actor: UUID?) throws -> [ClipDecision] {
        try database.query(
            """
            select clip_id, outcome, null::int as slot_position
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
