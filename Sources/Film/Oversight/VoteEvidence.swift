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
public struct VoteEvidence: Sendable {
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
}

/// A clip with and without the flagged votes.
public struct VoteStanding: Sendable {
    /// The clip.
    public let clipID: UUID
    /// Its title.
    public let title: String
    /// All votes, their weight, and its place by them.
    public let voteCount, weightedScore, rank: Int
    /// The same without flagged votes.
    public let cleanCount, cleanScore, cleanRank: Int
}

/// Votes that have a reason or a network in common.
public struct VoteGroup: Sendable {
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
public struct VoidRecord: Sendable {
    /// Its id.
    public let id: UUID
    /// `admin`, `review` or `ban`.
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
}
