public import FoundationEssentials
public import Postgres
public import Refusals

/// Which votes an admin means. What is nil is not asked for.
public struct VoteChoice: Sendable, Encodable {
    /// These votes.
    public var votes: [VoteName]?
    /// Votes of one of these voters.
    public var voters: [String]?
    /// Votes for this clip.
    public var clip: UUID?
    /// Votes that are flagged, or that are not.
    public var flagged: Bool?
    /// Votes flagged for this.
    public var flag: String?
    /// Votes from the network of this hash.
    public var network: String?

    /// Every vote.
    public init() {}

    /// Whether it is about certain voters rather than all that were cast.
    public var isNarrow: Bool { votes != nil || voters != nil || flagged == true || flag != nil || network != nil }

    private enum CodingKeys: CodingKey {
        case votes, voters, clip, flagged, flag, network
    }

    /// Writes what is asked for, ids as Postgres writes them.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(votes, forKey: .votes)
        // The voters are looked at first, which is quicker than the pairs.
        try container.encodeIfPresent(voters ?? votes.map { $0.map(\.voter) }, forKey: .voters)
        try container.encodeIfPresent(clip?.uuidString.lowercased(), forKey: .clip)
        try container.encodeIfPresent(flagged, forKey: .flagged)
        try container.encodeIfPresent(flag, forKey: .flag)
        try container.encodeIfPresent(network, forKey: .network)
    }
}

/// One vote of a round, by who cast it for what.
public struct VoteName: Sendable, Encodable {
    /// The voter's key.
    public let voter: String
    /// The clip.
    public let clip: UUID

    /// The vote of a voter for a clip.
    public init(voter: String, clip: UUID) {
        self.voter = voter
        self.clip = clip
    }

    private enum CodingKeys: CodingKey {
        case voter, clip
    }

    /// Writes the pair, the id as Postgres writes it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(voter, forKey: .voter)
        try container.encode(clip.uuidString.lowercased(), forKey: .clip)
    }
}

/// A void that was made.
public struct VoteVoid: Sendable, RowDecodable {
    /// Its id, by which it is undone.
    public let id: UUID
    /// How many votes it took out.
    public let votes: Int
    /// Their weight.
    public let weight: Int

    /// Reads a row of `vote_voids`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        votes = try row.value("votes")
        weight = try row.value("weight")
    }
}

/// What undoing a void came to.
public struct VoidUndone: Sendable {
    /// How many votes count again.
    public let restored: Int
    /// How many stay out because their voter has voted again since or is banned.
    public let kept: Int
}

/// The votes as admins look after them: what was cast, what is suspicious, what was taken out.
public struct VoteOversight: Sendable {
    let database: Database

    /// The votes kept in `database`.
    public init(database: Database) {
        self.database = database
    }

    /// Takes votes of a slot, or of a whole season, out of the count. Everything that counts them changes in the same
    /// transaction.
    public func void(
        season: UUID, slot: Int?, choice: VoteChoice, reason: String, by actor: UUID?
    ) throws(FilmError) -> VoteVoid {
        try FilmError.wrapping {
            try database.transaction { connection in
                let made: VoteVoid? = try connection.first(
                    """
                    select *
                    from void_votes(
                        \(actor), \(season), \(slot)::int, \(try JSONText(encoding: choice)), \(reason)
                    )
                    """)
                guard let made else { throw FilmRefusal.noSuchVotes }
                return made
            }
        }
    }

    /// Brings the votes of a void back into the count.
    public func restore(_ void: UUID, reason: String, by actor: UUID?) throws(FilmError) -> VoidUndone {
        try FilmError.wrapping {
            try database.transaction { connection in
                let row: Row = try connection.one("select * from restore_votes(\(actor), \(void), \(reason))")
                if let refusal = FilmRefusal(outcome: try row.value("outcome")) { throw refusal }
                return VoidUndone(restored: try row.value("restored"), kept: try row.value("kept"))
            }
        }
    }
}
