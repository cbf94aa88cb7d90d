internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Identity

struct ListedMemberAnswer: Encodable {
    let id: UUID
    @OrNull var username: String?
    @OrNull var email: String?
    let avatarUrl: String
    let isAdmin: Bool
    @OrNull var bannedAt: Date?
    @OrNull var banReason: String?
    @OrNull var appealedAt: Date?
    let createdAt: Date
    @OrNull var lastSeenAt: Date?
    let clips: Int

    init(_ member: ListedMember) {
        id = member.id
        username = member.username
        email = member.email
        avatarUrl = "/api/avatar/" + member.avatarSeed
        isAdmin = member.isAdmin
        bannedAt = member.bannedAt
        banReason = member.banReason
        appealedAt = member.appealedAt
        createdAt = member.createdAt
        lastSeenAt = member.lastSeenAt
        clips = member.clips
    }
}

struct MemberListAnswer: Encodable {
    let users: [ListedMemberAnswer]
    @OrNull var nextCursor: String?
}

struct AdministeredMemberAnswer: Encodable {
    let id: UUID
    @OrNull var username: String?
    @OrNull var email: String?
    let avatarUrl: String
    let isAdmin: Bool
    @OrNull var bannedAt: Date?
    @OrNull var banReason: String?
    @OrNull var appeal: String?
    @OrNull var appealedAt: Date?
    let createdAt: Date
    @OrNull var lastSeenAt: Date?
    let sessions: Int
    let clips: [String: Int]
    let votes: Int
    let flaggedVotes: Int
    let formerNames: [String]

    init(_ member: AdministeredMember) {
        id = member.id
        username = member.username
        email = member.email
        avatarUrl = "/api/avatar/" + member.avatarSeed
        isAdmin = member.isAdmin
        bannedAt = member.bannedAt
        banReason = member.banReason
        appeal = member.appeal
        appealedAt = member.appealedAt
        createdAt = member.createdAt
        lastSeenAt = member.lastSeenAt
        sessions = member.sessions
        clips = member.clips
        votes = member.votes
        flaggedVotes = member.flaggedVotes
        formerNames = member.formerNames
    }
}

struct MemberDetailAnswer: Encodable {
    let user: AdministeredMemberAnswer
    let audit: [AuditEntryAnswer]
}

extension Schema {
    private static let memberFields: [Field] = [
        .required("id", .uuid),
        .required("username", .string().nullable),
        .required("email", .string().nullable),
        .required("avatarUrl", .string()),
        .required("isAdmin", .boolean),
        .required("bannedAt", .dateTime.nullable),
        .required("banReason", .string().nullable),
        .required("appealedAt", .dateTime.nullable),
        .required("createdAt", .dateTime),
        .required("lastSeenAt", .dateTime.nullable, "When a session was last used, to the hour."),
    ]

    static let memberList = Schema.object([
        .required(
            "users",
            .array(.object(memberFields + [.required("clips", .integer(), "How many clips were sent in.")]))),
        .required("nextCursor", .string().nullable),
    ]).named("MemberList")

    static let memberDetail = Schema.object([
        .required(
            "user",
            .object(
                memberFields + [
                    .required("appeal", .string().nullable, "What the member says against the ban."),
                    .required("sessions", .integer(), "How many have not ended."),
                    .required("clips", .map(.integer()), "How many stand in each status."),
                    .required("votes", .integer(), "How many were cast that count."),
                    .required("flaggedVotes", .integer(), "How many of these bear a flag."),
                    .required("formerNames", .array(.string()), "The latest first."),
                ])),
        .required("audit", .array(.auditEntry), "What was done about this account, the newest first."),
    ]).named("MemberDetail")
}
