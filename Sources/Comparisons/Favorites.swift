public import FoundationEssentials
public import Postgres

/// What a member saves.
public enum FavoriteThing: Sendable, Equatable {
    /// A public comparison.
    case comparison(UUID)
    /// A model, by slug.
    case model(String)

    fileprivate var comparison: UUID? {
        if case .comparison(let id) = self { id } else { nil }
    }

    fileprivate var model: String? {
        if case .model(let slug) = self { slug } else { nil }
    }
}

/// A saved model.
public struct FavoriteModel: Sendable, RowDecodable {
    /// The name in addresses.
    public let slug: String
    /// What people read.
    public let name: String
    /// Who made it.
    public let maker: String
    /// Whether it can still be chosen.
    public let isActive: Bool
    /// When it was saved.
    public let savedAt: Date

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        slug = try row.value("slug")
        name = try row.value("name")
        maker = try row.value("maker")
        isActive = try row.value("is_active")
        savedAt = try row.value("created_at")
    }
}

/// A vote of a member for a video.
public struct OwnArenaVote: Sendable, RowDecodable {
    /// The video.
    public let videoID: UUID
    /// The comparison's name in addresses.
    public let slug: String
    /// The comparison's title.
    public let title: String
    /// The model that made the video.
    public let modelName: String
    /// Its name in addresses.
    public let modelSlug: String
    /// The storage key of the video's still.
    public let posterKey: String?
    /// When the vote was cast.
    public let votedAt: Date

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        videoID = try row.value("video_id")
        slug = try row.value("slug")
        title = try row.value("title")
        modelName = try row.value("model_name")
        modelSlug = try row.value("model_slug")
        posterKey = try row.value("poster_key")
        votedAt = try row.value("voted_at")
    }
}

/// A battle that a member judged.
public struct OwnBattle: Sendable, RowDecodable {
    /// The number of the battle.
    public let id: Int64
    /// The model on the left.
    public let leftName: String
    /// Its name in addresses.
    public let leftSlug: String
    /// The model on the right.
    public let rightName: String
    /// Its name in addresses.
    public let rightSlug: String
    /// `left`, `right`, `tie` or `bothBad`.
    public let outcome: String
    /// When it was judged.
    public let castAt: Date

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        leftName = try row.value("left_name")
        leftSlug = try row.value("left_slug")
        rightName = try row.value("right_name")
        rightSlug = try row.value("right_slug")
        outcome = try row.value("outcome")
        castAt = try row.value("cast_at")
    }
}

/// What members keep of the arena, and what they did there.
public struct Favorites: Sendable {
    /// As many as a member may save.
    public static let most = 500

    private let database: Database

    /// The favourites of a database.
    public init(database: Database) {
        self.database = database
    }

    /// Saves a thing for a member. One that is saved already stays where it is.
    public func keep(_ thing: FavoriteThing, for member: UUID) throws {
        try ArenaRefusal.check(
            try database.one(
                "select keep_favorite(\(member), \(thing.comparison), \(thing.model), \(Int32(Self.most)))",
                as: String.self))
    }

    /// Takes a thing off a member's list.
    public func drop(_ thing: FavoriteThing, for member: UUID) throws {
        try database.execute("select drop_favorite(\(member), \(thing.comparison), \(thing.model))")
    }

    /// The ids of a member's saved comparisons and the slugs of the saved models.
    public func ids(of member: UUID) throws -> (comparisons: [UUID], models: [String]) {
        let reader = database.acting(for: member)
        return (
            try reader.query(
                "select comparison_id from favorites where user_id = \(member) and comparison_id is not null order by id"
            ),
            try reader.query(
                """
                select models.slug
                from favorites
                join models on models.id = favorites.model_id
                where favorites.user_id = \(member)
                order by favorites.id
                """)
        )
    }

    /// A page of a member's saved comparisons that are public, the latest first.
    public func comparisons(of member: UUID, _ request: PageRequest) throws -> Page<ListedComparison> {
        let order = Keyset("favorites", .number("comparisons.favorite_id"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.acting(for: member).query(
            """
            select \(sql: ListedComparison.columns), \(sql: order.columns)
            from (
                select comparisons.*, favorites.id as favorite_id
                from favorites
                join comparisons on comparisons.id = favorites.comparison_id
                where favorites.user_id = \(member) and comparisons.is_public and comparisons.archived_at is null
            ) comparisons
            \(sql: ListedComparison.joins)
            where \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try order.page(of: rows, request) { row in try ListedComparison(row: row) }
    }

    /// A member's saved models, the latest first.
    public func models(of member: UUID) throws -> [FavoriteModel] {
        try database.acting(for: member).query(
            """
            select models.slug, models.name, models.maker, models.is_active, favorites.created_at
            from favorites
            join models on models.id = favorites.model_id
            where favorites.user_id = \(member)
            order by favorites.id desc
            """)
    }

    /// A page of a member's votes for videos of public comparisons, the latest first.
    public func votes(of member: UUID, _ request: PageRequest) throws -> Page<OwnArenaVote> {
        let order = Keyset("own votes", .microseconds("voted_us"), .uuid("video_id"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.acting(for: member).query(
            """
            select *, \(sql: order.columns)
            from own_arena_votes(\(member), \(sql: place.value(0)), \(sql: place.value(1)), \(Int32(place.rowLimit)))
            \(sql: place.order)
            """)
        return try order.page(of: rows, request) { row in try OwnArenaVote(row: row) }
    }

    /// A page of a member's battles, the latest first.
    public func battles(of member: UUID, _ request: PageRequest) throws -> Page<OwnBattle> {
        let order = Keyset("own battles", .number("id"), isDescending: true)
        let place = try order.place(after: request)
        let rows: [Row] = try database.acting(for: member).query(
            """
            select *, \(sql: order.columns)
            from own_battles(\(member), \(sql: place.value(0)), \(Int32(place.rowLimit)))
            \(sql: place.order)
            """)
        return try order.page(of: rows, request) { row in try OwnBattle(row: row) }
    }
}
