public import Catalog
public import FoundationEssentials
public import Postgres

/// A prompt that a member suggests for a comparison.
public struct Suggestion: Sendable, RowDecodable {
    /// What becomes of one.
    public enum Status: String, Sendable, CaseIterable {
        /// No admin has decided.
        case open
        /// A comparison was made of it.
        case accepted
        /// An admin declined it.
        case declined
    }

    /// The id.
    public let id: UUID
    /// Who suggests it; nil when the name is not known.
    public let author: String?
    /// Whether it is the reader's own.
    public let isOwn: Bool
    /// What the videos would start from.
    public let kind: ModelCapability
    /// What they would show.
    public let prompt: String
    /// What the author says of it.
    public let note: String
    /// The models that the author names, by slug and name.
    public let models: [ComparisonTag]
    /// What has become of it.
    public let status: Status
    /// Why it was declined.
    public let answer: String
    /// The address name and the title of the comparison that was made of it, while everyone may see that.
    public let comparison: ComparisonTag?
    /// How many members vote for it.
    public let votes: Int
    /// Whether the reader votes for it.
    public let hasVoted: Bool
    /// When it was sent.
    public let createdAt: Date
    /// When an admin decided.
    public let decidedAt: Date?

    /// Reads a row of `columns`.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        author = try row.value("username")
        isOwn = try row.value("is_own")
        kind = try row.value("kind")
        prompt = try row.value("prompt")
        note = try row.value("note")
        models = try row.value("models", as: [String].self).map(ComparisonTag.init(joined:))
        let status: String = try row.value("status")
        guard let status = Status(rawValue: status) else {
            throw .decoding(column: "status", expected: "a status", found: status)
        }
        self.status = status
        answer = try row.value("answer")
        comparison = try row.value("comparison", as: String?.self).map(ComparisonTag.init(joined:))
        votes = try row.value("vote_count")
        hasVoted = try row.value("has_voted")
        createdAt = try row.value("created_at")
        decidedAt = try row.value("decided_at")
    }
}

/// What members suggest for comparisons. Members vote for suggestions, and admins turn one into a comparison or decline it.
public struct Suggestions: Sendable {
    /// As many as a member may have open.
    public static let mostOpen = 5

    /// The orders of the list.
    public enum Order: String, Sendable, CaseIterable {
        /// From the one with the most votes.
        case votes
        /// From the newest.
        case newest
    }

    private let database: Database

    /// The suggestions of a database.
    public init(database: Database) {
        self.database = database
    }

    private func columns(for reader: UUID?) -> SQL {
        """
        suggestions.id, users.username, suggestions.user_id is not distinct from \(reader) as is_own, suggestions.kind,
            suggestions.prompt, suggestions.note, suggestions.status, suggestions.answer, suggestions.vote_count,
            suggestions.created_at, suggestions.decided_at,
            array(
                select models.slug || ' ' || models.name
                from suggestion_models
                join models on models.id = suggestion_models.model_id
                where suggestion_models.suggestion_id = suggestions.id
                order by models.name, models.slug
            ) as models,
            (
                select comparisons.slug || ' ' || comparisons.title
                from comparisons
                where comparisons.id = suggestions.comparison_id and comparisons.is_public
                    and comparisons.archived_at is null
            ) as comparison,
            exists (
                select
                from suggestion_votes
                where suggestion_votes.suggestion_id = suggestions.id and suggestion_votes.user_id = \(reader)
            ) as has_voted
        from suggestions
        left join users on users.id = suggestions.user_id
        """
    }

    /// A page of suggestions as a member, or with nil everyone, sees them. Decided ones are ordered by the decision.
    public func list(
        _ status: Suggestion.Status, _ order: Order, _ request: PageRequest, for reader: UUID?
    ) throws -> Page<Suggestion> {
        let keyset =
            switch (status, order) {
            case (.open, .votes):
                Keyset(
                    "suggestions", .number("suggestions.vote_count"), .moment("suggestions.created_at"),
                    .uuid("suggestions.id"), isDescending: true)
            case (.open, .newest):
                Keyset(
                    "new suggestions", .moment("suggestions.created_at"), .uuid("suggestions.id"), isDescending: true)
            default:
                Keyset(
                    "\(status.rawValue) suggestions", .moment("suggestions.decided_at"), .uuid("suggestions.id"),
                    isDescending: true)
            }
        let place = try keyset.place(after: request)
        let rows: [Row] = try database.acting(for: reader).query(
            """
            select \(sql: keyset.columns), \(sql: columns(for: reader))
            where suggestions.status = \(status.rawValue) and \(sql: place.condition)
            \(sql: place.orderAndLimit)
            """)
        return try keyset.page(of: rows, request) { row in try Suggestion(row: row) }
    }

    /// A member's own suggestions, the newest first.
    public func own(_ member: UUID) throws -> [Suggestion] {
        try database.acting(for: member).query(
            """
            select \(sql: columns(for: member))
            where suggestions.user_id = \(member)
            order by suggestions.created_at desc
            limit 20
            """)
    }

    /// A suggestion as a reader sees it; nil when there is none.
    public func find(_ id: UUID, for reader: UUID?) throws -> Suggestion? {
        try database.acting(for: reader).first(
            "select \(sql: columns(for: reader)) where suggestions.id = \(id)")
    }

    /// Makes a suggestion; its id.
    public func create(
        _ kind: ModelCapability, prompt: String, note: String, models: [String], by member: UUID
    ) throws -> UUID {
        let row: Row = try database.acting(for: member).one(
            """
            select outcome, id
            from create_suggestion(\(member), \(kind), \(prompt), \(note), \(models), \(Int32(Self.mostOpen)))
            """)
        try ArenaRefusal.check(try row.value("outcome"))
        return try row.value("id")
    }

    /// Casts a member's vote for a suggestion, or takes it back; how many votes it has then.
    public func vote(_ id: UUID, isCast: Bool, by member: UUID) throws -> Int {
        let row: Row = try database.acting(for: member).one(
            "select outcome, votes from vote_suggestion(\(member), \(id), \(isCast))")
        try ArenaRefusal.check(try row.value("outcome"))
        return try row.value("votes")
    }

    /// Declines a suggestion.
    public func decline(_ id: UUID, why: String, by admin: UUID) throws {
        try ArenaRefusal.check(
            try database.acting(for: admin).one("select decline_suggestion(\(admin), \(id), \(why))", as: String.self))
    }
}
