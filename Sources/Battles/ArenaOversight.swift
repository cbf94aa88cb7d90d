public import FoundationEssentials
public import Postgres
public import Refusals

/// Why an act on battles or votes for videos was not done.
public typealias ArenaError = DomainError<ArenaRefusal>

/// An act that a rule does not allow.
public enum ArenaRefusal: String, Refusal, Equatable {
    /// No battle or vote was chosen.
    case noSuchVotes = "no_such_votes"
    /// There is no such void.
    case voidNotFound = "void_not_found"
    /// The void has been undone.
    case voidUndone = "void_undone"

    /// Identifies the refusal for programs.
    public var code: String { rawValue }

    /// Explains it to the admin.
    public var sentence: String {
        switch self {
        case .noSuchVotes: "Nothing that counts matches this choice. Nothing was changed."
        case .voidNotFound: "There is no such void."
        case .voidUndone: "This void has been undone already."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind { self == .voidNotFound ? .notFound : .conflict }
}

/// Which battles or votes for videos an admin means. What is nil is not asked for.
public struct ArenaChoice: Sendable, Encodable {
    /// These battles, by their numbers.
    public var battles: [Int64]?
    /// Battles of these pseudonyms, or votes of these voter keys.
    public var voters: [String]?
    /// Battles in which this model takes part, or votes for its videos.
    public var model: UUID?
    /// Battles that this model won.
    public var winner: UUID?
    /// Votes for this video.
    public var video: UUID?
    /// Those that are flagged, or that are not.
    public var flagged: Bool?
    /// Those flagged for this.
    public var flag: String?
    /// Those from the network of this hash.
    public var network: String?
    /// Those from the device of this key.
    public var device: String?

    /// All of them.
    public init() {}

    /// Whether it is about certain voters rather than everything.
    public var isNarrow: Bool {
        battles != nil || voters != nil || flagged == true || flag != nil || network != nil || device != nil
    }

    private enum CodingKeys: CodingKey {
        case battles, voters, model, winner, video, flagged, flag, network, device
    }

    /// Writes what is asked for, ids as Postgres writes them.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(battles, forKey: .battles)
        try container.encodeIfPresent(voters, forKey: .voters)
        try container.encodeIfPresent(model?.uuidString.lowercased(), forKey: .model)
        try container.encodeIfPresent(winner?.uuidString.lowercased(), forKey: .winner)
        try container.encodeIfPresent(video?.uuidString.lowercased(), forKey: .video)
        try container.encodeIfPresent(flagged, forKey: .flagged)
        try container.encodeIfPresent(flag, forKey: .flag)
        try container.encodeIfPresent(network, forKey: .network)
        try container.encodeIfPresent(device, forKey: .device)
    }
}

/// A battle as admins see it.
public struct BattleEvidence: Sendable, RowDecodable {
    /// Its number.
    public let id: Int64
    /// The pseudonym of the one who judged.
    public let voter: UUID
    /// The member's name, unless a visitor judged or the member has left.
    public let username: String?
    /// The model on the left, by slug.
    public let left: String
    /// The model on the right, by slug.
    public let right: String
    /// How it was judged.
    public let outcome: BattleOutcome
    /// Why it looks suspicious.
    public let flags: [String]
    /// The hash of the network, of that day; nil after 30 days.
    public let network: String?
    /// How many voters judged from this network.
    public let networkVoters: Int
    /// The device's key; nil after 30 days.
    public let device: String?
    /// How many voters judged with this device.
    public let deviceVoters: Int
    /// When it was judged.
    public let castAt: Date
    /// The void that took it out of the count.
    public let voidID: UUID?

    /// Reads a row of `battles_for_admin`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        voter = try row.value("pseudonym")
        username = try row.value("username")
        left = try row.value("left_slug")
        right = try row.value("right_slug")
        outcome = try row.value("outcome")
        flags = try row.value("flags")
        network = try row.value("network")
        networkVoters = try row.value("network_voters")
        device = try row.value("device_key")
        deviceVoters = try row.value("device_voters")
        castAt = try row.value("cast_at")
        voidID = try row.value("void_id")
    }
}

/// A vote for a video as admins see it.
public struct VideoVoteEvidence: Sendable, RowDecodable {
    /// The video.
    public let video: UUID
    /// Its model, by slug.
    public let model: String
    /// Its comparison, by slug.
    public let comparison: String
    /// The voter's key.
    public let voter: String
    /// The member's name.
    public let username: String?
    /// Why it looks suspicious.
    public let flags: [String]
    /// The hash of the network, of that day.
    public let network: String
    /// How many voters voted from this network.
    public let networkVoters: Int
    /// The device's key.
    public let device: String
    /// How many voters voted for this video with this device.
    public let deviceVoters: Int
    /// When it was cast.
    public let createdAt: Date
    /// The void that took it out of the count.
    public let voidID: UUID?

    /// Reads a row of `video_votes_for_admin`.
    public init(row: Row) throws(DatabaseError) {
        video = try row.value("video_id")
        model = try row.value("model_slug")
        comparison = try row.value("comparison_slug")
        voter = try row.value("voter_key")
        username = try row.value("username")
        flags = try row.value("flags")
        network = try row.value("network")
        networkVoters = try row.value("network_voters")
        device = try row.value("device_key")
        deviceVoters = try row.value("device_voters")
        createdAt = try row.value("created_at")
        voidID = try row.value("void_id")
    }
}

/// A void of battles or of votes for videos.
public struct ArenaVoid: Sendable, RowDecodable {
    /// Its id, by which it is undone.
    public let id: UUID
    /// `battles` or `video_votes`.
    public let kind: String
    /// The admin's name.
    public let username: String?
    /// Why.
    public let reason: String
    /// How many it took out of the count.
    public let votes: Int
    /// When.
    public let voidedAt: Date
    /// When it was undone.
    public let undoneAt: Date?
    /// How many then counted again.
    public let restored: Int?

    /// Reads a row of `voids_of_arena`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        kind = try row.value("kind")
        username = try row.value("username")
        reason = try row.value("reason")
        votes = try row.value("votes")
        voidedAt = try row.value("voided_at")
        undoneAt = try row.value("undone_at")
        restored = try row.value("restored")
    }
}

/// Battles and votes for videos as admins look after them: what is suspicious, what was taken out of the count.
public struct ArenaOversight: Sendable {
    private let database: Database

    /// The battles and votes of a database.
    public init(database: Database) {
        self.database = database
    }

    /// Battles from the newest; `voided` is whether they are out of the count.
    public func battles(
        _ choice: ArenaChoice, voided: Bool?, _ request: PageRequest, for actor: UUID?
    ) throws -> Page<BattleEvidence> {
        let order = Keyset("battles-for-admin", .number("id"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.query(
            """
            select *, \(sql: order.columns)
            from battles_for_admin(
                \(actor), \(try JSONText(encoding: choice)), \(voided), \(sql: place.value(0))::bigint,
                \(place.rowLimit)::int
            )
            """)
        return try order.page(of: rows, request) { row in try BattleEvidence(row: row) }
    }

    /// Votes for videos from the newest: those that count, or those that are voided.
    public func videoVotes(
        _ choice: ArenaChoice, voided: Bool, _ request: PageRequest, for actor: UUID?
    ) throws -> Page<VideoVoteEvidence> {
        let order = Keyset(
            "video-votes-for-admin", .moment("created_at"), .text("voter_key"), .uuid("video_id"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.query(
            """
            select *, \(sql: order.columns)
            from video_votes_for_admin(
                \(actor), \(try JSONText(encoding: choice)), \(voided), \(sql: place.value(0)),
                \(sql: place.value(1)), \(sql: place.value(2)), \(place.rowLimit)::int
            )
            """)
        return try order.page(of: rows, request) { row in try VideoVoteEvidence(row: row) }
    }

    /// The latest voids.
    public func voids(for actor: UUID?) throws -> [ArenaVoid] {
        try database.query("select * from voids_of_arena(\(actor))")
    }

    /// Takes battles out of the count. The boards follow with the next job, which is due at once.
    public func voidBattles(_ choice: ArenaChoice, reason: String, by actor: UUID?) throws(ArenaError) -> VoidMade {
        try void("void_battles", choice, reason, actor)
    }

    /// Takes votes for videos out of the count, in the same transaction as the counts.
    public func voidVideoVotes(_ choice: ArenaChoice, reason: String, by actor: UUID?) throws(ArenaError) -> VoidMade {
        try void("void_video_votes", choice, reason, actor)
    }

    private func void(
        _ function: String, _ choice: ArenaChoice, _ reason: String, _ actor: UUID?
    ) throws(ArenaError) -> VoidMade {
        try ArenaError.wrapping {
            try database.transaction { connection in
                let made: VoidMade? = try connection.first(
                    "select * from \(identifier: function)(\(actor), \(try JSONText(encoding: choice)), \(reason))")
                guard let made else { throw ArenaRefusal.noSuchVotes }
                return made
            }
        }
    }

    /// Brings what a void took out back: how many count again, and how many stay out since their voter has voted again.
    public func undo(_ void: UUID, reason: String, by actor: UUID?) throws(ArenaError) -> (restored: Int, kept: Int) {
        try ArenaError.wrapping {
            try database.transaction { connection in
                let row: Row = try connection.one("select * from undo_arena_void(\(actor), \(void), \(reason))")
                let outcome: String = try row.value("outcome")
                if let refusal = ArenaRefusal(rawValue: outcome) { throw refusal }
                return (try row.value("restored"), try row.value("kept"))
            }
        }
    }
}

/// A void that was made.
public struct VoidMade: Sendable, RowDecodable {
    /// Its id, by which it is undone.
    public let id: UUID
    /// How many it took out of the count.
    public let votes: Int

    /// Reads a row of `arena_voids`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        votes = try row.value("votes")
    }
}
