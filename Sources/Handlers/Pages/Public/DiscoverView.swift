internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import Text

/// What a visitor looks for on the page of all clips, as its address says it. What the address says wrongly counts as not
/// said, so that an old link still shows something.
struct DiscoverQuery: Sendable, Equatable {
    var text = ""
    var genre: String?
    var status: String?
    var sort = "newest"
    var cursor: String?

    init(text: String = "", genre: String? = nil, status: String? = nil, sort: String = "newest", cursor: String? = nil)
    {
        self.text = text
        self.genre = genre
        self.status = status
        self.sort = sort
        self.cursor = cursor
    }

    /// Reads the query of an address.
    init(_ query: Query) {
        text = String((query["q"] ?? "").trimmed.prefix(Self.longestText))
        genre = query["genre"].flatMap { ClipGenre.all.contains($0) ? $0 : nil }
        status = query["status"].flatMap { word in Self.statuses.contains { $0.word == word } ? word : nil }
        sort = query["sort"].flatMap { word in Self.sorts.contains { $0.word == word } ? word : nil } ?? "newest"
        cursor = query["cursor"].flatMap { $0.isEmpty || $0.utf8.count > 512 ? nil : $0 }
    }

    /// As many characters as the API takes.
    static let longestText = 100
    /// What the statuses are called here.
    static let statuses = [("active", "In the race"), ("locked", "In the film"), ("eliminated", "Not chosen")].map {
        (word: $0.0, label: $0.1)
    }
    /// What the orders are called here.
    static let sorts = [("newest", "Newest"), ("oldest", "Oldest"), ("votes", "Most votes")].map {
        (word: $0.0, label: $0.1)
    }

    /// Whether it looks for something: then there may be no clip although the site has some.
    var isNarrowed: Bool { !text.isEmpty || genre != nil || status != nil }

    /// The address of the page for this query.
    var path: String {
        var pairs: [(String, String)] = []
        if !text.isEmpty { pairs.append(("q", text)) }
        if let genre { pairs.append(("genre", genre)) }
        if let status { pairs.append(("status", status)) }
        if sort != "newest" { pairs.append(("sort", sort)) }
        if let cursor { pairs.append(("cursor", cursor)) }
        let query = pairs.map { "\($0.0)=\(Text.percentEncode($0.1))" }.joined(separator: "&")
        return "/discover" + (query.isEmpty ? "" : "?" + query)
    }
}

/// A page of the clips that everybody may see.
struct DiscoverView: Sendable {
    /// A clip in the list.
    struct Entry: Sendable {
        var clip: ClipView
        var state: ClipPageView.State
        /// What is known of its votes, in words; nil while they are hidden or there was no round.
        var votes: Int?
    }

    var entries: [Entry]
    /// What asks for the next page; nil on the last one.
    var nextCursor: String?
    /// How many clips each genre has.
    var genres: [(name: String, clips: Int)]
}

extension DiscoverView {
    /// The clips that a query finds. A cursor that was not given out shows the first page.
    init(_ clips: Clips, _ query: DiscoverQuery) throws {
        var search = ClipSearch()
        search.text = query.text
        search.genre = query.genre
        search.status = query.status.flatMap(ClipStatus.init)
        search.order = ClipSearch.Order(rawValue: query.sort) ?? .newest
        search.page = PageRequest(limit: search.page.limit, cursor: query.cursor)
        let page = try Self.page(of: clips, search)
        self.init(
            entries: page.items.compactMap(Entry.init), nextCursor: page.nextCursor,
            genres: try clips.genres().map { (name: $0.genre, clips: $0.clips) })
    }

    static func page(of clips: Clips, _ search: ClipSearch) throws -> Postgres.Page<ListedClip> {
        do {
            return try clips.find(search)
        } catch is InvalidCursor {
            var first = search
            first.page = PageRequest(limit: search.page.limit)
            return try clips.find(first)
        }
    }
}

extension DiscoverView.Entry {
    init?(_ listed: ListedClip) {
        guard let clip = ClipView(listed.card, votes: listed.voteCount) else { return nil }
        let slot = listed.slot ?? 0
        let state: ClipPageView.State =
            switch listed.status {
            case .locked: .won(slot: slot)
            case .active: listed.label == .live ? .live(slot: slot) : .approved(slot: slot)
            case .eliminated, .pending, .rejected: .eliminated
            }
        let isWaiting = if case .approved = state { true } else { false }
        self.init(clip: clip, state: state, votes: isWaiting ? nil : listed.voteCount)
    }
}
