internal import Audit
public import HTTP
public import Identity
internal import Postgres
public import SharedHandlers

extension ListedMember: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "users"
    /// The name of a page.
    public static let pageName = "MemberList"

    /// Its form in JSON.
    public static let shape = Shape<ListedMember>("ListedMember") {
        Including(\.account)
        Field("clips", \.clips, "How many clips were sent in.")
    }
}

extension AdministeredMember: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<AdministeredMember>("AdministeredMember") {
        Including(\.account)
        Field("appeal", \.appeal, "What the member says against the ban.")
        Field("sessions", \.sessions, "How many have not ended.")
        Field("clips", \.clips, "How many clips have each status.")
        Field("votes", \.votes, "How many were cast that count.")
        Field("flaggedVotes", \.flaggedVotes, "How many of these have a flag.")
        Field("formerNames", \.formerNames, "The latest first.")
    }
}

extension MemberAccount: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<MemberAccount>("MemberAccount") {
        Field("id", \.id)
        Field("username", \.username)
        Field("email", \.email)
        Field("avatarURL", { "/api/avatar/" + $0.avatarSeed })
        Field("isAdmin", \.isAdmin)
        Field("bannedAt", \.bannedAt)
        Field("banReason", \.banReason)
        Field("appealedAt", \.appealedAt)
        Field("createdAt", \.createdAt)
        Field("lastSeenAt", \.lastSeenAt, "When a session was last used, to the hour.")
    }
}

struct MemberDetail: Shaped {
    let user: AdministeredMember
    let audit: [AuditEntry]
    let keys: [ListedKey]

    static let shape = Shape<MemberDetail>("MemberDetail") {
        Field("user", \.user)
        Field("audit", \.audit, "What was done about this account, the newest first.")
        Field("keys", \.keys, "The API keys that were not revoked, the newest first.")
    }
}
