public import Comparisons
internal import FoundationEssentials
public import HTTP
internal import Postgres
public import SharedHandlers
internal import Storage

extension ComparisonRoutes {
    /// The routes of what members keep of the arena, and of what they did there.
    public static func favoriteRoutes(_ favorites: Favorites) -> [Route] {
        [
            .get(
                "/api/favorites", access: .member, query: .paging(default: 24, cap: 100), features: ["ARENA-12"],
                summary: "The member's saved comparisons page by page, and all saved models."
            ) { context in
                let member = try context.member().id
                return FavoriteList(
                    page: try favorites.comparisons(of: member, context.pageRequest),
                    models: try favorites.models(of: member))
            },
            .get(
                "/api/favorites/ids", access: .member, features: ["ARENA-12"],
                summary: "What the member has saved, by id and slug alone, for pages that mark it."
            ) { context in
                let ids = try favorites.ids(of: try context.member().id)
                return FavoriteIDs(comparisons: ids.comparisons, models: ids.models)
            },
            .post(
                "/api/favorites", access: .member, body: FavoriteInput.self, features: ["ARENA-12"],
                summary: "Saves a public comparison or a model. What is saved already stays so."
            ) { context, input in
                try favorites.keep(try input.thing(), for: try context.member().id)
                return Done()
            },
            .delete(
                "/api/favorites", access: .member, body: FavoriteInput.self, features: ["ARENA-12"],
                summary: "Takes a comparison or a model off the member's list."
            ) { context, input in
                try favorites.drop(try input.thing(), for: try context.member().id)
                return Done()
            },
            .get(
                "/api/favorites/votes", access: .member, query: .paging(), features: ["ARENA-12"],
                summary: "The member's votes for videos of public comparisons, the latest first."
            ) { context in try favorites.votes(of: try context.member().id, context.pageRequest) },
            .get(
                "/api/favorites/battles", access: .member, query: .paging(), features: ["ARENA-12"],
                summary: "The battles that the member judged, the latest first."
            ) { context in try favorites.battles(of: try context.member().id, context.pageRequest) },
        ]
    }
}

/// What to save, or to take off the list: one of the two.
struct FavoriteInput: InputShape {
    @Input("A public comparison.") var comparisonID: UUID?
    @Input(.string(1...100), "A model, by slug; in place of `comparisonId`.") var model: String?

    func thing() throws -> FavoriteThing {
        switch (comparisonID, model) {
        case (let id?, nil): return .comparison(id)
        case (nil, let slug?): return .model(slug)
        default: throw Problem.invalid("comparisonId", "contradiction", "Give either a comparison or a model.")
        }
    }
}

/// A member's favourites.
struct FavoriteList: Shaped {
    let page: Page<ListedComparison>
    let models: [FavoriteModel]

    static let shape = Shape<FavoriteList>("FavoriteList") {
        Including(page: { $0.page.map { ComparisonEntry(listed: $0) } })
        Field("models", { $0.models.map { SavedModel(model: $0) } }, "All saved models, the latest first.")
    }
}

/// A saved model.
struct SavedModel: Shaped {
    let model: FavoriteModel

    static let shape = Shape<SavedModel>("SavedModel") {
        Field("slug", \.model.slug, "`/models/[slug]` is its page.")
        Field("name", \.model.name)
        Field("maker", \.model.maker)
        Field("isActive", \.model.isActive, "Whether it can still be chosen.")
        Field("savedAt", \.model.savedAt)
    }
}

/// What a member has saved, in short.
struct FavoriteIDs: Shaped {
    let comparisons: [UUID]
    let models: [String]

    static let shape = Shape<FavoriteIDs>("FavoriteIds") {
        Field("comparisons", \.comparisons)
        Field("models", \.models, "By slug.")
    }
}

extension OwnArenaVote: ListItem, Shaped {
    /// What the list is called in its answers.
    public static let listName = "votes"
    /// The name of its pages.
    public static let pageName = "OwnVotePage"
    /// The form of a vote.
    public static let shape = Shape<OwnArenaVote>("OwnVote") {
        Field("videoID", \.videoID)
        Field("comparison", \.slug, "`/comparisons/[slug]` is its page.")
        Field("title", \.title)
        Field("model", \.modelSlug)
        Field("modelName", \.modelName)
        Field("votedAt", \.votedAt)
    }
}

extension OwnBattle: ListItem, Shaped {
    /// What the list is called in its answers.
    public static let listName = "battles"
    /// The name of its pages.
    public static let pageName = "OwnBattlePage"
    /// The form of a battle.
    public static let shape = Shape<OwnBattle>("OwnBattle") {
        Field("id", { Int($0.id) })
        Field("left", \.leftSlug, "The model on the left, by slug.")
        Field("leftName", \.leftName)
        Field("right", \.rightSlug)
        Field("rightName", \.rightName)
        Field("outcome", \.outcome, .choice(["left", "right", "tie", "bothBad"]), nil)
        Field("castAt", \.castAt)
    }
}
