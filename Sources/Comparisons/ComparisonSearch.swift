public import Catalog
public import FoundationEssentials
public import Postgres

/// Which comparisons to list.
public struct ComparisonSearch: Sendable {
    /// The orders of the public list.
    public enum Order: String, Sendable, CaseIterable {
        /// Featured ones first, then from the newest.
        case newest
        /// From the one with the most votes.
        case votes
        /// From the one with the highest quality score.
        case quality
    }

    /// What admins filter by.
    public enum Visibility: String, Sendable, CaseIterable {
        /// Everyone sees it.
        case `public`
        /// Only admins see it.
        case `private`
        /// It comes first in lists.
        case featured
        /// It was put away.
        case archived
    }

    /// Words of title, prompt or description; the last one may be typed in part.
    public var text = ""
    /// What the videos start from.
    public var kind: ModelCapability?
    /// The slug of a tag.
    public var tag: String?
    /// Only those that were published, or for admins made, since then.
    public var since: Date?
    /// The shortest length that was asked for, in milliseconds.
    public var leastMs: Int?
    /// The longest, in milliseconds.
    public var mostMs: Int?
    /// Only those with a video of at least so many pixels on its shorter side.
    public var leastShortSide: Int?
    /// For admins.
    public var visibility: Visibility?
    /// The order of the public list.
    public var order = Order.newest
    /// The page.
    public var page = PageRequest(limit: 24)

    /// Every comparison.
    public init() {}

    /// Whether it leaves any out.
    public var isNarrowed: Bool {
        !text.isEmpty || kind != nil || tag != nil || since != nil || leastMs != nil || mostMs != nil
            || leastShortSide != nil
    }
}

/// How many comparisons a search finds.
public struct ComparisonCount: Sendable {
    /// Counting ends here.
    public static let most = 1_000
    /// How many, `most` and one when there are more.
    public let found: Int
    /// Whether there are more than `most`.
    public var isOpen: Bool { found > Self.most }
}

extension Comparisons {
    /// A page of the public comparisons, and how many there are.
    public func list(_ search: ComparisonSearch) throws -> (page: Page<ListedComparison>, count: ComparisonCount) {
        let order =
            switch search.order {
            case .newest:
                Keyset(
                    "comparisons", .number("comparisons.is_featured::int"), .moment("comparisons.published_at"),
                    .uuid("comparisons.id"), isDescending: true)
            case .votes:
                Keyset(
                    "comparisons by votes", .number("comparisons.vote_count"), .uuid("comparisons.id"),
                    isDescending: true)
            case .quality:
                Keyset(
                    "comparisons by quality", .number("comparisons.quality_score"), .uuid("comparisons.id"),
                    isDescending: true)
            }
        var conditions: [SQL] = ["true"]
        if let since = search.since { conditions.append("comparisons.published_at >= \(since)") }
        return try list(search, order, conditions, in: "listed_comparisons comparisons", for: nil)
    }

    /// A page of all comparisons from the newest, for an admin, and how many there are.
    public func list(
        _ search: ComparisonSearch, for admin: UUID
    ) throws -> (page: Page<ListedComparison>, count: ComparisonCount) {
        let order = Keyset(
            "all comparisons", .moment("comparisons.created_at"), .uuid("comparisons.id"), isDescending: true)
        var conditions: [SQL] = []
        switch search.visibility {
        case .public: conditions.append("comparisons.is_public and comparisons.archived_at is null")
        case .private: conditions.append("not comparisons.is_public and comparisons.archived_at is null")
        case .featured: conditions.append("comparisons.is_featured and comparisons.archived_at is null")
        case .archived: conditions.append("comparisons.archived_at is not null")
        case nil: conditions.append("true")
        }
        if let since = search.since { conditions.append("comparisons.created_at >= \(since)") }
        return try list(search, order, conditions, in: "comparisons", for: admin)
    }

    private func list(
        _ search: ComparisonSearch, _ order: Keyset, _ given: [SQL], in source: SQL, for admin: UUID?
    ) throws -> (page: Page<ListedComparison>, count: ComparisonCount) {
        let reader = database.acting(for: admin)
        let place = try order.place(after: search.page)
        var conditions = given
        if !search.text.isEmpty {
            let words: String? = try database.one("select listing_query(\(search.text))::text", as: String?.self)
            guard let words else { return (Page(items: []), ComparisonCount(found: 0)) }
            conditions.append("comparisons.words @@ \(words)::text::tsquery")
        }
        if let kind = search.kind { conditions.append("comparisons.kind = \(kind)") }
        if let tag = search.tag {
            conditions.append(
                """
                comparisons.id in (
                    select comparison_tags.comparison_id
                    from comparison_tags
                    where comparison_tags.tag_id = (select tags.id from tags where tags.slug = \(tag))
                )
                """)
        }
        if let least = search.leastMs { conditions.append("comparisons.duration_ms >= \(Int32(clamping: least))") }
        if let most = search.mostMs { conditions.append("comparisons.duration_ms <= \(Int32(clamping: most))") }
        if let side = search.leastShortSide {
            conditions.append("comparisons.short_side >= \(Int32(clamping: side))")
        }
        let condition = conditions.joined(separator: " and ")
        let rows: [Row] = try reader.query(
            """
            select \(sql: ListedComparison.columns), \(sql: order.columns)
            from (
                select *
                from \(sql: source)
                where \(sql: condition) and \(sql: place.condition)
                \(sql: place.orderAndLimit)
            ) comparisons
            \(sql: ListedComparison.joins)
            \(sql: place.order)
            """)
        let found: Int = try reader.one(
            """
            select count(*)::int
            from (
                select
                from \(sql: source)
                where \(sql: condition)
                limit \(ComparisonCount.most + 1)
            ) counted
            """)
        return (
            try order.page(of: rows, search.page) { row in try ListedComparison(row: row) },
            ComparisonCount(found: found)
        )
    }

    /// Scores the public comparisons again; how many scores have changed. Not for the web role.
    public static func score(in database: Database) throws -> Int {
        try database.one("select score_comparisons()")
    }

    /// The addresses of all public comparisons, for those who look for pages.
    public func addresses(limit: Int = 40_000) throws -> [(slug: String, changedAt: Date)] {
        let rows: [Row] = try database.query(
            """
            select slug, updated_at
            from comparisons
            where is_public and archived_at is null
            order by published_at desc
            limit \(limit)
            """)
        return try rows.map { (slug: try $0.value("slug"), changedAt: try $0.value("updated_at")) }
    }
}
