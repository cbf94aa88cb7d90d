internal import FoundationEssentials
internal import HTTP
internal import Identity

/// One wish about a member.
struct ChangeMemberInput: Decodable, Schematic {
    struct Ban: Decodable {
        let reason: String
    }

    enum Wish {
        case ban(reason: String)
        case liftBan
        case role(isAdmin: Bool)
        case rename(String)
    }

    let ban: Ban?
    let unban: Bool?
    let role: String?
    let username: String?
    let reason: String?

    static let schema = Schema.object([
        .optional(
            "ban", .object([.required("reason", reasonText, "What the member reads.")]),
            "Bans the member: sessions and keys end, clips leave the race, votes of the open round count no more."),
        .optional("unban", .boolean, "Lifts the ban; true."),
        .optional("role", .choice(["admin", "member"]), "Gives or takes the admin right. Sessions end."),
        .optional("username", .string(1...64), "The name that the member gets."),
        .optional("reason", reasonText, "Why, for the audit log; required with a role."),
    ])

    private static let reasonText = Schema.text(1...500, lines: .many)

    /// The one thing that is wanted.
    func wish() throws -> Wish {
        let count = [ban != nil, unban != nil, role != nil, username != nil].count { $0 }
        guard count == 1 else {
            throw Problem.invalid("ban", "one_of", "Name exactly one of “ban”, “unban”, “role” and “username”.")
        }
        if let ban { return .ban(reason: ban.reason) }
        if let role {
            guard reason != nil else {
                throw Problem.invalid("reason", "required", "“reason” is required to change a role.")
            }
            return .role(isAdmin: role == "admin")
        }
        if let username {
            switch Usernames.refusal(username) {
            case .malformed?:
                throw Problem.invalid(
                    "username", "malformed", "A username is 3 to 20 lowercase letters, digits or underscores.")
            case .reserved?: throw Problem.invalid("username", "reserved", "This name is reserved. Choose another one.")
            case .taken?, nil: return .rename(username)
            }
        }
        guard unban == true else {
            throw Problem.invalid("unban", "value", "“unban” can only be true; to ban, name a reason.")
        }
        return .liftBan
    }
}
