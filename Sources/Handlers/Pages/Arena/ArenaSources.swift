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
