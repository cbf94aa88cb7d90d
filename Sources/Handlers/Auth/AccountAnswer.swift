internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Platform

/// Who is signed in, for the member's own eyes.
struct AccountAnswer: Encodable {
    struct User: Encodable {
        let id: String
        let username: String?
        let avatarUrl: String
        let isAdmin: Bool
        let isBanned: Bool
        let banReason: String?
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

    static let schema = Schema.object([
        .optional(
            "user",
            .object([
                .required("id", .uuid),
                .optional("username", .string(3...20), "Absent until one was chosen."),
                .required("avatarUrl", .string(1...300)),
                .required("isAdmin", .boolean),
                .required("isBanned", .boolean),
                .optional("banReason", .string()),
            ]), "Absent when nobody is signed in."),
        .optional("expiresAt", .dateTime, "When the session ends unless it is used."),
    ]).named("Account")
}
