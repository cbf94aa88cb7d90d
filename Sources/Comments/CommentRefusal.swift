internal import Postgres
public import Refusals

/// A comment, a like, a decision or a block that a rule does not allow.
public enum CommentRefusal: String, Refusal, CaseIterable {
    /// Nothing of the text can be seen.
    case textEmpty = "text_empty"
    /// The text has more code points than a comment may have.
    case textTooLong = "text_too_long"
    /// There is no such clip, or it is not public.
    case clipNotFound = "clip_not_found"
    /// There is no such public comparison.
    case comparisonNotFound = "comparison_not_found"
    /// There is no such comment there, or it is hidden.
    case commentNotFound = "comment_not_found"
    /// A reply cannot be answered.
    case replyDepth = "reply_depth"
    /// The comment was deleted or hidden.
    case commentGone = "comment_gone"
    /// The author of the comment has blocked the member.
    case blocked
    /// The comment is another member's.
    case notOwnComment = "not_own_comment"
    /// The comment was deleted more than ten minutes ago, or by an admin.
    case restoreTooLate = "restore_too_late"
    /// The member is the caller.
    case ownAccount = "own_account"
    /// There is no such member.
    case memberNotFound = "member_not_found"
    /// The member has blocked as many as a member may block.
    case tooManyBlocks = "too_many_blocks"

    /// Throws the refusal that an outcome of a function in SQL names.
    static func check(_ outcome: String) throws {
        if outcome == "done" { return }
        guard let refusal = CommentRefusal(rawValue: outcome) else {
            throw DatabaseError.decoding(column: "outcome", expected: "done or a refusal", found: outcome)
        }
        throw refusal
    }

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .textEmpty: "empty"
        case .textTooLong: "too_long"
        default: rawValue
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .textEmpty: "Write something first."
        case .textTooLong: "Use at most \(CommentText.most) characters."
        case .clipNotFound: "This clip does not exist, or is not public."
        case .comparisonNotFound: "There is no such comparison."
        case .commentNotFound: "This comment does not exist, or is hidden."
        case .replyDepth: "Replies can't be answered. Answer the comment above them."
        case .commentGone: "This comment has been deleted. Your reply was not sent."
        case .blocked: "This member has blocked you. Your reply was not sent."
        case .notOwnComment: "You can delete only your own comments."
        case .restoreTooLate: "This comment can't be restored any more."
        case .ownAccount: "This is your own account."
        case .memberNotFound: "This member does not exist."
        case .tooManyBlocks: "You have blocked 1,000 members. Unblock one first."
        }
    }

    /// Says which sort of refusal it is.
    public var kind: RefusalKind {
        switch self {
        case .textEmpty, .textTooLong: .invalid(field: "text")
        case .replyDepth: .invalid(field: nil)
        case .clipNotFound, .comparisonNotFound, .commentNotFound, .memberNotFound: .notFound
        case .blocked, .notOwnComment: .forbidden
        case .commentGone, .restoreTooLate, .ownAccount, .tooManyBlocks: .conflict
        }
    }
}
