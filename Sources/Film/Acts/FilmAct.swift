public import FoundationEssentials
internal import Text

/// Something that an admin does to a season or a slot by hand. An act on a slot says what the admin believes of it, so that of
/// two admins who do opposite things the second learns what has changed.
public enum FilmAct: Sendable {
    /// Makes a clip the winner of a slot: of the open one, whose round ends, or of a locked one, whose winner it replaces.
    case assign(season: UUID, slot: Int, clip: UUID, believing: SlotBelief? = nil)
    /// Opens the last locked slot again for a full round.
    case unlock(season: UUID, slot: Int, believing: SlotBelief? = nil)
    /// Takes every vote of a slot out of the count.
    case resetVotes(season: UUID, slot: Int, believing: SlotBelief? = nil)
    /// Changes when the open round ends.
    case reschedule(season: UUID, slot: Int, ends: Date, believing: SlotBelief? = nil)
    /// Ends the open round now.
    case advance(slot: Int)
    /// Takes a clip out of the film. The best of the others takes its place.
    case takeDown(clip: UUID)
    /// Starts a season over.
    case reset(season: UUID, label: String, believing: SeasonBelief? = nil)
    /// Deletes a season with everything in it.
    case delete(season: UUID, label: String, believing: SeasonBelief? = nil)
}

/// What an admin believes of a slot. What is nil is not compared.
public struct SlotBelief: Sendable, Encodable {
    /// Its status.
    public var status: SlotStatus?
    /// Its winner; `.some(nil)` for none.
    public var winner: UUID??
    /// When its round ends, to the millisecond.
    public var votingEndsAt: Date?

    /// Nothing in particular.
    public init(status: SlotStatus? = nil, winner: UUID?? = nil, votingEndsAt: Date? = nil) {
        self.status = status
        self.winner = winner
        self.votingEndsAt = votingEndsAt
    }

    private enum CodingKeys: String, CodingKey {
        case status
        case winner = "winnerClipId"
        case votingEndsAt
    }

    /// Writes the parts in the words of `slot_facts()`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(status, forKey: .status)
        if let winner { try container.encode(winner?.text, forKey: .winner) }
        try container.encodeIfPresent(votingEndsAt?.rfc3339, forKey: .votingEndsAt)
    }
}

/// What an admin believes of a season. What is nil is not compared.
public struct SeasonBelief: Sendable, Encodable {
    /// Its status.
    public var status: SeasonStatus?
    /// How many of its slots are locked.
    public var lockedSlots: Int?

    /// Nothing in particular.
    public init(status: SeasonStatus? = nil, lockedSlots: Int? = nil) {
        self.status = status
        self.lockedSlots = lockedSlots
    }
}

/// What a season is at the moment.
public struct SeasonFacts: Sendable, Equatable, Decodable {
    /// Its name.
    public let label: String
    /// Its status.
    public let status: SeasonStatus
    /// How many of its slots are locked.
    public let lockedSlots: Int

    /// The facts in a sentence about the season.
    public var sentence: String {
        let state =
            switch status {
            case .draft: "a draft"
            case .active: "running"
            case .finished: "finished"
            case .archived: "archived"
            }
        return "It is \(state), and \(lockedSlots) of its slots are locked."
    }
}

/// What a slot is at the moment.
public struct SlotFacts: Sendable, Equatable, Decodable {
    /// Its place in the film.
    public let slot: Int
    /// Its status.
    public let status: SlotStatus
    /// The title of its winner.
    public let winnerTitle: String?
    /// When its round ends, in the form of the API.
    public let votingEndsAt: String?

    /// The facts in a sentence about the slot.
    public var sentence: String {
        switch status {
        case .locked: winnerTitle.map { "It is locked, and “\($0)” is its winner." } ?? "It is locked."
        case .voting:
            votingEndsAt.flatMap(Date.init(rfc3339:)).map { "Its round is open until \(Text.moment($0))." }
                ?? "Its round is open."
        case .waitingForClips: "It waits for clips."
        case .underReview: "Its votes are under review."
        case .upcoming: "It is not open."
        }
    }
}
