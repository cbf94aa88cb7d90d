internal import FoundationEssentials

/// How a round ended, as its page shows it.
struct RoundResultView: Sendable {
    /// A clip's place.
    struct Place: Sendable {
        var rank: Int
        var clip: ClipView
        var score: Int
        var views: Int
        /// Whether it is in the film; an admin may have chosen another clip than the votes.
        var isInFilm = false
        /// Whether it was removed for what it shows, so that neither its title nor its files are there.
        var isRemoved = false
    }

    /// Something that was done to the round beside voting.
    struct Intervention: Sendable {
        var kind: String
        var isByAdmin: Bool
        var reason: String
        var votes: Int?
        var at: Date
    }

    /// The export.
    struct Export: Sendable {
        var hash: String
        var number: Int
        var corrections: Int
    }

    var seasonNumber: Int
    var seasonLabel: String
    var totalSlots: Int
    var slot: Int
    /// The slot's status, in the words of the schema.
    var status: String
    var openedAt: Date?
    var closedAt: Date?
    var endsAt: Date?
    var places: [Place]
    /// The clip in the film; nil while there is none, and when it was taken down and none could take its place.
    var winner: ClipView?
    var interventions: [Intervention]
    var export: Export?
}

extension RoundResultView.Intervention {
    /// What was done, in a few words.
    var words: String {
        let count = votes.map { Formatting.count($0, "vote", "votes") } ?? "votes"
        return switch kind {
        case "review_opened":
            "Put under review with \(votes.map { "\(Formatting.count($0)) flagged" } ?? "flagged") votes"
        case "review_accepted": "Flagged votes accepted"
        case "review_voided", "review_expired": "\(count) voided after a review"
        case "votes_voided": "\(count) voided"
        case "votes_reset": "All votes reset, \(count) voided"
        case "winner_assigned": "Winner assigned"
        case "clip_taken_down": "Take removed from the film"
        case "clip_restored": "Take back in the film after an appeal"
        case "slot_unlocked": "Slot unlocked for a fresh round"
        case "round_cancelled": "Round cancelled, because the slot before it was unlocked"
        case "round_advanced": "Round closed early"
        case "round_rescheduled": "End of the round changed"
        case "season_reset": "Season started over"
        case "votes_restored": "\(count) restored"
        default: kind.prefix(1).uppercased() + kind.dropFirst().replacing("_", with: " ")
        }
    }
}
