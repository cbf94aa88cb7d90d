public import Audit
internal import FoundationEssentials
public import HTTP
internal import Postgres
public import SharedHandlers
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
            ] + .paging(),
            features: ["ADM-04"],
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
            filter.page = context.pageRequest
            return AuditPage(
                entries: try audit.entries(filter, for: admin.id), actions: try audit.actions(for: admin.id))
        }
    }
}

extension AuditEntry: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "entries"
    /// The name of a page.
    public static let pageName = "AuditEntryPage"

    /// Its form in JSON.
    public static let shape = Shape<AuditEntry>("AuditEntry") {
        Field("id", \.id)
        Field("happenedAt", \.happenedAt)
        Field("actor", \.actor, "Null for the operator or a background job.")
        Field("action", \.action)
        Field("subjectKind", \.subjectKind)
        Field("subjectID", \.subjectID)
        Field("subjectName", \.subjectName, "What people call it today.")
        Field("reason", \.reason)
        Field("before", { facts($0.before) }, Schema.map(.any).nullable, "What changed, as it was.")
        Field("after", { facts($0.after) }, Schema.map(.any).nullable, "What changed, as it was then.")
    }

    private var actor: AuditActor? { actorID.map { AuditActor(id: $0, username: actorName) } }

    private static func facts(_ text: JSONText?) -> JSONValue { (try? text?.decode()) ?? .null }
}

private struct AuditActor: Shaped {
    let id: UUID
    let username: String?

    static let shape = Shape<AuditActor>("AuditActor") {
        Field("id", \.id)
        Field("username", \.username)
    }
}

private struct AuditPage: Shaped {
    let entries: Page<AuditEntry>
    let actions: [String]

    static let shape = Shape<AuditPage>("AuditLog") {
        Including(page: \.entries)
        Field("actions", \.actions, "Every action that is in the log.")
    }
}
