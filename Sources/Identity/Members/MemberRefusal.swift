/// A wish about a member that a rule does not allow; never a fault of the machine.
public enum MemberRefusal: String, Error, CaseIterable, Sendable {
    /// There is no such member.
    case memberNotFound = "member_not_found"
    /// Nobody would be left to administer the site.
    case lastAdmin = "last_admin"
    /// It would hit the one who wants it.
    case ownAccount = "own_account"
    /// Admins lose that right before they are banned.
    case memberIsAdmin = "member_is_admin"
    /// The member is banned.
    case memberBanned = "member_banned"
    /// The member is not banned.
    case memberNotBanned = "member_not_banned"
    /// The actor is no admin any more.
    case notAdmin = "not_admin"
    /// Somebody else has the name, or had it lately.
    case usernameTaken = "username_taken"
    /// The member has had the say already.
    case alreadyAppealed = "already_appealed"
    /// There is no ban to appeal against.
    case notBanned = "not_banned"

    /// What people read.
    public var sentence: String {
        switch self {
        case .memberNotFound: "There is no such member."
        case .lastAdmin: "This is the last admin. Make somebody else an admin first."
        case .ownAccount: "You cannot do this to your own account. Ask another admin."
        case .memberIsAdmin: "An admin cannot be banned. Take the admin right away first."
        case .memberBanned: "This member is banned."
        case .memberNotBanned: "This member is not banned."
        case .notAdmin: "Only admins may do this."
        case .usernameTaken: "Somebody else has this name, or had it in the last 90 days. Choose another one."
        case .alreadyAppealed: "You have appealed already. An admin will look at it."
        case .notBanned: "Your account is not banned."
        }
    }

    /// Nothing when a function in SQL answers `done`, else the refusal that it names.
    static func check(_ outcome: String) throws {
        if outcome == "done" { return }
        guard let refusal = MemberRefusal(outcome: outcome) else {
            throw DatabaseWord(outcome)
        }
        throw refusal
    }

    private init?(outcome: String) {
        self.init(rawValue: outcome == "taken" ? "username_taken" : outcome)
    }
}

/// A word that a function in SQL answers and this program does not know.
private struct DatabaseWord: Error, CustomStringConvertible {
    let description: String

    init(_ word: String) {
        description = "the database answers \(word), which this program does not know"
    }
}
