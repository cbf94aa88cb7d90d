public import FoundationEssentials
internal import Postgres
internal import Text

/// Which votes an admin wants to see.
public struct VoteFilter: Sendable {
    /// The season; nil for the one that runs, else the newest that has begun.
    public var season: UUID?
    /// The slot; nil for the one that is open, else the last that was.
    public var slot: Int?
    /// What the votes are like.
    public var choice = VoteChoice()
    /// Only votes that are out of the count, or only such as are in it.
    public var voided: Bool?
    /// How many at most.
    public var limit = 50
    /// Where the page before ended.
    public var cursor: VoteCursor?

    /// Every vote of the open round.
    public init() {}
}

/// The place after which the next page begins.
public struct VoteCursor: Sendable, Equatable {
    let microseconds: Int64
    let clip: UUID
    let voter: String

    /// The opaque text that a client sends back.
    public var text: String { Text.base64url(Array("\(microseconds) \(clip.uuidString) \(voter)".utf8)) }

    /// Reads such a text.
    public init?(_ text: String) {
        guard let bytes = Text.bytes(base64url: text) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard parts.count == 3, let microseconds = Int64(parts[0]), let clip = UUID(uuidString: String(parts[1])),
            // Beyond these Postgres knows no date.
            microseconds.magnitude < 100_000_000_000_000_000, !parts[2].utf8.contains(0)
        else { return nil }
        self.microseconds = microseconds
        self.clip = clip
        voter = String(parts[2])
    }

    init(row: Row) throws(DatabaseError) {
        microseconds = try row.value("created_microseconds")
        clip = try row.value("clip_id")
        voter = try row.value("voter_key")
    }
}

/// What admins see of a round's votes.
public struct VotePage: Encodable, Sendable {
    /// The season.
    public let season: RoundSeason
    /// The slot.
    public let slot: Int
    /// How the slot stands.
    public let status: SlotStatus
    /// When an undecided review ends.
    @OrNull public internal(set) var reviewEndsAt: Date?
    /// The votes, the newest first.
    public let votes: [VoteEvidence]
    /// What asks for the next page.
    @OrNull public internal(set) var nextCursor: String?
    /// How the clips stand with and without flagged votes; empty for a closed round and on later pages.
    public let standing: [VoteStanding]
    /// Whether another clip would win without the flagged votes.
    public let flaggedDecide: Bool
    /// The reasons and networks behind the votes; empty on later pages.
    public let groups: [VoteGroup]
    /// The season's latest voids; empty on later pages.
    public let voids: [VoidRecord]
}

/// One vote with what is known of where it came from.
public struct VoteEvidence: Encodable, Sendable {
    /// The clip.
    public let clipId: UUID
    /// Its title.
    public let title: String
    /// The voter's key.
    public let voterKey: String
    /// The member's name.
    @OrNull public internal(set) var username: String?
    /// How often it was cast.
    public let casts: Int
    /// What it weighs.
    public let weight: Int
    /// The kinds of the casts in order: n standard, s super, m mega.
    public let kinds: String
    /// Why it is suspicious.
    public let flags: [String]
    /// The hash of the network, of that day.
    @OrNull public internal(set) var network: String?
    /// How many voters of this network voted in the round.
    public let networkVoters: Int
    /// How many voters used this device in the round.
    public let deviceVoters: Int
    /// When it was cast first.
    public let createdAt: Date
    /// When it was cast last.
    public let updatedAt: Date
    /// When it was taken out of the count.
    @OrNull public internal(set) var voidedAt: Date?
    /// The void that took it out.
    @OrNull public internal(set) var voidId: UUID?
}

/// A clip with and without the flagged votes.
public struct VoteStanding: Encodable, Sendable {
    /// The clip.
    public let clipId: UUID
    /// Its title.
    public let title: String
    /// All votes, their weight, and its place by them.
    public let voteCount, weightedScore, rank: Int
    /// The same without flagged votes.
    public let cleanCount, cleanScore, cleanRank: Int
}

/// Votes that have a reason or a network in common.
public struct VoteGroup: Encodable, Sendable {
    /// `flag` or `network`.
    public let kind: String
    /// The reason, or the network's hash.
    public let name: String
    /// How many votes there are, and how many of them are flagged and voided.
    public let votes, flagged, voided: Int
    /// How many voters cast them.
    public let voters: Int
    /// What they weigh.
    public let weight: Int
}

/// A void in the list.
public struct VoidRecord: Encodable, Sendable {
    /// Its id.
    public let id: UUID
    /// `admin`, `review` or `ban`.
    public let origin: String
    /// Whose ban it is; nil when it is none or the account is gone.
    @OrNull public internal(set) var member: String?
    /// Who did it; nil when a rule did.
    @OrNull public internal(set) var username: String?
    /// Why.
    public let reason: String
    /// The slot; nil for all of them.
    @OrNull public internal(set) var slot: Int?
    /// How many votes.
    public let votes: Int
    /// Their weight.
    public let weight: Int
    /// When.
    public let voidedAt: Date
    /// When it was undone.
    @OrNull public internal(set) var undoneAt: Date?
    /// How many votes came back.
    @OrNull public internal(set) var restored: Int?
}
