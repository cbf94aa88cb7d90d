internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres

/// A page of a board, as the pages show it.
struct RanksView: Sendable {
    var board: RankBoard
    var period: RankPeriod
    var entries: [RankEntryView]
    /// What asks for the next page; nil on the last one.
    var nextCursor: String?
    /// Whether this is the board's first page.
    var isFirst = true
    /// How many entries the board has.
    var total: Int
    /// Whether the season that runs keeps the votes of the open round to itself.
    var hidesRound = false

    /// How many entries a page has.
    static let length = 30
}

/// A place on a board.
struct RankEntryView: Sendable {
    /// The place, and the one in the period before.
    var place: RankPlace
    /// The clip; nil on the boards of members.
    var clip: RankedClipView?
    /// The name of the member, or of the clip's creator.
    var name: String
    /// The name in the address of the member's page; nil for somebody without one.
    var username: String?
    /// The member's picture.
    var avatarURL: String
    /// The member's level and streak; nil on the board of clips.
    var level: Int?
    var streak: Int?
}

/// A clip on the board of clips.
struct RankedClipView: Sendable {
    var id: String
    var title: String
    var genre: String
    var posterURL: String?
    var thumbnailURL: String?
}

extension RanksView {
    /// The page that an address names by its board, period and cursor; what the address says wrongly is left out.
    init(_ ranks: Ranks, _ context: Context) throws {
        let query = context.request.query
        let board = query["board"].flatMap(RankBoard.init) ?? .clips
        let period = query["period"].flatMap(RankPeriod.init) ?? .day
        do {
            try self.init(ranks, board, period, query["cursor"])
        } catch is InvalidCursor {
            try self.init(ranks, board, period, nil)
        }
    }

    private init(_ ranks: Ranks, _ board: RankBoard, _ period: RankPeriod, _ cursor: String?) throws {
        let request = PageRequest(limit: Self.length, cursor: cursor)
        let entries: [RankEntryView]
        let next: String?
        let terms: RankTerms
        if board == .clips {
            let found = try ranks.clips(period, page: request)
            (terms, next) = (found.terms, found.page.nextCursor)
            entries = found.page.items.map { ranked in
                RankEntryView(
                    place: ranked.place,
                    clip: RankedClipView(
                        id: ranked.clip.id.uuidString.lowercased(), title: ranked.clip.title, genre: ranked.clip.genre,
                        posterURL: ranked.clip.posterURL, thumbnailURL: ranked.clip.thumbnailURL),
                    name: ranked.clip.username ?? "former member", username: ranked.clip.username,
                    avatarURL: ranked.clip.avatarURL)
            }
        } else {
            let found = try ranks.members(board, period, page: request)
            (terms, next) = (found.terms, found.page.nextCursor)
            entries = found.page.items.map { member in
                RankEntryView(
                    place: member.place, name: member.username ?? "member without a name", username: member.username,
                    avatarURL: member.avatarURL,
                    level: member.level, streak: member.streak)
            }
        }
        self.init(
            board: board, period: period, entries: entries, nextCursor: next, isFirst: cursor == nil,
            total: terms.total, hidesRound: try board != .voters && ranks.hidesOpenRound())
    }
}
