internal import Postgres
public import Refusals

/// A request about other members that a rule does not allow.
public enum PeopleRefusal: Refusal, Equatable {
    /// There is no such member.
    case memberNotFound
    /// The page of the member is not shown, because the member is banned.
    case memberSuspended
    /// Members do not follow themselves.
    case ownAccount
    /// The member is banned.
    case memberBanned
    /// One of the two has blocked the other.
    case blocked
    /// The caller has not chosen a username yet.
    case noName
    /// The caller follows as many members as a member may follow.
    case followLimit
    /// No member has this invitation code.
    case codeUnknown
    /// The code is the caller's own.
    case ownCode
    /// The caller was invited by another member already.
    case alreadyReferred
    /// The caller's account is too old to be a newcomer's.
    case notNew
    /// The caller has invited the member whose code it is, directly or through others.
    case referralCircle

    /// Throws the refusal that an outcome of a function in SQL names.
    static func check(_ outcome: String) throws {
        switch outcome {
        case "done": return
        case "member_not_found": throw Self.memberNotFound
        case "own_account": throw Self.ownAccount
        case "member_banned": throw Self.memberBanned
        case "blocked": throw Self.blocked
        case "no_name": throw Self.noName
        case "follow_limit": throw Self.followLimit
        case "code_unknown": throw Self.codeUnknown
        case "own_code": throw Self.ownCode
        case "already_referred": throw Self.alreadyReferred
        case "not_new": throw Self.notNew
        case "referral_circle": throw Self.referralCircle
        default: throw DatabaseError.decoding(column: "outcome", expected: "done or a refusal", found: outcome)
        }
    }

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .memberNotFound: "member_not_found"
        case .memberSuspended: "member_suspended"
        case .ownAccount: "own_account"
        case .memberBanned: "member_banned"
        case .blocked: "blocked"
        case .noName: "no_username"
        case .followLimit: "follow_limit"
        case .codeUnknown: "code_unknown"
        case .ownCode: "own_code"
        case .alreadyReferred: "already_referred"
        case .notNew: "not_new"
        case .referralCircle: "referral_circle"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .memberNotFound: "This member does not exist."
        case .memberSuspended: "This account is suspended."
        case .ownAccount: "You can't follow yourself."
        case .memberBanned: "This member is banned."
        case .blocked: "You can't follow this member."
        case .noName: "Choose a username before you follow somebody."
        case .followLimit: "You follow \(Follows.most) members. Unfollow one first."
        case .codeUnknown: "This invitation does not exist, or its member has left. Ask for a new link."
        case .ownCode: "This is your own invitation. Send it to somebody else."
        case .alreadyReferred: "You have accepted another invitation already."
        case .notNew: "Invitations are for accounts of the last \(Referrals.days) days."
        case .referralCircle: "You invited this member, so you can't accept their invitation."
        }
    }

    /// Says which sort of refusal it is.
    public var kind: RefusalKind {
        switch self {
        case .memberNotFound, .codeUnknown: .notFound
        case .memberSuspended: .gone
        case .blocked: .forbidden
        case .ownAccount, .memberBanned, .noName, .followLimit, .ownCode, .alreadyReferred, .notNew, .referralCircle:
            .conflict
        }
    }
}
