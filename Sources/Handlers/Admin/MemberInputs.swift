internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Limits
internal import SharedHandlers

/// One wish about a member.
struct ChangeMemberInput: InputShape {
    struct Ban: InputShape, InputValue {
        @Input(reasonText, "What the member reads.") var reason: String
    }

    enum Role: String, InputValue, CaseIterable {
        case admin, member
    }

    enum Wish {
        case ban(reason: String)
        case liftBan
        case role(isAdmin: Bool)
        case rename(String)
    }

    static let reasonText = Schema.text(1...500, lines: .many)

    @Input("Bans the member: sessions and keys end, clips leave the race, votes of the open round count no more.")
    var ban: Ban?
    @Input("Lifts the ban; true.") var unban: Bool?
    @Input("Gives or takes the admin right. Sessions end.") var role: Role?
    @Input(.string(1...64), "The name that the member gets.") var username: String?
    @Input(reasonText, "Why, for the audit log; required with a role.") var reason: String?

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
            return .role(isAdmin: role == .admin)
        }
        if let username {
            switch Usernames.fault(in: username) {
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

/// The tier of an API key.
struct ChangeKeyInput: InputShape {
    /// Requests a minute by class.
    struct OwnLimits: InputShape, InputValue {
        @Input(perMinute) var read: Int?
        @Input(perMinute) var api: Int?
        @Input(perMinute) var upload: Int?
        @Input(perMinute) var comment: Int?
        @Input(perMinute) var adminSensitive: Int?
    }

    private static let perMinute = Schema.integer(1...1_000_000)

    @Input("Which limits count for the key.") var tier: KeyTierLimits.Tier
    @Input("Requests a minute by class, for the tier `own` only; what is left out is as in the tier `standard`.")
    var limits: OwnLimits?

    /// The numbers of the tier `own`; nil for the others.
    func ownLimits() throws -> [String: Int]? {
        guard tier == .own else {
            if limits != nil {
                throw Problem.invalid("limits", "not_own", "Only the tier “own” has limits of its own.")
            }
            return nil
        }
        let numbers = limits.map { limits in
            [
                "read": limits.read, "api": limits.api, "upload": limits.upload, "comment": limits.comment,
                "admin_sensitive": limits.adminSensitive,
            ].compactMapValues(\.self)
        }
        guard let numbers, !numbers.isEmpty else {
            throw Problem.invalid("limits", "required", "The tier “own” needs at least one number in “limits”.")
        }
        return numbers
    }
}
