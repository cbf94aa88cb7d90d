public import FoundationEssentials
internal import Text

/// What an act changes beyond its events. The same function measures it before, when the act is only tried, and after.
public struct Consequences: Sendable, Decodable {
    /// A clip by its name.
    public struct NamedClip: Sendable, Decodable {
        /// Its id.
        public let id: UUID
        /// Its title.
        public let title: String
    }

    /// The clip that is in the film afterwards.
    public var winner: NamedClip?
    /// The clip that is in the film no longer.
    public var replaced: NamedClip?
    /// How many votes count no longer.
    public var votes: Int?
    /// How many rounds lose their result.
    public var results: Int?
    /// How many clips return to the race, or are deleted with their season.
    public var clips: Int?
    /// How many clips stay in the queue although their season is deleted.
    public var clipsKept: Int?
    /// The slot that closes because the one before it opens again.
    public var closesSlot: Int?
    /// The season's status, where it changes.
    public var seasonStatus: SeasonStatus?
    /// Whether the place of a clip that is taken down stays empty.
    public var leavesGap: Bool?
    /// Whether the slot keeps its result although its votes are taken out of the count.
    public var resultStays: Bool?
    /// Whether the season is gone.
    public var isDeleted: Bool?
    /// Whether a finished film changes, so that it must be assembled again.
    public var filmChanges: Bool?
    /// The void by which the votes come back.
    public var voidId: UUID?

    /// None.
    public init() {}
}

/// What an act did, or would do.
public struct ActOutcome: Sendable {
    /// What happens to the round, in order.
    public let events: [RoundEvent]
    /// What changes besides.
    public let consequences: Consequences

    /// What changes, in sentences for the admin who decides about it.
    public var sentences: [String] {
        let facts = consequences
        var lines: [String] = []
        if facts.isDeleted == true {
            lines.append("The season, its slots, its results and its exports are deleted for good.")
        }
        switch (facts.winner, facts.replaced) {
        case (let winner?, let replaced?): lines.append("“\(winner.title)” replaces “\(replaced.title)” in the film.")
        case (let winner?, nil): lines.append("“\(winner.title)” is locked into the film.")
        case (nil, let replaced?): lines.append("“\(replaced.title)” leaves the film.")
        case (nil, nil): break
        }
        if facts.leavesGap == true { lines.append("No other clip can take its place, so a title card fills it.") }
        if let slot = facts.closesSlot { lines.append("Slot \(slot) closes again.") }
        if let count = facts.clips {
            lines.append(
                facts.isDeleted == true
                    ? Self.counted(count, "clip is deleted with its files.", "clips are deleted with their files.")
                    : Self.counted(count, "clip competes again from zero.", "clips compete again from zero."))
        }
        if let count = facts.clipsKept, count > 0 {
            lines.append(Self.counted(count, "pending clip stays in the queue.", "pending clips stay in the queue."))
        }
        if let count = facts.votes {
            lines.append(Self.counted(count, "vote stops counting.", "votes stop counting."))
        }
        if facts.voidId != nil { lines.append("The votes stay as evidence, and you can bring them back.") }
        if facts.resultStays == true { lines.append("The slot's result stays, and its export gets a correction.") }
        if let count = facts.results, facts.isDeleted != true {
            lines.append(
                Self.counted(count, "round loses its result.", "rounds lose their result.")
                    + " Exports that were published stay.")
        }
        lines += events.compactMap(Self.sentence)
        switch facts.seasonStatus {
        case .active?: lines.append("The season runs.")
        case .draft?: lines.append("The season becomes a draft, because another season is running.")
        default: break
        }
        if facts.filmChanges == true {
            lines.append(facts.isDeleted == true ? "The film goes with it." : "The finished film is assembled again.")
        }
        return lines
    }

    private static func counted(_ count: Int, _ one: String, _ many: String) -> String {
        "\(Text.grouped(count)) \(count == 1 ? one : many)"
    }

    private struct EventFacts: Decodable {
        var slot: Int?
        var title: String?
        var votingEndsAt: String?
        var reviewEndsAt: String?
    }

    /// An event in words; nil where the consequences say it already.
    private static func sentence(_ event: RoundEvent) -> String? {
        guard let facts: EventFacts = try? event.decodeData() else { return nil }
        let slot = facts.slot.map { "Slot \($0)" } ?? "The slot"
        let ends = facts.votingEndsAt.flatMap(Date.init(rfc3339:)).map(Text.moment)
        return switch event.name {
        case "winner_selected": "\(slot) is locked\(facts.title.map { " with “\($0)”" } ?? "")."
        case "round_opened": "\(slot) opens for a full round\(ends.map { ", until \($0)" } ?? "")."
        case "round_waiting": "\(slot) waits for clips."
        case "round_under_review": "Flagged votes would decide the round, so it goes under review."
        case "round_rescheduled": "The round ends at \(ends ?? "another time")."
        case "season_finished": "The season is finished."
        default: nil
        }
    }
}
