internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Logging
internal import Postgres
internal import Text

extension AdminRoutes {
    static func auditRoute(_ audit: AuditLog) -> Route {
        .get(
            "/api/admin/audit-logs", access: .admin, limit: .api,
            query: [
                .optional("actor", .uuid, "Only what this admin did."),
                .optional("operator", .boolean, "Only what the operator or a background job did."),
                .optional(
                    "action", .string(1...80), "Only this action, such as `clip.approve`, or a kind of it: `clip`."),
                .optional("subjectKind", .string(1...80), "Only what was done to things of this kind."),
                .optional("subjectId", .string(1...200), "Only what was done to this thing."),
                .optional("from", .dateTime, "Only from this time on."),
                .optional("to", .dateTime, "Only before this time."),
                .optional("text", .text(1...200), "Only entries whose reason, subject or details contain this."),
                .limit(default: 50, cap: 100), .cursor,
            ],
            answers: [200: .auditPage], features: ["ADM-04"],
            summary: "What admins and the operator did, the newest first."
        ) { context in
            let admin = try context.member()
            var filter = AuditFilter()
            filter.actor = context.uuid(query: "actor")
            filter.isOperator = context.bool(query: "operator") ?? false
            filter.action = context.text(query: "action")
            filter.subjectKind = context.text(query: "subjectKind")
            filter.subjectID = context.text(query: "subjectId")
            filter.from = context.text(query: "from").flatMap { Date(rfc3339: $0) }
            filter.to = context.text(query: "to").flatMap { Date(rfc3339: $0) }
            filter.text = context.text(query: "text")
            filter.limit = context.integer(query: "limit") ?? filter.limit
            if let text = context.text(query: "cursor") {
                guard let before = Int(text), before > 0 else {
                    throw Problem.invalid("cursor", "format", "“cursor” is not one that this log has given out.")
                }
                filter.before = before
            }
            let page = try audit.entries(filter, for: admin.id)
            return try .json(
                AuditPageAnswer(
                    entries: page.entries.map(AuditEntryAnswer.init), nextCursor: page.next.map(String.init),
                    actions: try audit.actions(for: admin.id)))
        }
    }
}

struct AuditEntryAnswer: Encodable {
    struct Actor: Encodable {
        let id: UUID
        @OrNull var username: String?
    }

    let id: Int
    let happenedAt: Date
    @OrNull var actor: Actor?
    let action: String
    let subjectKind: String
    let subjectId: String
    @OrNull var subjectName: String?
    @OrNull var reason: String?
    @OrNull var before: JSONValue?
    @OrNull var after: JSONValue?

    init(_ entry: AuditEntry) throws {
        id = entry.id
        happenedAt = entry.happenedAt
        actor = entry.actorID.map { Actor(id: $0, username: entry.actorName) }
        action = entry.action
        subjectKind = entry.subjectKind
        subjectId = entry.subjectID
        subjectName = entry.subjectName
        reason = entry.reason
        before = try entry.before?.decode()
        after = try entry.after?.decode()
    }
}

private struct AuditPageAnswer: Encodable {
    let entries: [AuditEntryAnswer]
    @OrNull var nextCursor: String?
    let actions: [String]
}

extension Schema {
    static let auditEntry = Schema.object([
        .required("id", .integer()),
        .required("happenedAt", .dateTime),
        .required(
            "actor", Schema.object([.required("id", .uuid), .required("username", .string().nullable)]).nullable,
            "Null for the operator or a background job."),
        .required("action", .string()),
        .required("subjectKind", .string()),
        .required("subjectId", .string()),
        .required("subjectName", .string().nullable, "What people call it today."),
        .required("reason", .string().nullable),
        .required("before", Schema.map(.any).nullable, "What changed, as it was."),
        .required("after", Schema.map(.any).nullable, "What changed, as it was then."),
    ]).named("AuditEntry")

    fileprivate static let auditPage = Schema.object([
        .required("entries", .array(.auditEntry)),
        .required("nextCursor", .string().nullable),
        .required("actions", .array(.string()), "Every action that stands in the log."),
    ]).named("AuditLog")
}
