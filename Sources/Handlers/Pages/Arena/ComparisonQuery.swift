internal import Catalog
internal import Comparisons
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import Text

/// What a reader looks for among the comparisons, as the address says it. What it says wrongly counts as not said, so that
/// an old link still shows something.
struct ComparisonQuery: Sendable, Equatable {
    var text = ""
    var type: String?
    var tag: String?
    var since: String?
    var length: String?
    var resolution: String?
    var sort = "newest"
    var cursor: String?
    /// How many at most.
    var limit = 24
    /// Whether the tag is named by the path.
    var isOfTagPage = false

    init() {}

    /// Reads the query of an address.
    init(_ query: Query, tag: String? = nil) {
        text = String((query["q"] ?? "").trimmed.prefix(Self.longestText))
        type = Self.known(query["type"], in: Self.types)
        since = Self.known(query["since"], in: Self.ages)
        length = Self.known(query["length"], in: Self.lengths)
        resolution = Self.known(query["resolution"], in: Self.resolutions)
        sort = Self.known(query["sort"], in: Self.sorts) ?? "newest"
        cursor = query["cursor"].flatMap { $0.isEmpty || $0.utf8.count > 512 ? nil : $0 }
        isOfTagPage = tag != nil
        self.tag = tag ?? query["tag"].flatMap { $0.isEmpty || $0.utf8.count > 40 ? nil : $0 }
    }

    private static func known(_ word: String?, in choices: [(word: String, label: String)]) -> String? {
        word.flatMap { word in choices.contains { $0.word == word } ? word : nil }
    }

    /// As many characters as the API takes.
    static let longestText = 100
    static let types = [("text-to-video", "Text to video"), ("image-to-video", "Image to video")].map {
        (word: $0.0, label: $0.1)
    }
    static let ages = [("week", "Last week"), ("month", "Last month"), ("year", "Last year")].map {
        (word: $0.0, label: $0.1)
    }
    static let lengths = [("short", "Up to 5 s"), ("medium", "5 to 8 s"), ("long", "Over 8 s")].map {
        (word: $0.0, label: $0.1)
    }
    static let resolutions = [("480", "480p or more"), ("720", "720p or more"), ("1080", "1080p or more")].map {
        (word: $0.0, label: $0.1)
    }
    static let sorts = [("newest", "Newest"), ("votes", "Most votes"), ("quality", "Quality")].map {
        (word: $0.0, label: $0.1)
    }

    /// Whether it leaves any out.
    var isNarrowed: Bool {
        !text.isEmpty || type != nil || tag != nil || since != nil || length != nil || resolution != nil
    }
    /// Whether a search engine would list it as a page of its own.
    var isPlain: Bool {
        text.isEmpty && since == nil && length == nil && resolution == nil && cursor == nil && sort == "newest"
    }

    /// The address of the page for this query.
    var path: String {
        var pairs: [(String, String)] = []
        if !text.isEmpty { pairs.append(("q", text)) }
        if let type { pairs.append(("type", type)) }
        if let tag, !isOfTagPage { pairs.append(("tag", tag)) }
        if let since { pairs.append(("since", since)) }
        if let length { pairs.append(("length", length)) }
        if let resolution { pairs.append(("resolution", resolution)) }
        if sort != "newest" { pairs.append(("sort", sort)) }
        if let cursor { pairs.append(("cursor", cursor)) }
        let query = pairs.map { "\($0.0)=\(Text.percentEncode($0.1))" }.joined(separator: "&")
        return base + (query.isEmpty ? "" : "?" + query)
    }

    /// The page.
    var base: String { isOfTagPage ? "/tags/\(tag ?? "")" : "/comparisons" }

    /// The same without what narrows it.
    var bare: ComparisonQuery {
        var other = ComparisonQuery()
        (other.tag, other.isOfTagPage) = isOfTagPage ? (tag, true) : (nil, false)
        return other
    }

    /// The search that it means.
    var search: ComparisonSearch {
        var search = ComparisonSearch()
        search.text = text
        search.kind = type.flatMap(ModelCapability.init)
        search.tag = tag
        let days = ["week": 7.0, "month": 30.0, "year": 365.0]
        // Whole hours, so that a repeated search is the same one.
        search.since = since.flatMap { days[$0] }.map { days in
            Date(timeIntervalSince1970: (Date().timeIntervalSince1970 / 3_600).rounded(.down) * 3_600 - days * 86_400)
        }
        switch length {
        case "short": search.mostMs = 5_000
        case "medium": (search.leastMs, search.mostMs) = (5_000, 8_000)
        case "long": search.leastMs = 8_001
        default: break
        }
        search.leastShortSide = resolution.flatMap { Int($0) }
        search.order = ComparisonSearch.Order(rawValue: sort) ?? .newest
        search.page = PageRequest(limit: limit, cursor: cursor)
        return search
    }
}
