public import FoundationEssentials
public import Postgres

/// How much a vote weighs.
public enum VoteKind: String, Codable, CaseIterable, SQLValue {
    /// Weight 1.
    case standard
    /// Weight 3, once for a member in a slot.
    case `super`
    /// Weight 10, once for a member in a slot.
    case mega
}

/// A vote that somebody wants to cast.
public struct Ballot: Sendable {
    /// Who votes: `user_<id>` or `device_` and 32 hexadecimal digits.
    public var voterKey: String
    /// For which clip.
    public var clipID: UUID
    /// With which weight.
    public var kind: VoteKind
    /// The device's key, kept for members too.
    public var deviceKey: String
    /// The voter cookie's hash in hexadecimal.
    public var cookieHash: String?
    /// The network's keyed hash in hexadecimal.
    public var network: String
    /// What was odd about the request.
    public var signals: [VoteSignal]
    /// The id of the request in hexadecimal, sixteen digits, the same when the web server sends it again; nil when it
    /// never does.
    public var request: String?

    /// A vote.
    public init(
        voterKey: String, clipID: UUID, kind: VoteKind = .standard, deviceKey: String, cookieHash: String? = nil,
        network: String, signals: [VoteSignal] = [], request: String? = nil
    ) {
        self.voterKey = voterKey
        self.clipID = clipID
        self.kind = kind
        self.deviceKey = deviceKey
        self.cookieHash = cookieHash
        self.network = network
        self.signals = signals
        self.request = request
    }
}

/// What a voter may still cast.
public struct RemainingVotes: Codable, Equatable, Sendable {
    /// Votes of any kind, today.
    public let standard: Int
    /// Super votes, in this slot.
    public let `super`: Int
    /// Mega votes, in this slot.
    public let mega: Int

    /// What may still be cast.
    public init(standard: Int, super: Int, mega: Int) {
        self.standard = standard
        self.super = `super`
        self.mega = mega
    }
}

/// The counts of a clip and its voter once a vote is counted, or was counted already.
public struct VoteTally: Equatable, Sendable {
    /// The clip.
    public let clipID: UUID
    /// The weight of its votes.
    public let newScore: Int
    /// How many votes it has.
    public let voteCount: Int
    /// How many the voter has cast since midnight, UTC.
    public let totalVotesToday: Int
    /// What the voter has left.
    public let remaining: RemainingVotes
    /// How many more requests the voter's minute has room for.
    public let rateRemaining: Int
}
