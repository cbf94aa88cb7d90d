internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres

/// A page of a member's own clips, as the member's own page shows them.
public struct OwnClipsView: Sendable {
    /// The clips, the newest first.
    let clips: [OwnClipView]
    /// What asks for the older ones; nil on the last page.
    let nextCursor: String?

    init(clips: [OwnClipView], nextCursor: String? = nil) {
        self.clips = clips
        self.nextCursor = nextCursor
    }
}

/// One of a member's own clips.
struct OwnClipView: Sendable {
    /// What became of it.
    enum State: Sendable, Equatable {
        /// Its file is being checked.
        case checking
        /// Its file was refused, for a reason.
        case failed(String)
        /// Waits for an admin.
        case waiting
        /// Is approved and waits for a season.
        case nextSeason
        /// Is in a slot that is not open for votes.
        case approved(slot: Int)
        /// Is being voted on.
        case live(slot: Int)
        /// Won a slot of the season with this number.
        case won(slot: Int, season: Int)
        /// Competes no more.
        case eliminated
        /// An admin rejected it, for a reason.
        case rejected(String)
        /// The member withdrew it.
        case withdrawn
    }

    var id = UUID()
    var title: String
    var facts: String
    /// The picture, as small as in any list.
    var posterURL: String?
    /// What plays while the file is being checked.
    var previewURL: String?
    var state: State
    var votes: Int?
    var rank: Int?
    var clipsInRound: Int?
    var sentAt: Date
    /// Whether something happened to it since the member last looked.
    var isNew = false
    var canWithdraw = false
    /// Whether the member may give it captions now.
    var canCaption = false
    /// Where its captions are.
    var captionsURL: String?

    /// Whether everybody may see it.
    var isPublic: Bool {
        switch state {
        case .approved, .live, .won, .eliminated: true
        case .checking, .failed, .waiting, .nextSeason, .rejected, .withdrawn: false
        }
    }
}

extension OwnClipsView {
    /// How many clips a page holds.
    private static let length = 24

    /// The clips of the member who asks, from the cursor in the address. The first page notes that the member has seen
    /// what is new.
    init(_ clips: Clips, _ context: Context) throws {
        let member = try context.member().id
        let cursor = context.request.query["cursor"]
        let seenAt = cursor == nil ? try clips.noteSeen(by: member) : nil
        let page = try Self.page(of: clips, member, cursor)
        self.init(
            clips: page.items.map { clip in
                let isNew = cursor == nil && clip.changedAt.map { $0 > seenAt ?? .distantPast } ?? false
                return OwnClipView(clip, isNew: isNew && clip.withdrawnAt == nil)
            }, nextCursor: page.nextCursor)
    }

    /// An address with a cursor that no list gave out shows the first page.
    private static func page(of clips: Clips, _ member: UUID, _ cursor: String?) throws -> Postgres.Page<OwnClip> {
        do {
            return try clips.own(of: member, page: PageRequest(limit: length, cursor: cursor))
        } catch is InvalidCursor {
            return try clips.own(of: member, page: PageRequest(limit: length))
        }
    }
}

extension OwnClipView {
    init(_ clip: OwnClip, isNew: Bool) {
        let (details, card) = (clip.details, clip.details.card)
        let slot = details.slot ?? 0
        let state: State =
            switch details.label {
            case .pending:
                switch details.processing {
                case .processing: .checking
                case .failed: .failed(details.processingError ?? "")
                case .ready, nil: .waiting
                }
            case .nextSeason: .nextSeason
            case .approved: .approved(slot: slot)
            case .live: .live(slot: slot)
            case .winner: .won(slot: slot, season: details.season?.number ?? 1)
            case .eliminated: .eliminated
            case .rejected: .rejected(details.rejectionReason ?? "")
            case .withdrawn: .withdrawn
            }
        self.init(
            id: card.id, title: card.title,
            facts: ([card.genre] + (card.aiGenerated ? ["AI-generated"] : [])
                + (card.durationSeconds.map { [Formatting.clipLength($0)] } ?? []))
                .joined(separator: " · "),
            posterURL: card.thumbnailURL, previewURL: state == .checking ? details.check?.previewURL : nil,
            state: state, votes: details.voteCount, rank: clip.rank, clipsInRound: clip.clipsInRound,
            sentAt: details.createdAt, isNew: isNew, canWithdraw: clip.canWithdraw,
            canCaption: state == .checking || state == .waiting, captionsURL: card.captionsURL)
    }
}
