public import FoundationEssentials
internal import Postgres
public import Refusals
internal import Text

/// Why a call about a member failed.
public typealias MemberError = DomainError<MemberRefusal>

/// A request about a member that a rule does not allow.
public enum MemberRefusal: Refusal, Equatable {
    /// There is no such member.
    case memberNotFound
    /// The caller's own account is gone, or may not do this any more.
    case accountGone
    /// The site would be left without an admin.
    case lastAdmin
    /// Admins cannot do this to their own account.
    case ownAccount
    /// An admin must become a member before a ban is possible.
    case memberIsAdmin
    /// The member is banned.
    case memberBanned
    /// The member is not banned.
    case memberNotBanned
    /// The actor is not an admin, or not any more.
    case notAdmin
    /// The name is not 3 to 20 small letters, digits or underscores.
    case usernameMalformed
    /// The name could be mistaken for a page, or for a person who speaks for the site.
    case usernameReserved
    /// Another member has the name, or had it lately.
    case usernameTaken
    /// The member has chosen a first name already.
    case alreadyNamed
    /// The member must choose a first name before changing it.
    case notNamed
    /// The last change of the name is too recent; the next one is possible from then on.
    case renamedTooSoon(next: Date)
    /// The member has appealed already.
    case alreadyAppealed
    /// There is no ban to appeal against.
    case notBanned
    /// There is no such decision about the member.
    case statementNotFound
    /// The decision holds no more.
    case decisionEnded
    /// The version of the terms is not the one in force.
    case termsOutdated

    /// Identifies the refusal for programs.
    public var code: String {
        switch self {
        case .memberNotFound: "member_not_found"
        case .accountGone: "auth_required"
        case .lastAdmin: "last_admin"
        case .ownAccount: "own_account"
        case .memberIsAdmin: "member_is_admin"
        case .memberBanned: "member_banned"
        case .memberNotBanned: "member_not_banned"
        case .notAdmin: "admin_only"
        case .usernameMalformed: "malformed"
        case .usernameReserved: "reserved"
        case .usernameTaken: "username_taken"
        case .alreadyNamed: "profile_exists"
        case .notNamed: "no_username"
        case .renamedTooSoon: "username_too_soon"
        case .alreadyAppealed: "already_appealed"
        case .notBanned: "not_banned"
        case .statementNotFound: "statement_not_found"
        case .decisionEnded: "decision_ended"
        case .termsOutdated: "terms_outdated"
        }
    }

    /// Explains the refusal to people.
    public var sentence: String {
        switch self {
        case .memberNotFound: "This member does not exist."
        case .accountGone: "Sign in to do this."
        case .lastAdmin: "The site needs at least one admin. Make another member an admin first."
        case .ownAccount: "You cannot do this to your own account. Ask another admin."
        case .memberIsAdmin: "Admins cannot be banned. Remove the admin role first."
        case .memberBanned: "This member is banned."
        case .memberNotBanned: "This member is not banned."
        case .notAdmin: "Only admins can do this."
        case .usernameMalformed:
            "A username has 3 to 20 characters: lower-case letters, digits and underscores."
        case .usernameReserved: "This username is reserved. Choose another one."
        case .usernameTaken: "That name is taken."
        case .alreadyNamed: "You already have a username."
        case .notNamed: "Choose your first username before you change it."
        case .renamedTooSoon(let date): "You can change your username again on \(date.rfc3339.prefix(10))."
        case .alreadyAppealed: "You have already appealed. An admin will review it."
        case .notBanned: "Your account is not banned."
        case .statementNotFound: "There is no such decision about you."
        case .decisionEnded: "This decision holds no more, so there is nothing to appeal against."
        case .termsOutdated: "The terms have changed meanwhile. Read the new version and accept that."
        }
    }

    /// The sort of refusal.
    public var kind: RefusalKind {
        switch self {
        case .memberNotFound, .statementNotFound: .notFound
        case .accountGone: .unauthenticated
        case .notAdmin: .forbidden
        case .usernameMalformed, .usernameReserved: .invalid(field: "username")
        case .lastAdmin, .ownAccount, .memberIsAdmin, .memberBanned, .memberNotBanned, .usernameTaken, .alreadyNamed,
            .notNamed, .renamedTooSoon, .alreadyAppealed, .notBanned, .decisionEnded, .termsOutdated:
            .conflict
        }
    }

    /// Throws the refusal that a function in SQL names, unless it answers `done`.
    static func check(_ outcome: String) throws {
        switch outcome {
        case "done": return
        case "member_not_found": throw memberNotFound
        case "last_admin": throw lastAdmin
        case "own_account": throw ownAccount
        case "member_is_admin": throw memberIsAdmin
        case "member_banned": throw memberBanned
        case "member_not_banned": throw memberNotBanned
        case "not_admin": throw notAdmin
        case "taken", "username_taken": throw usernameTaken
        case "already_appealed": throw alreadyAppealed
        case "not_banned": throw notBanned
        case "statement_not_found": throw statementNotFound
        case "decision_ended": throw decisionEnded
        case "terms_outdated": throw termsOutdated
        default: throw DatabaseError.decoding(column: "outcome", expected: "done or a refusal", found: outcome)
        }
    }
}
