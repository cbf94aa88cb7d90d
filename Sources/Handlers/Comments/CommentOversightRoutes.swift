public import Comments
internal import Film
internal import FoundationEssentials
public import HTTP
internal import Postgres
public import SharedHandlers
internal import Text

extension CommentRoutes {
    private struct DecideCommentsInput: InputShape {
        @Input(.array(.uuid, count: 1...100), "The comments.") var ids: [UUID]
        @Input var action: CommentAction
        @Input("The rule that is broken; required to reject and delete.") var rule: ReportReason?
        @Input(.text(1...500, lines: .many), "What the authors read; required to reject and delete.") var reason:
            String?
    }

    private struct UndoCommentsInput: InputShape {
        @Input(.array(.uuid, count: 1...100), "The decisions.") var decisions: [UUID]
    }

    private struct CommentsDecided: Shaped {
        let decisions: [CommentDecision]

        static let shape = Shape<CommentsDecided>("CommentsDecided") {
            Field("decisions", \.decisions, "One for each comment that was changed.")
        }
    }

    private struct CommentsRestored: Shaped {
        let decisions: [UUID]

        static let shape = Shape<CommentsRestored>("CommentsRestored") {
            Field("undone", \.decisions, "The decisions that were undone.")
        }
    }

    /// The routes of admins.
    public static func adminRoutes(_ oversight: CommentOversight) -> [Route] {
        [list(oversight), decide(oversight), undo(oversight)]
    }

    private static func list(_ oversight: CommentOversight) -> Route {
        .get(
            "/api/admin/comments", access: .admin, limit: .api,
            query: [
                .optional("state", CommentFilter.inputSchema, default: "waiting", "Only comments of this kind."),
                .optional("search", .text(1...100), "Only comments with this in their text or their author's name."),
            ] + .paging(),
            features: ["CMT-02", "ADM-01"],
            summary: "Comments with their reports; those that wait the oldest first, others the newest first."
        ) { context in
            let filter = context.text(query: "state").flatMap(CommentFilter.init) ?? .waiting
            return try oversight.list(
                filter, search: context.text(query: "search")?.trimmed, context.pageRequest,
                for: try context.member().id)
        }
    }

    private static func decide(_ oversight: CommentOversight) -> Route {
        .post(
            "/api/admin/comments", access: .admin, body: DecideCommentsInput.self, features: ["CMT-02", "ADM-01"],
            summary: "Approves, flags, rejects or deletes comments. Authors of removed ones get a statement of reasons."
        ) { context, input in
            let reason = input.reason?.trimmed
            if [.reject, .delete].contains(input.action) {
                let missing = [("rule", input.rule == nil), ("reason", reason?.isEmpty ?? true)].filter(\.1)
                guard missing.isEmpty else {
                    throw Problem.unprocessable(
                        missing.map { FieldFault($0.0, "required", "“\($0.0)” is required for this decision.") })
                }
            }
            return CommentsDecided(
                decisions: try oversight.decide(
                    input.action, on: input.ids, rule: input.rule?.rawValue, reason: reason,
                    by: try context.member().id))
        }
    }

    private static func undo(_ oversight: CommentOversight) -> Route {
        .post(
            "/api/admin/comments/undo", access: .admin, body: UndoCommentsInput.self, features: ["CMT-02", "ADM-01"],
            summary: "Undoes decisions on comments that no other decision has followed."
        ) { context, input in
            CommentsRestored(decisions: try oversight.undo(input.decisions, by: try context.member().id))
        }
    }
}

extension CommentFilter: InputValue {}
extension CommentAction: InputValue {}
extension CommentState: JSONRepresentable {}

extension CommentDecision: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<CommentDecision>("CommentDecision") {
        Field("commentID", \.commentID)
        Field("decisionID", \.decisionID, "What undoes it.")
    }
}

extension ModeratedComments: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<ModeratedComments>("ModeratedComments") {
        Including(page: \.comments)
        Field("waiting", \.waiting, "How many comments wait for a decision.")
    }
}

extension ModeratedComment: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "comments"
    /// The name of a page.
    public static let pageName = "ModeratedCommentPage"

    /// Its form in JSON.
    public static let shape = Shape<ModeratedComment>("ModeratedComment") {
        Field("id", \.id)
        Field("title", \.title, "Of the clip or comparison.")
        Field("path", \.path, "The page on which it is shown.")
        Field("parentID", \.parentID, "The comment that it answers.")
        Field("userID", \.authorID, "Null when the account is gone.")
        Field("username", \.username)
        Field("avatarURL", { $0.avatarSeed.map { "/api/avatar/" + $0 } })
        Field("text", \.text, "Empty once it is erased.")
        Field("state", \.state)
        Field("deletedAt", \.deletedAt, "When its author, or an admin, deleted it.")
        Field("likes", \.likes)
        Field("replyCount", \.replyCount)
        Field("reports", \.reports, "How many reports wait for a decision.")
        Field("createdAt", \.createdAt)
        Field("decidedAt", \.decidedAt)
        Field("decidedBy", \.decidedBy)
    }
}
