public import Battles
internal import Catalog
public import Comparisons
public import FoundationEssentials
internal import Generation
internal import HTTP
internal import Money
internal import Postgres
internal import Storage
internal import Text

/// What the pages of comparisons read.
public struct ArenaSources: Sendable {
    /// A page of the public comparisons.
    let list: @Sendable (ComparisonQuery) throws -> ComparisonsView
    /// The public comparison with a slug; nil when there is none.
    let comparison: @Sendable (String) throws -> ComparisonView?
    /// The tags of public comparisons.
    let tags: @Sendable () throws -> [TagView]
    /// The tag with a slug; nil when there is none.
    let tag: @Sendable (String) throws -> TagView?
    /// The comparisons of the sitemap.
    let addresses: @Sendable () throws -> [(slug: String, changedAt: Date)]
    /// The comparisons of the feed, the latest first.
    let latest: @Sendable () throws -> [ComparisonFeedEntry]
    /// The models that an admin can compare.
    let models: @Sendable (Context) throws -> [ComparableModel]
    /// Two models by their slugs; nil when one is not known, or both are the same.
    let versus: @Sendable (String, String) throws -> VersusView?
    /// The models that the one with a slug can be compared with.
    let rivals: @Sendable (String) throws -> [Rival]
    /// The latest videos of the model with a slug.
    let modelVideos: @Sendable (String) throws -> [ModelVideo]
    /// What a member saved of the arena, and did there.
    let favorites: @Sendable (Context) throws -> FavoritesView
    /// What members suggest, as the caller sees it.
    let suggestions: @Sendable (Context) throws -> SuggestionsView
    /// The open suggestion of which an admin makes a comparison; nil when there is none.
    let suggestion: @Sendable (Context) throws -> Suggestion?

    init(
        list: @escaping @Sendable (ComparisonQuery) throws -> ComparisonsView = { _ in ComparisonsView() },
        comparison: @escaping @Sendable (String) throws -> ComparisonView? = { _ in nil },
        tags: @escaping @Sendable () throws -> [TagView] = { [] },
        tag: @escaping @Sendable (String) throws -> TagView? = { _ in nil },
        addresses: @escaping @Sendable () throws -> [(slug: String, changedAt: Date)] = { [] },
        latest: @escaping @Sendable () throws -> [ComparisonFeedEntry] = { [] },
        models: @escaping @Sendable (Context) throws -> [ComparableModel] = { _ in [] },
        versus: @escaping @Sendable (String, String) throws -> VersusView? = { _, _ in nil },
        rivals: @escaping @Sendable (String) throws -> [Rival] = { _ in [] },
        modelVideos: @escaping @Sendable (String) throws -> [ModelVideo] = { _ in [] },
        favorites: @escaping @Sendable (Context) throws -> FavoritesView = { _ in FavoritesView() },
        suggestions: @escaping @Sendable (Context) throws -> SuggestionsView = { _ in SuggestionsView() },
        suggestion: @escaping @Sendable (Context) throws -> Suggestion? = { _ in nil }
    ) {
        self.list = list
        self.comparison = comparison
        self.tags = tags
        self.tag = tag
        self.addresses = addresses
        self.latest = latest
        self.models = models
        self.versus = versus
        self.rivals = rivals
        self.modelVideos = modelVideos
        self.favorites = favorites
        self.suggestions = suggestions
        self.suggestion = suggestion
    }

    /// Reads the comparisons of a site. `hasPremium` says whether a member may run premium models.
    public init(
        _ comparisons: Comparisons, tags: Tags, favorites: Favorites, suggestions: Suggestions,
        boards: RatingBoards, hasPremium: @escaping @Sendable (UUID) throws -> Bool
    ) {
        @Sendable func models(_ hasPremium: Bool) throws -> [ComparableModel] {
            let catalog = comparisons.generations.catalog
            return try catalog.active().map { model in
                let obstacle = catalog.availability(of: model, hasPremium: hasPremium)?.sentence
                return ComparableModel(model, obstacle: obstacle)
            }
        }
        self.init(
            list: { try ComparisonsView(comparisons, tags, $0) },
            comparison: { try comparisons.find(slug: $0).map(ComparisonView.init) },
            tags: { try tags.listed().map(TagView.init) },
            tag: { try tags.find(slug: $0).map(TagView.init) },
            addresses: { try comparisons.addresses() },
            latest: { try comparisons.latest(FeedEntry.most).map(ComparisonFeedEntry.init) },
            models: { try models(try hasPremium(try $0.member().id)) },
            versus: { try VersusView(comparisons, boards, ($0, $1)) },
            rivals: { slug in
                guard let model = try comparisons.generations.catalog.find(slug: slug) else { return [] }
                return try comparisons.rivals(of: model.id)
            },
            modelVideos: { slug in
                guard let model = try comparisons.generations.catalog.find(slug: slug) else { return [] }
                return try comparisons.videos(of: model.id)
            },
            favorites: { try FavoritesView(favorites, $0) },
            suggestions: { context in
                try SuggestionsView(suggestions, context.caller.member == nil ? [] : try models(true), context)
            },
            suggestion: { context in
                guard let id = context.request.query["suggestion"].flatMap(UUID.init(uuidString:)) else { return nil }
                return try suggestions.find(id, for: try context.member().id).flatMap { $0.status == .open ? $0 : nil }
            })
    }
}

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

/// A page of the public comparisons.
struct ComparisonsView: Sendable {
    var entries: [ComparisonEntryView] = []
    /// What asks for the next page; nil on the last one.
    var nextCursor: String?
    /// How many there are, in words.
    var found = "0 comparisons"
    /// The tags that can be chosen.
    var tags: [TagView] = []
}

extension ComparisonsView {
    /// The comparisons that a query finds. A cursor that was not given out shows the first page.
    init(_ comparisons: Comparisons, _ tags: Tags, _ query: ComparisonQuery) throws {
        let found: (page: Postgres.Page<ListedComparison>, count: ComparisonCount)
        do {
            found = try comparisons.list(query.search)
        } catch is InvalidCursor {
            var first = query
            first.cursor = nil
            found = try comparisons.list(first.search)
        }
        let most = "more than \(Formatting.count(ComparisonCount.most)) comparisons"
        self.init(
            entries: found.page.items.map(ComparisonEntryView.init), nextCursor: found.page.nextCursor,
            found: found.count.isOpen ? most : Formatting.count(found.count.found, "comparison", "comparisons"),
            tags: try tags.listed().map(TagView.init))
    }
}

/// A comparison in a list.
struct ComparisonEntryView: Sendable {
    var id: UUID
    var slug: String
    var title: String
    var type: String
    var isFeatured = false
    var videos: Int
    var votes: Int
    /// How much it shows, from 0 to 1.
    var quality = 0.0
    var pictureURL: String?
    /// What plays under a pointer.
    var previewURL: String?
    var tags: [TagView] = []
}

extension ComparisonEntryView {
    init(_ listed: ListedComparison) {
        let facts = listed.facts
        let picture = listed.posterKey.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) }
        self.init(
            id: facts.id, slug: facts.slug, title: facts.title, type: facts.kind.words, isFeatured: facts.isFeatured,
            videos: facts.completedVideos, votes: facts.votes, quality: facts.qualityScore,
            pictureURL: picture ?? (facts.hasPicture ? "/api/comparisons/\(facts.id.text)/picture" : nil),
            previewURL: listed.smallKey.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) },
            tags: facts.tags.map { TagView(slug: $0.slug, name: $0.name) })
    }
}

/// A tag of public comparisons.
struct TagView: Sendable {
    var slug: String
    var name: String
    var count = 0
}

extension TagView {
    init(_ tag: Tag) { self.init(slug: tag.slug, name: tag.name, count: tag.listed) }
}

/// A comparison as its page shows it.
struct ComparisonView: Sendable {
    /// The video of one model.
    struct Video: Sendable {
        var id: UUID
        var model: String
        var modelSlug: String
        var maker: String
        var generationSeconds: Double?
        var cost: String?
        var width: Int
        var height: Int
        var seconds: Double
        var bytes: Int
        var url: String
        var smallURL: String
        var posterURL: String
        var votes: Int
        var createdAt: Date

        /// What the file is called when it is kept.
        var downloadName: String {
            String(modelSlug.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }).lowercased()
        }
    }

    var id: UUID
    var slug: String
    var title: String
    var about: String
    var type: String
    var prompt: String
    var negativePrompt: String?
    var pictureURL: String?
    var seconds: Double
    var aspectRatio: String?
    var isFeatured: Bool
    var publishedAt: Date
    var votes: Int
    /// How much it shows, from 0 to 1.
    var quality = 0.0
    /// What all runs cost: ` for $3.95`; nil while one cost is not known.
    var cost: String?
    var tags: [TagView]
    var videos: [Video]

    var path: String { "/comparisons/\(slug)" }
}

extension ComparisonView {
    init(_ comparison: Comparison) {
        let facts = comparison.facts
        let videos = comparison.videos.compactMap(Video.init)
        let costs = comparison.videos.compactMap(\.generation.cost)
        self.init(
            id: facts.id, slug: facts.slug, title: facts.title, about: facts.about, type: facts.kind.words,
            prompt: facts.prompt, negativePrompt: facts.negativePrompt,
            pictureURL: facts.hasPicture ? "/api/comparisons/\(facts.id.text)/picture" : nil,
            seconds: Double(facts.durationMs) / 1_000, aspectRatio: facts.aspectRatio, isFeatured: facts.isFeatured,
            publishedAt: facts.publishedAt ?? facts.createdAt, votes: facts.votes, quality: facts.qualityScore,
            cost: costs.isEmpty || costs.count < videos.count ? nil : Self.sum(costs),
            tags: facts.tags.map { TagView(slug: $0.slug, name: $0.name) }, videos: videos)
    }
}

extension ComparisonView {
    /// What all runs cost, as it follows their number.
    private static func sum(_ costs: [Money]) -> String {
        let sum = costs.reduce(Money.zero, +)
        return sum == .zero ? ", free" : " for \(sum.formatted)"
    }
}

extension ComparisonView.Video {
    init?(_ video: ComparisonVideo) {
        func url(_ key: String?) -> String? { key.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) } }
        let kept = video.generation
        guard kept.status == .completed, let full = url(kept.videoKey), let small = url(kept.smallKey),
            let poster = url(kept.posterKey)
        else { return nil }
        self.init(
            id: kept.id, model: kept.modelName, modelSlug: kept.modelSlug, maker: video.maker,
            generationSeconds: kept.generationMs.map { Double($0) / 1_000 },
            cost: kept.cost.map { $0 == Money.zero ? "Free" : $0.formatted }, width: kept.width ?? 1_280,
            height: kept.height ?? 720, seconds: Double(kept.videoMs ?? kept.durationMs) / 1_000,
            bytes: kept.sizeBytes ?? 0, url: full, smallURL: small, posterURL: poster, votes: video.votes,
            createdAt: kept.createdAt)
    }
}

extension ComparisonFeedEntry {
    init(_ found: LatestComparison) {
        self.init(
            id: found.id, slug: found.slug, title: found.title, prompt: found.prompt, models: found.models,
            tags: found.tags, videoURL: found.videoKey.flatMap { StorageKey($0) }.map { MediaURLs().url(for: $0) },
            publishedAt: found.publishedAt)
    }
}

/// A model that an admin can compare.
public struct ComparableModel: Sendable {
    let slug: String
    let name: String
    let maker: String
    let provider: String
    /// Why it cannot be run; nil when it can.
    let obstacle: String?
    let takesWords: Bool
    let takesPicture: Bool
}

extension ComparableModel {
    init(_ model: Model, obstacle: String?) {
        self.init(
            slug: model.slug, name: model.name, maker: model.maker, provider: model.provider.displayName,
            obstacle: obstacle, takesWords: model.capabilities.contains(.textToVideo),
            takesPicture: model.capabilities.contains(.imageToVideo))
    }
}

extension ModelCapability {
    /// In words.
    var words: String { self == .textToVideo ? "Text to video" : "Image to video" }
}
