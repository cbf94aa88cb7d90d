public import FoundationEssentials
public import Postgres

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
    /// The page.
    public var page = PageRequest()

    /// Every vote of the open round.
    public init() {}
}

/// What admins see of a round's votes.
public struct VotePage: Sendable {
    /// The season.
    public let season: RoundSeason
    /// The slot.
    public let slot: Int
    /// The slot's status.
    public let status: SlotStatus
    /// When an undecided review ends.
    public let reviewEndsAt: Date?
    /// The votes, the newest first.
    public let votes: Page<VoteEvidence>
    /// The ranking with and without flagged votes; empty for a closed round and on later pages.
    public let standing: [VoteStanding]
    /// Whether another clip would win without the flagged votes.
    public let flaggedDecide: Bool
    /// The reasons and networks behind the votes; empty on later pages.
    public let groups: [VoteGroup]
    /// The season's latest voids; empty on later pages.
    public let voids: [VoidRecord]
}

/// One vote with what is known of where it came from.
public struct VoteEvidence: Sendable, RowDecodable {
    /// The clip.
    public let clipID: UUID
    /// Its title.
    public let title: String
    /// The voter's key.
    public let voterKey: String
    /// The member's name.
    public let username: String?
    /// How often it was cast.
    public let casts: Int
    /// What it weighs.
    public let weight: Int
    /// The kinds of the casts in order: n standard, s super, m mega.
    public let kinds: String
    /// Why it is suspicious.
    public let flags: [String]
    /// The hash of the network, of that day.
    public let network: String?
    /// How many voters of this network voted in the round.
    public let networkVoters: Int
    /// How many voters used this device in the round.
    public let deviceVoters: Int
    /// When it was cast first.
    public let createdAt: Date
    /// When it was cast last.
    public let updatedAt: Date
    /// When it was taken out of the count.
    public let voidedAt: Date?
    /// The void that took it out.
    public let voidID: UUID?

    /// Reads a row of `votes_of_round`.
    public init(row: Row) throws(DatabaseError) {
        clipID = try row.value("clip_id")
        title = try row.value("title")
        voterKey = try row.value("voter_key")
        username = try row.value("username")
        casts = try row.value("casts")
        weight = try row.value("weight")
        kinds = try row.value("kinds")
        flags = try row.value("flags")
        network = try row.value("network")
        networkVoters = try row.value("network_voters")
        deviceVoters = try row.value("device_voters")
        createdAt = try row.value("created_at")
        updatedAt = try row.value("updated_at")
        voidedAt = try row.value("voided_at")
        voidID = try row.value("void_id")
    }
}

/// A clip with and without the flagged votes.
public struct VoteStanding: Sendable, RowDecodable {
    /// The clip.
    public let clipID: UUID
    /// Its title.
    public let title: String
    /// All votes, their weight, and its place by them.
    public let voteCount, weightedScore, rank: Int
    /// The same without flagged votes.
    public let cleanCount, cleanScore, cleanRank: Int

    /// Reads a row of `live_standing`.
    public init(row: Row) throws(DatabaseError) {
        clipID = try row.value("clip_id")
        title = try row.value("title")
        voteCount = try row.value("vote_count")
        weightedScore = try row.value("weighted_score")
        rank = try row.value("rank")
        cleanCount = try row.value("clean_count")
        cleanScore = try row.value("clean_score")
        cleanRank = try row.value("clean_rank")
    }
}

/// Votes that have a reason or a network in common.
public struct VoteGroup: Sendable, RowDecodable {
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

    /// Reads a row of `vote_groups`.
    public init(row: Row) throws(DatabaseError) {
        kind = try row.value("kind")
        name = try row.value("name")
        votes = try row.value("votes")
        flagged = try row.value("flagged")
        voided = try row.value("voided")
        voters = try row.value("voters")
        weight = try row.value("weight")
    }
}

/// A void in the list.
public struct VoidRecord: Sendable, RowDecodable {
    /// Its id.
    public let id: UUID
    /// `admin`, `review`, `ban` or `reset`.
    public let origin: String
    /// Whose ban it is; nil when it is none or the account is gone.
    public let member: String?
    /// Who did it; nil when a rule did.
    public let username: String?
    /// Why.
    public let reason: String
    /// The slot; nil for all of them.
    public let slot: Int?
    /// How many votes.
    public let votes: Int
    /// Their weight.
    public let weight: Int
    /// When.
    public let voidedAt: Date
    /// When it was undone.
    public let undoneAt: Date?
    /// How many votes came back.
    public let restored: Int?

    /// Reads a row of `voids_of_season`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        origin = try row.value("origin")
        member = try row.value("member")
        username = try row.value("username")
        reason = try row.value("reason")
        slot = try row.value("slot_position")
        votes = try row.value("votes")
        weight = try row.value("weight")
        voidedAt = try row.value("voided_at")
        undoneAt = try row.value("undone_at")
        restored = try row.value("restored")
    }
}
