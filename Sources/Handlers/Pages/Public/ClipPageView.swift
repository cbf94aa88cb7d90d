internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Text

/// A clip as its own page shows it.
struct ClipPageView: Sendable {
    /// What became of it.
    enum State: Sendable, Equatable {
        /// Everybody may vote for it now.
        case live(slot: Int)
        /// It competes in a slot that is not open for votes.
        case approved(slot: Int)
        /// It won a slot.
        case won(slot: Int)
        /// It competes no more.
        case eliminated
        /// Only its creator and admins see it, for this reason.
        case hidden(String)
    }

    /// How it ended in a round.
    struct Round: Sendable {
        var slot: Int
        var rank: Int
        var clips: Int
        var votes: Int
        var score: Int
        var isWon: Bool
        var closedAt: Date
    }

    /// Its title, creator and files. The file is missing while it is being checked.
    var title: String
    var id: UUID
    var clip: ClipView?
    var description: String
    var state: State
    /// The number and name of its season.
    var season: (number: Int, label: String, totalSlots: Int)?
    /// Its votes in the open round; nil while they are hidden and outside of a round.
    var roundVotes: Int?
    /// Its votes in closed rounds.
    var closedVotes: Int
    var endsAt: Date?
    /// How it ended in each round, the latest first.
    var rounds: [Round]
    var listedAt: Date
    var width: Int
    var height: Int
    /// How many comments everyone sees, replies among them.
    var comments = 0
    /// Whether the one who asks made it.
    var isOwn = false
    /// The model that made it, and when, where this site knows them.
    var origin: (model: String, madeAt: Date)?

    /// Whether everybody sees it.
    var isPublic: Bool { if case .hidden = state { false } else { true } }
    /// The path of its page.
    var path: String { "/clip/\(id.text)" }
}

extension ClipPageView {
    /// The clip as the one who asks may see it. Throws what `Clips.details` throws.
    init(_ clips: Clips, _ id: UUID, for member: Member?) throws {
        let details = try clips.details(id, for: ClipViewer(memberID: member?.id, isAdmin: member?.isAdmin ?? false))
        let card = details.card
        let slot = details.slot ?? 0
        let state: State =
            switch details.label {
            case .live: .live(slot: slot)
            case .approved: .approved(slot: slot)
            case .winner: .won(slot: slot)
            case .eliminated: .eliminated
            case .pending:
                switch details.processing {
                case .processing: .hidden("Its file is being checked.")
                case .failed: .hidden("Its file was refused: \(details.processingError ?? "")")
                case .ready, nil: .hidden("It waits for review.")
                }
            case .nextSeason: .hidden("It is approved and waits for the next season.")
            case .rejected: .hidden("It was not accepted: \(details.rejectionReason ?? "")")
            case .withdrawn: .hidden("It was withdrawn.")
            }
        self.init(
            title: card.title, id: card.id, clip: ClipView(card, votes: details.voteCount),
            description: details.description,
            state: state,
            season: details.season.map { (number: $0.number, label: $0.label, totalSlots: $0.totalSlots) },
            roundVotes: details.label == .live ? details.voteCount : nil, closedVotes: details.closedVotes,
            endsAt: details.votingEndsAt,
            rounds: details.history.map { round in
                Round(
                    slot: round.slot, rank: round.rank, clips: round.clips, votes: round.voteCount,
                    score: round.weightedScore, isWon: round.won, closedAt: round.closedAt)
            },
            listedAt: details.activatedAt ?? details.createdAt, width: card.width ?? 1080, height: card.height ?? 1920,
            comments: details.commentCount, isOwn: card.username != nil && card.username == member?.username,
            origin: try clips.origin(of: id).map { (model: $0.model, madeAt: $0.madeAt) })
    }
}
