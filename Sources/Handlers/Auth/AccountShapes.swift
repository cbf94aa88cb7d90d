public import HTTP
public import Identity
public import Notifications

/// The account that a session belongs to, as its member sees it.
struct Account: Shaped {
    /// Nil when the caller is not signed in.
    let session: Session?
    /// How much the member has not read; nil when it was not asked for.
    var unread: Int?

    /// The signed-in member.
    var user: AccountUser? { session.map { AccountUser(session: $0, unread: unread) } }

    static let shape = Shape<Account>("Account") {
        Field("user", \.user, "Null without a session.")
        Field("expiresAt", \.session?.expiresAt, "When the session ends. Using it moves this time.")
    }
}

/// The member of an account.
struct AccountUser: Shaped {
    let session: Session
    let unread: Int?

    /// The path of the generated picture.
    var avatar: String { AuthRoutes.avatarPath(seed: session.avatarSeed) }

    static let shape = Shape<AccountUser>("AccountUser") {
        Field("id", \.session.userID)
        Field("username", \.session.username, username, "Null until the member has chosen one.")
        Field("avatarURL", \.avatar, .string(1...300))
        Field("isAdmin", \.session.isAdmin)
        Field("isBanned", \.session.isBanned)
        Field("banReason", \.session.banReason)
        Field(
            "unread", \.unread, .integer(0...100).nullable,
            "Notifications that the member has not read; 100 means that many or more. Null where it is not known.")
    }

    /// The form of a member's name.
    static let username = Schema.string(Usernames.length).nullable
}

// The words of fixed lists.
extension DigestFrequency: JSONRepresentable, InputValue {}
extension NotificationKind: JSONRepresentable, InputValue {}
extension SignInLinks.State: JSONRepresentable {}
extension Usernames.Fault: JSONRepresentable {}

extension MemberPreferences: Shaped {
    /// A member's username and choices, for this member.
    public static let shape = Shape<MemberPreferences>("Settings") {
        Field("username", \.username, AccountUser.username, "Null until the member has chosen one.")
        Field("nextChangeAt", \.nextChangeAt, "From when the username can be changed; null when it never was.")
        Field("sound", \.sound, "Whether clips play with sound; null for the default.")
        Field("motion", \.motion, "Whether pages may animate; null for the default.")
    }
}

extension Accounts.Departure: Shaped {
    /// What a deleted account leaves behind.
    public static let shape = Shape<Accounts.Departure>("AccountDeleted") {
        Field("clipsKept", \.clipsKept, .integer(0...1_000_000), "Clips that stay in a film as a former member's.")
        Field("clipsRemoved", \.clipsRemoved, .integer(0...1_000_000), "Clips that were deleted with their files.")
    }
}
