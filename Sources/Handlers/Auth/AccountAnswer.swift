internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Text

/// Who is signed in, for the member's own eyes.
struct AccountAnswer: Encodable {
    struct User: Encodable {
        let id: String
        let username: String?
        let avatarUrl: String
        let isAdmin: Bool
        let isBanned: Bool
        let banReason: String?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(username, forKey: .username)
            try container.encode(avatarUrl, forKey: .avatarUrl)
            try container.encode(isAdmin, forKey: .isAdmin)
            try container.encode(isBanned, forKey: .isBanned)
            try container.encode(banReason, forKey: .banReason)
        }

        private enum CodingKeys: CodingKey {
            case id, username, avatarUrl, isAdmin, isBanned, banReason
        }
    }

    let user: User?
    let expiresAt: String?

    init(_ session: Session?) {
        user = session.map {
            User(
                id: $0.userID.uuidString.lowercased(), username: $0.username,
                avatarUrl: AuthRoutes.avatarPath(seed: $0.avatarSeed), isAdmin: $0.isAdmin, isBanned: $0.isBanned,
                banReason: $0.banReason)
        }
        expiresAt = session?.expiresAt.rfc3339
    }

    /// Who is signed in is always told, if only by null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(user, forKey: .user)
        try container.encode(expiresAt, forKey: .expiresAt)
    }

    private enum CodingKeys: CodingKey {
        case user, expiresAt
    }

    static let schema = Schema.object([
        .optional(
            "user",
            .object([
                .required("id", .uuid),
                .optional("username", .string(3...20), "Null until one was chosen."),
                .required("avatarUrl", .string(1...300)),
                .required("isAdmin", .boolean),
                .required("isBanned", .boolean),
                .optional("banReason", .string()),
            ]), "Null when nobody is signed in."),
        .optional("expiresAt", .dateTime, "When the session ends unless it is used."),
    ]).named("Account")
}
