public import FoundationEssentials
internal import Platform
public import Postgres

/// Comments on clips and comparisons. Those that are sent at once are stored by one statement, so that many on one clip do not
/// wait for each other's commits.
public final class Comments: Sendable {
    /// The replies that come with a comment; others are asked for.
    public static let firstReplies = 5

    private struct Draft: Sendable {
        let subject: CommentSubject
        let parent: UUID?
        let text: String
        let author: UUID
    }

    private struct Stored: Sendable {
        let outcome: String
        let id: UUID
        let createdAt: Date
        let text: String
        let avatarSeed: String?
    }

    private typealias Ticket = GroupQueue<Draft, Stored>.Ticket

    private let database: Database
    private let queue = GroupQueue<Draft, Stored>(groupLimit: 256, capacity: 4_096)

    /// The comments of a database.
    public init(database: Database) {
        self.database = database
        // No thread is started: the one that has waited longest does the work of all.
        queue.start { [database] in Self.store($0, in: database) }
    }

    /// A page of comments as a member, or with nil everyone, sees them; with `thread` a page of its replies, the oldest first.
    public func list(
        of subject: CommentSubject, thread: UUID? = nil, _ order: CommentOrder, _ request: PageRequest,
        for reader: UUID?
    ) throws -> CommentPage {
        let keyset =
            switch (thread, order) {
            case (_?, _): Keyset("replies", .moment("created_at"), .uuid("id"), isDescending: false)
            case (nil, .newest): Keyset("new comments", .moment("created_at"), .uuid("id"), isDescending: true)
            case (nil, .top):
                Keyset(
                    "top comments", .number("likes"), .moment("created_at"), .uuid("id"), isDescending: true)
            }
        let place = try keyset.place(after: request)
        let isTop = thread == nil && order == .top
        let after: (likes: SQL, moment: SQL, id: SQL) =
            isTop ? (place.value(0), place.value(1), place.value(2)) : ("null::bigint", place.value(0), place.value(1))
        let rows: [Row] = try database.query(
            """
            select place, id, parent_id, author, username, avatar_seed, text, likes, replies, created_at, is_visible,
                is_liked, total, \(sql: keyset.columns)
            from list_comments(
                \(reader), \(subject.clip), \(subject.comparison), \(thread), \(isTop), \(sql: after.likes),
                \(sql: after.moment), \(sql: after.id), \(place.rowLimit)::int, \(Self.firstReplies)::int
            )
            """)
        guard let head = rows.first else {
            throw subject.clip == nil ? CommentRefusal.comparisonNotFound : CommentRefusal.clipNotFound
        }
        var listed: [Row] = []
        var replies: [UUID: [Comment]] = [:]
        for row in rows.dropFirst() {
            if thread == nil, let parent: UUID = try row.value("parent_id") {
                replies[parent, default: []].append(try Comment(row, reader: reader))
            } else {
                listed.append(row)
            }
        }
        let page = try keyset.page(of: listed, request) { row in
            var comment = try Comment(row, reader: reader)
            comment.replies = replies[comment.id] ?? []
            return comment
        }
        return CommentPage(comments: page.items, total: try head.value("total"), nextCursor: page.nextCursor)
    }

    /// Stores a comment. With a parent it is a reply to that comment.
    public func post(
        _ typed: String, on subject: CommentSubject, answering parent: UUID?, by author: (id: UUID, username: String?)
    ) throws -> Comment {
        guard let text = CommentText.cleaned(typed) else { throw CommentRefusal.textEmpty }
        let stored = try queue.submit(Draft(subject: subject, parent: parent, text: text, author: author.id))
        try CommentRefusal.check(stored.outcome)
        return Comment(
            id: stored.id, parentID: parent, authorID: author.id, username: author.username,
            avatarSeed: stored.avatarSeed, text: stored.text, likes: 0, isLiked: false, isOwn: true, isGone: false,
            createdAt: stored.createdAt, replyCount: 0)
    }

    /// Makes a member like a comment, or like it no more; how many like it then.
    public func like(_ id: UUID, wish: Bool, by member: UUID) throws -> Int {
        let row: Row = try database.one("select outcome, likes from like_comment(\(member), \(id), \(wish))")
        try CommentRefusal.check(try row.value("outcome"))
        return try row.value("likes")
    }

    /// Deletes a member's own comment, or takes that back within ten minutes. Its thread keeps its place.
    public func delete(_ id: UUID, wish: Bool, by member: UUID) throws {
        try CommentRefusal.check(try database.one("select delete_comment(\(member), \(id), \(wish))"))
    }

    /// How many members like a comment, and whether this one does.
    public func likes(of id: UUID, for member: UUID) throws -> (likes: Int, isLiked: Bool) {
        let row: Row? = try database.acting(for: member).first(
            """
            select like_count,
                exists (
                    select from comment_likes where comment_id = comments.id and user_id = \(member)
                ) as is_liked
            from comments
            where id = \(id)
            """)
        guard let row else { throw CommentRefusal.commentNotFound }
        return (try row.value("like_count"), try row.value("is_liked"))
    }

    /// How many comments everyone sees of each of these clips.
    public func counts(of clips: [UUID]) throws -> [UUID: Int] {
        let rows: [Row] = try database.query("select clip_id, comment_count from get_comment_counts(\(clips))")
        var counts: [UUID: Int] = [:]
        for row in rows { counts[try row.value("clip_id")] = try row.value("comment_count") }
        return counts
    }

    /// Erases what members deleted more than 30 days ago; how many comments. Not for the web role.
    public static func sweep(in database: Database) throws(DatabaseError) -> Int {
        try database.one("select sweep_comments()")
    }

    /// Counts that differ from the rows; none on a sound site. Not for the web role.
    public static func drift(in database: Database) throws(DatabaseError) -> [CommentDrift] {
        try database.query("select * from comment_drift()")
    }

    /// Makes every count what the rows say, and returns how they differed. Not for the web role.
    public static func repair(in database: Database) throws(DatabaseError) -> [CommentDrift] {
        try database.query("select * from repair_comments()")
    }

    private static func store(_ tickets: [Ticket], in database: Database) {
        GroupQueue.answer(tickets.map { ($0, $0.item) }) { drafts in
            let rows: [Row] = try database.query(
                """
                select outcome, id, created_at, text, avatar_seed
                from post_comments(
                    \(drafts.map(\.author)), \(drafts.map(\.subject.clip)), \(drafts.map(\.subject.comparison)),
                    \(drafts.map(\.parent)), \(drafts.map(\.text))
                )
                """)
            return try rows.map { row in
                Stored(
                    outcome: try row.value("outcome"), id: try row.value("id"), createdAt: try row.value("created_at"),
                    text: try row.value("text"), avatarSeed: try row.value("avatar_seed"))
            }
        }
    }
}

extension Comment {
    fileprivate init(_ row: Row, reader: UUID?) throws(DatabaseError) {
        let isVisible: Bool = try row.value("is_visible")
        let author: UUID? = try row.value("author")
        id = try row.value("id")
        parentID = try row.value("parent_id")
        authorID = isVisible ? author : nil
        username = try row.value("username")
        avatarSeed = try row.value("avatar_seed")
        text = try row.value("text")
        likes = isVisible ? try row.value("likes") : 0
        isLiked = isVisible ? try row.value("is_liked") : false
        isOwn = isVisible && reader != nil && author == reader
        isGone = !isVisible
        createdAt = try row.value("created_at")
        replyCount = try row.value("replies")
    }
}

/// A count of comments that differs from the rows.
public struct CommentDrift: Sendable, RowDecodable {
    /// Which count: comments, replies or likes.
    public let fault: String
    /// The clip, comparison or comment.
    public let subjectID: UUID
    /// What was found.
    public let found: Int
    /// What the rows say.
    public let expected: Int

    /// Reads a row.
    public init(row: Row) throws(DatabaseError) {
        fault = try row.value("fault")
        subjectID = try row.value("subject_id")
        found = try row.value("found")
        expected = try row.value("expected")
    }
}
