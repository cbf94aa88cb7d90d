public import Comments
internal import FoundationEssentials
public import HTTP
internal import Postgres
internal import SharedHandlers

/// The members that comments and replies share.
struct CommentParts: Shaped {
    let comment: Comment

    static let shape = Shape<CommentParts>("CommentReply") {
        Field("id", \.comment.id)
        Field("userID", \.comment.authorID, "The author; null when the comment is gone.")
        Field("username", \.comment.username, "Null when the comment is gone, and when the author has chosen no name.")
        Field("avatarURL", { $0.comment.avatarSeed.map { "/api/avatar/" + $0 } }, "Null when the comment is gone.")
        Field("text", \.comment.text, "As plain text; empty when the comment is gone.")
        Field("likes", \.comment.likes)
        Field("liked", \.comment.isLiked, "Whether the caller likes it.")
        Field("isOwn", \.comment.isOwn, "Whether the caller wrote it.")
        Field("isGone", \.comment.isGone, "Whether it was deleted or hidden, and its replies keep its place.")
        Field("createdAt", \.comment.createdAt)
    }
}

struct CommentEntry: Shaped {
    let comment: Comment

    static let shape = Shape<CommentEntry>("Comment") {
        Including({ CommentParts(comment: $0.comment) })
        Field("replies", { $0.comment.replies.map(CommentParts.init) }, "The first five, the oldest first.")
        Field("replyCount", \.comment.replyCount, "How many replies there are.")
    }
}

struct CommentPageAnswer: Shaped {
    let page: CommentPage

    static let shape = Shape<CommentPageAnswer>("CommentPage") {
        Field("comments", { $0.page.comments.map(CommentEntry.init) })
        Field("total", \.page.total, "How many comments the caller sees here, replies among them.")
        Field("nextCursor", \.page.nextCursor, "What asks for the next page; null on the last one.")
    }
}

struct CommentLikes: Shaped {
    let likes: Int
    let isLiked: Bool

    static let shape = Shape<CommentLikes>("CommentLikes") {
        Field("likes", \.likes)
        Field("liked", \.isLiked)
    }
}

struct WriteCommentInput: InputShape {
    @Input(
        .string(0...CommentText.mostTyped),
        "1 to 500 characters, counted in the normal form C after tags of HTML and control characters are taken out.")
    var text: String
    @Input("The clip, if it is about one.") var clipID: UUID?
    @Input("The comparison, if it is about one.") var comparisonID: UUID?
    @Input("The comment that it answers.") var parentID: UUID?
}

struct ChangeCommentInput: InputShape {
    @Input("The comment.") var commentID: UUID
    @Input("Whether the caller likes it.") var like: Bool?
    @Input("False takes back, within ten minutes, that the caller has deleted it.") var deleted: Bool?
}

struct DeleteCommentInput: InputShape {
    @Input("The comment.") var commentID: UUID
}

struct BlockInput: InputShape {
    @Input("The member.") var userID: UUID
    @Input("Whether the member is blocked; false unblocks.") var block: Bool
}

struct BlockState: Shaped {
    let userID: UUID
    let isBlocked: Bool

    static let shape = Shape<BlockState>("BlockState") {
        Field("userID", \.userID)
        Field("blocked", \.isBlocked)
    }
}

struct BlockList: Shaped {
    let members: [BlockedMember]

    static let shape = Shape<BlockList>("BlockList") {
        Field("members", \.members, "Whom the caller has blocked, the latest first.")
    }
}

extension BlockedMember: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<BlockedMember>("BlockedMember") {
        Field("userID", \.id)
        Field("username", \.username)
        Field("avatarURL", { "/api/avatar/" + $0.avatarSeed })
        Field("blockedAt", \.blockedAt)
    }
}
