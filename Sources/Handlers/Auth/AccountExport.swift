internal import HTTP

/// What a member gets to save. The database writes the document, `export_member` in SQL; a test holds it to this form.
enum AccountExport {
    static let schema = Schema.openObject([
        .required("exportedAt", .dateTime),
        .required("profile", .map(.any)),
        .required("preferences", Schema.map(.any).nullable, "Null when nothing was chosen."),
        .required("formerUsernames", rows()),
        .required("sessions", rows()),
        .required("apiKeys", rows()),
        .required("uploads", rows()),
        .required(
            "clips", rows([.required("id", .uuid), .required("title", .string()), .required("status", .string())])),
        .required("votes", rows()),
        .required("voteDays", rows(), "How much was voted on each day."),
        .required("views", rows(), "The clips that were shown."),
        .required("captchaPassUntil", Schema.dateTime.nullable, "Null without a pass."),
        .required("audit", rows(), "What was done by or about the member."),
        .required("decisions", rows(), "What admins decided against the member, with reasons and appeals."),
        .required("reports", rows(), "What the member reported."),
        .required("messages", rows(), "Messages to the operator."),
        .required("other", .map(rows()), "The rows of all other tables, by table."),
    ]).named("AccountExport")

    /// Rows of a table; a busy member has many.
    private static func rows(_ fields: [Schema.Field] = []) -> Schema {
        .array(fields.isEmpty ? .map(.any) : .openObject(fields), count: 0...1_000_000)
    }
}
