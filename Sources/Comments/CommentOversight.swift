public import FoundationEssentials
public import Postgres

/// What admins made of a comment.
public enum CommentState: String, Codable, CaseIterable, SQLValue, RowDecodable {
    /// No admin has looked at it.
    case new
    /// An admin has looked at it; reports do not hide it.
    case approved
    /// Three people have reported it, and it is hidden until an admin decides.
    case reported
    /// An admin has hidden it until somebody decides.
    case flagged
    /// It was removed.
    case rejected
}

/// Which comments an admin lists.
public enum CommentFilter: String, Codable, CaseIterable, Sendable {
    /// Those that are hidden until an admin decides.
    case waiting
    /// Those that no admin has looked at.
    case new
    /// Those that an admin has approved.
    case approved
    /// Those that an admin has removed.
    case removed
    /// All of them.
    case all

    fileprivate var condition: SQL {
        switch self {
        case .waiting: "comments.state in ('reported', 'flagged') and comments.deleted_at is null"
        case .new: "comments.state = 'new' and comments.deleted_at is null"
        case .approved: "comments.state = 'approved' and comments.deleted_at is null"
        case .removed: "comments.state = 'rejected'"
        case .all: "true"
        }
    }
}

/// What admins can do with comments.
public enum CommentAction: String, Codable, CaseIterable, Sendable {
    /// Show it, whatever is reported.
    case approve
    /// Hide it until somebody decides.
    case flag
    /// Remove it. The author reads why.
    case reject
    /// Remove it so that the author does not see it any more either. The author reads why.
    case delete
}

/// A comment, as admins see it.
public struct ModeratedComment: Sendable {
    /// The id.
    public let id: UUID
    /// What it is about.
    public let subject: CommentSubject
    /// The title of that.
    public let title: String
    /// The page on which it is shown.
    public let path: String
    /// The comment that it answers.
    public let parentID: UUID?
    /// The author; nil when the account is gone.
    public let authorID: UUID?
    /// The author's name.
    public let username: String?
    /// What the author's picture is made from.
    public let avatarSeed: String?
    /// The text; empty once it is erased.
    public let text: String
    /// What admins made of it.
    public let state: CommentState
    /// When it was deleted.
    public let deletedAt: Date?
    /// How many members like it.
    public let likes: Int
    /// How many visible replies it has.
    public let replyCount: Int
    /// How many reports wait for a decision.
    public let reports: Int
    /// When it was written.
    public let createdAt: Date
    /// When an admin last decided.
    public let decidedAt: Date?
    /// That admin's name.
    public let decidedBy: String?
}

/// A page of comments for admins.
public struct ModeratedComments: Sendable {
    /// The comments: those that wait the oldest first, others the newest first.
    public let comments: Page<ModeratedComment>
    /// How many wait for a decision.
    public let waiting: Int
}

/// What became of one comment of a decision.
public struct CommentDecision: Sendable {
    /// The comment.
    public let commentID: UUID
    /// The decision, by which it can be undone.
    public let decisionID: UUID
}

/// Comments as admins list them and decide about them.
public struct CommentOversight: Sendable {
    private let database: Database

    /// The comments of a database.
    public init(database: Database) {
        self.database = database
    }

    /// A page of comments, for an admin; the database shows hidden ones to no one else. `search` finds words of the text and
    /// names of authors.
    public func list(
        _ filter: CommentFilter, search: String?, _ request: PageRequest, for admin: UUID
    ) throws -> ModeratedComments {
        let order = Keyset(
            "\(filter.rawValue) comments", .moment("comments.created_at"), .uuid("comments.id"),
            isDescending: filter != .waiting)
        let place = try order.place(after: request)
        var conditions = [filter.condition, place.condition]
        if let search, !search.isEmpty {
            let pattern = LikePattern.containing(search)
            conditions.append("(comments.text ilike \(pattern) or authors.username ilike \(pattern))")
        }
        let reader = database.acting(for: admin)
        let rows: [Row] = try reader.query(
            """
            select comments.id, comments.clip_id, comments.comparison_id, comments.parent_id, comments.user_id,
                comments.text, comments.state, comments.deleted_at, comments.like_count, comments.reply_count,
                comments.created_at, comments.decided_at, authors.username, authors.avatar_seed,
                deciders.username as decider, coalesce(clips.title, comparisons.title) as title,
                coalesce('/clip/' || clips.id, '/comparisons/' || comparisons.slug) as path,
                (
                    select count(*)::int
                    from moderation_cases cases
                    join reports on reports.case_id = cases.id and reports.answered_at is null
                    where cases.comment_id = comments.id
                ) as reports,
                \(sql: order.columns)
            from comments
            left join users authors on authors.id = comments.user_id
            left join users deciders on deciders.id = comments.decided_by
            left join tournament_clips clips on clips.id = comments.clip_id
            left join comparisons on comparisons.id = comments.comparison_id
            where \(sql: conditions.joined(separator: " and "))
            \(sql: place.orderAndLimit)
            """)
        let waiting: Int = try reader.one(
            "select count(*)::int from comments where state in ('reported', 'flagged') and deleted_at is null")
        return ModeratedComments(
            comments: try order.page(of: rows, request) { row in try ModeratedComment(row) }, waiting: waiting)
    }

    /// Decides about comments, and returns the decisions that were made: none about comments that are so already, or gone.
    /// `rule` and `reason` are for the authors of those that are removed.
    public func decide(
        _ action: CommentAction, on ids: [UUID], rule: String?, reason: String?, by admin: UUID
    ) throws -> [CommentDecision] {
        let rows: [Row] = try database.acting(for: admin).query(
            """
            select comment_id, outcome, decision_id
            from moderate_comments(\(admin), \(ids), \(action.rawValue), \(rule), \(reason))
            """)
        return try rows.compactMap { row in
            try row.value("decision_id", as: UUID?.self).map {
                CommentDecision(commentID: try row.value("comment_id"), decisionID: $0)
            }
        }
    }

    /// Undoes decisions; those that were undone. One that was followed by another is not.
    public func undo(_ decisions: [UUID], by admin: UUID) throws -> [UUID] {
        let rows: [Row] = try database.acting(for: admin).query(
            "select decision_id, outcome from undo_comment_decisions(\(admin), \(decisions))")
        return try rows.compactMap { row in
            try row.value("outcome", as: String.self) == "done" ? try row.value("decision_id") : nil
        }
    }
}

extension ModeratedComment {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        id = try row.value("id")
        if let clip: UUID = try row.value("clip_id") {
            subject = .clip(clip)
        } else {
            subject = .comparison(try row.value("comparison_id"))
        }
        title = try row.value("title")
        path = try row.value("path")
        parentID = try row.value("parent_id")
        authorID = try row.value("user_id")
        username = try row.value("username")
        avatarSeed = try row.value("avatar_seed")
        text = try row.value("text")
        state = try row.value("state")
        deletedAt = try row.value("deleted_at")
        likes = try row.value("like_count")
        replyCount = try row.value("reply_count")
        reports = try row.value("reports")
        createdAt = try row.value("created_at")
        decidedAt = try row.value("decided_at")
        decidedBy = try row.value("decider")
    }
}
