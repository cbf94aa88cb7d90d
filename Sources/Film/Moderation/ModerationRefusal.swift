internal import Postgres
public import Refusals

/// Why a call about reports, decisions and appeals failed.
public typealias ModerationError = DomainError<ModerationRefusal>

/// A report, a decision or an appeal that a rule does not allow.
public enum ModerationRefusal: String, Refusal, CaseIterable {
    /// There is no such clip, or it is not public.
    case clipNotFound = "clip_not_found"
    /// There is no such member.
    case memberNotFound = "member_not_found"
    /// There is no such comment, or it is hidden.
    case commentNotFound = "comment_not_found"
    /// The reporter made the clip.
    case ownClip = "own_clip"
    /// The reporter wrote the comment.
    case ownComment = "own_comment"
    /// The author has deleted the comment.
    case commentGone = "comment_gone"
    /// The reporter, or the admin, is that member.
    case ownAccount = "own_account"
    /// There is no such case.
    case caseNotFound = "case_not_found"
    /// Another admin has decided, and no report waits.
    case caseClosed = "case_closed"
    /// The clip is in the film, or competes no more.
    case clipNotOpen = "clip_not_open"
    /// The clip's file is not ready.
    case clipNotReady = "not_ready"
    /// The clip competes no more, or its creator has withdrawn it.
    case clipGone = "not_open"
    /// The clip has been deleted.
    case clipDeleted = "not_found"
    /// The creator of the clip is banned.
    case creatorBanned = "creator_banned"
    /// Admins cannot be banned.
    case memberIsAdmin = "member_is_admin"
    /// The member is banned already.
    case memberBanned = "member_banned"
    /// The member is not banned any more.
    case memberNotBanned = "member_not_banned"
    /// The actor is not an admin, or not any more.
    case notAdmin = "not_admin"
    /// There is no such decision about the member.
    case statementNotFound = "statement_not_found"
    /// No appeal against the decision waits.
    case noOpenAppeal = "no_open_appeal"
    /// The admin made the decision, and another admin could decide.
    case ownDecision = "own_decision"

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .clipNotReady: "clip_not_ready"
        case .clipGone: "clip_not_open"
        case .clipDeleted: "clip_not_found"
        case .creatorBanned: "clip_creator_banned"
        case .notAdmin: "admin_only"
        default: rawValue
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .clipNotFound: "This clip does not exist, or is not public."
        case .memberNotFound: "This member does not exist."
        case .commentNotFound: "This comment does not exist, or is hidden."
        case .ownComment: "This is your own comment. You can delete it."
        case .commentGone: "The author has deleted this comment."
        case .ownClip: "This is your own clip. You can withdraw it on the page of your clips."
        case .ownAccount: "This is your own account."
        case .caseNotFound: "This case does not exist."
        case .caseClosed: "Another admin has decided already. Nothing was changed."
        case .clipNotOpen:
            "The clip is in the film or competes no more. Take a clip of the film down on the page of its season."
        case .clipNotReady: "The clip's file is not ready."
        case .clipGone: "The clip competes no more, or its creator has withdrawn it."
        case .clipDeleted: "The clip has been deleted."
        case .creatorBanned: "The clip's creator is banned."
        case .memberIsAdmin: "Admins cannot be banned. Remove the admin role first."
        case .memberBanned: "This member is banned already."
        case .memberNotBanned: "This member is not banned any more."
        case .notAdmin: "Only admins can do this."
        case .statementNotFound: "There is no such decision about you."
        case .noOpenAppeal: "No appeal against this decision waits."
        case .ownDecision: "You made this decision. Another admin must decide on the appeal."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .clipNotFound, .commentNotFound, .memberNotFound, .caseNotFound, .statementNotFound, .clipDeleted:
            .notFound
        case .notAdmin: .forbidden
        case .ownClip, .ownComment, .commentGone, .ownAccount, .caseClosed, .clipNotOpen, .clipNotReady, .clipGone,
            .creatorBanned, .memberIsAdmin,
            .memberBanned, .memberNotBanned, .noOpenAppeal, .ownDecision:
            .conflict
        }
    }

    /// Throws the refusal that a function in SQL names, unless it returned `done`.
    static func check(_ outcome: String) throws {
        if outcome == "done" { return }
        guard let refusal = ModerationRefusal(rawValue: outcome) else {
            throw DatabaseError.decoding(column: "outcome", expected: "done or a refusal", found: outcome)
        }
        throw refusal
    }
}
