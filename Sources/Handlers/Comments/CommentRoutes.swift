public import Comments
internal import FoundationEssentials
public import HTTP
internal import Postgres
internal import SharedHandlers

/// Comments on clips and comparisons, and whom members block.
public enum CommentRoutes {
    private static let flag = "comments_enabled"

    /// The routes of readers and members.
    public static func routes(_ comments: Comments, _ blocks: Blocks) -> [Route] {
        [
            list(comments), write(comments).afterTerms(), change(comments), delete(comments), block(blocks),
            blocked(blocks),
        ]
    }

    /// What is commented on: exactly one thing.
    private static func subject(_ clip: UUID?, _ comparison: UUID?) throws -> CommentSubject {
        switch (clip, comparison) {
        case (let clip?, nil): return .clip(clip)
        case (nil, let comparison?): return .comparison(comparison)
        default:
            throw Problem.invalid("clipId", "required", "Name the clip or the comparison, and only one of them.")
        }
    }

    private static func list(_ comments: Comments) -> Route {
        .get(
            "/api/comments", access: .any,
            query: [
                .optional("clipId", .uuid, "The clip whose comments are wanted."),
                .optional("comparisonId", .uuid, "The comparison whose comments are wanted."),
                .optional("parentId", .uuid, "The comment whose replies are wanted, the oldest first."),
                .optional(
                    "sort", .choice(CommentOrder.allCases.map(\.rawValue)),
                    default: .string(CommentOrder.newest.rawValue), "`top` begins with the most liked."),
            ] + .paging(default: 20, cap: 50),
            features: ["CMT-01", "CMT-05"],
            summary: "Comments on a clip or a comparison with their first replies, as the caller sees them."
        ) { context in
            let subject = try subject(context.uuid(query: "clipId"), context.uuid(query: "comparisonId"))
            let order = context.text(query: "sort").flatMap(CommentOrder.init) ?? .newest
            return CommentPageAnswer(
                page: try comments.list(
                    of: subject, thread: context.uuid(query: "parentId"), order, context.pageRequest,
                    for: context.caller.member?.id))
        }
    }

    private static func write(_ comments: Comments) -> Route {
        .post(
            "/api/comments", access: .member, limit: .comment, flag: flag, body: WriteCommentInput.self,
            answers: [201: CommentEntry.schema], features: ["CMT-01", "CMT-03", "CMT-05"],
            summary: "Writes a comment, or a reply to one. Everyone sees it at once."
        ) { context, input in
            let member = try context.member()
            let comment = try comments.post(
                input.text, on: try subject(input.clipID, input.comparisonID), answering: input.parentID,
                by: (member.id, member.username))
            return Response.json(CommentEntry(comment: comment), status: 201)
        }
    }

    private static func change(_ comments: Comments) -> Route {
        .patch(
            "/api/comments", access: .member, limit: .comment, flag: flag, body: ChangeCommentInput.self,
            answers: [200: CommentLikes.schema], features: ["CMT-02"],
            summary: "Likes a comment or takes that back; or restores one that the caller has deleted."
        ) { context, input in
            let member = try context.member().id
            switch (input.like, input.deleted) {
            case (let like?, nil):
                return CommentLikes(likes: try comments.like(input.commentID, wish: like, by: member), isLiked: like)
            case (nil, let deleted?):
                try comments.delete(input.commentID, wish: deleted, by: member)
                if deleted { return CommentLikes(likes: 0, isLiked: false) }
                let (likes, isLiked) = try comments.likes(of: input.commentID, for: member)
                return CommentLikes(likes: likes, isLiked: isLiked)
            default:
                throw Problem.invalid("like", "required", "Say either “like” or “deleted”.")
            }
        }
    }

    private static func delete(_ comments: Comments) -> Route {
        .delete(
            "/api/comments", access: .member, limit: .comment, body: DeleteCommentInput.self, features: ["CMT-02"],
            summary: "Deletes a comment of the caller. Its replies stay."
        ) { context, input in
            try comments.delete(input.commentID, wish: true, by: try context.member().id)
            return Done()
        }
    }

    private static func block(_ blocks: Blocks) -> Route {
        .post(
            "/api/user/block", access: .member, body: BlockInput.self, features: ["SOC-01", "CMT-05"],
            summary: "Blocks a member or unblocks: the caller sees no comment of a blocked member, who cannot reply."
        ) { context, input in
            try blocks.set(input.userID, wish: input.block, by: try context.member().id)
            return BlockState(userID: input.userID, isBlocked: input.block)
        }
    }

    private static func blocked(_ blocks: Blocks) -> Route {
        .get(
            "/api/user/block", access: .member, limit: .api, features: ["SOC-01", "CMT-05"],
            summary: "Whom the caller has blocked."
        ) { context in
            BlockList(members: try blocks.list(of: try context.member().id))
        }
    }
}
