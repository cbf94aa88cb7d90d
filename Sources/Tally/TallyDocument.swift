/// What an export says: a closed round, or what was done to one afterwards.
public struct TallyDocument: Decodable, Sendable {
    /// What a document is about.
    public enum Kind: String, Decodable, Sendable {
        /// A round as it was counted when it closed.
        case round
        /// What was done to a round after its export.
        case correction
    }

    /// The form that this program reads.
    public static let knownFormat = "dailies-tally-1"

    /// The form of the document.
    public let format: String
    /// What it is about.
    public let kind: Kind
    /// Its place in the season's chain, from 1.
    public let number: Int
    /// The hash of the document before it; nil for the first.
    public let previousHash: String?
    /// The season.
    public let season: TallySeason
    /// The slot.
    public let slot: Int
    /// The clip in the film, by its id.
    public let winner: String
    /// What people did to the round beside voting.
    public let interventions: [TallyIntervention]
    /// When voting ended; of a round.
    public let closedAt: String?
    /// Every clip that competed or was voted for; of a round.
    public let clips: [TallyClip]?
    /// The result as it was published; of a round.
    public let results: [TallyResult]?
    /// Every vote; of a round.
    public let votes: [TallyVote]?
    /// The hash of the round's export; of a correction.
    public let corrects: String?
    /// The votes that differ from the export, with their present values; of a correction.
    public let changes: [TallyVote]?
    /// What the votes that count now add up to; of a correction.
    public let recount: [TallyCount]?
}

/// The season of an export.
public struct TallySeason: Decodable, Hashable, Sendable {
    /// Its id.
    public let id: String
    /// Its number.
    public let number: Int
}

/// A clip in an export.
public struct TallyClip: Decodable, Sendable {
    /// Its number within the document.
    public let n: Int
    /// Its id.
    public let id: String
    /// When it was sent in, to the microsecond: the earlier one wins a tie.
    public let uploadedAt: String
    /// Whether it was in the round when voting ended.
    public let competed: Bool
}

/// A clip's place in the published result.
public struct TallyResult: Decodable, Sendable {
    /// The clip's number within the document.
    public let clip: Int
    /// Its place, from 1.
    public let rank: Int
    /// The weight of its votes.
    public let score: Int
    /// How many votes it had.
    public let votes: Int
}

/// What the votes for a clip add up to.
public struct TallyCount: Decodable, Equatable, Sendable {
    /// The clip's number within the document.
    public let clip: Int
    /// The weight of its votes.
    public let score: Int
    /// How many votes it has.
    public let votes: Int
}

/// Something that was done to a round.
public struct TallyIntervention: Decodable, Sendable {
    /// What.
    public let kind: String

    /// Kinds after which the clip in the film is not the one that the votes chose.
    static let replacingWinner: Set<String> = ["winner_assigned", "clip_taken_down"]
}

/// A vote in an export: a list of minute, voter, clip, casts, weight and whether it is voided.
public struct TallyVote: Decodable, Hashable, Sendable {
    /// When it was cast, to the minute.
    public let minute: String
    /// The voter's pseudonym in this round.
    public let voter: String
    /// The clip's number within the document.
    public let clip: Int
    /// How often it was cast.
    public let casts: Int
    /// What it weighs.
    public let weight: Int
    /// Whether it is out of the count.
    public let isVoid: Bool

    /// Reads the list.
    public init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        minute = try list.decode(String.self)
        voter = try list.decode(String.self)
        clip = try list.decode(Int.self)
        casts = try list.decode(Int.self)
        weight = try list.decode(Int.self)
        isVoid = try list.decode(Bool.self)
        guard list.isAtEnd else {
            throw DecodingError.dataCorruptedError(in: list, debugDescription: "a vote has six members")
        }
    }

    /// What stays the same when a vote is voided or restored.
    var identity: Identity { Identity(minute: minute, voter: voter, clip: clip, casts: casts, weight: weight) }

    struct Identity: Hashable {
        let minute: String
        let voter: String
        let clip: Int
        let casts: Int
        let weight: Int
    }
}
