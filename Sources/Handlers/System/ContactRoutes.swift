public import Contact
internal import FoundationEssentials
public import HTTP
internal import Text

extension SystemRoutes {
    private struct ContactInput: Schematic, Decodable {
        let name: String
        let email: String
        let subject: String?
        let message: String

        static let schema = Schema.object([
            .required("name", .text(1...100)), .required("email", .email, "Where an answer reaches the writer."),
            .optional("subject", .text(0...150)), .required("message", .text(10...5_000, lines: .many)),
        ]).named("ContactMessage")
    }

    private struct MessageAnswer: Encodable {
        let id: Int64
        let name, email, subject, message: String
        let userId: String?
        let createdAt: String

        init(_ message: ContactMessage) {
            id = message.id
            name = message.name
            email = message.email
            subject = message.subject
            self.message = message.text
            userId = message.member?.uuidString.lowercased()
            createdAt = message.createdAt.rfc3339
        }

        static let schema = Schema.object([
            .required("id", .integer()), .required("name", .string()), .required("email", .string()),
            .required("subject", .string()), .required("message", .string()), .optional("userId", .uuid),
            .required("createdAt", .dateTime),
        ]).named("ReceivedMessage")
    }

    private struct MessagesAnswer: Encodable {
        let messages: [MessageAnswer]
        let nextCursor: String?

        static let schema = Schema.object([
            .required("messages", .array(MessageAnswer.schema)), .optional("nextCursor", .string()),
        ]).named("ReceivedMessages")
    }

    /// What visitors write to whoever runs the site. It is kept here, and mailed too when `isMailed`.
    public static func contactRoutes(_ messages: ContactMessages, isMailed: Bool) -> [Route] {
        [
            write(messages, isMailed).acceptingForms(.backTo("/contact", saying: "message-sent")), list(messages),
        ]
    }

    private static func write(_ messages: ContactMessages, _ isMailed: Bool) -> Route {
        .post(
            "/api/contact", access: .any, limit: .contact, body: ContactInput.self,
            answers: [201: .object([.required("received", .boolean)])], features: ["OPS-08"],
            summary: "Writes to whoever runs the site."
        ) { context, input in
            guard let email = EmailAddress(input.email) else {
                throw Problem.invalid("email", "email", "This is not an e-mail address that mail can be sent to.")
            }
            try messages.add(
                name: input.name.trimmed, email: email, subject: (input.subject ?? "").trimmed,
                text: input.message.trimmed, member: context.caller.member?.id, isMailed: isMailed)
            return try .json(["received": true], status: 201)
        }
    }

    private static func list(_ messages: ContactMessages) -> Route {
        .get(
            "/api/admin/messages", access: .admin, limit: .api, query: [.limit(default: 50, cap: 100), .cursor],
            answers: [200: MessagesAnswer.schema], features: ["OPS-08"],
            summary: "What visitors wrote, from the newest."
        ) { context in
            let limit = context.integer(query: "limit") ?? 50
            var before: Int64?
            if let cursor = context.text(query: "cursor") {
                guard let number = Int64(cursor) else {
                    throw Problem.invalid("cursor", "format", "“cursor” is not one that this site has given out.")
                }
                before = number
            }
            let found = try messages.list(for: try context.member().id, before: before, limit: limit + 1)
            let page = found.prefix(limit)
            return try .json(
                MessagesAnswer(
                    messages: page.map(MessageAnswer.init),
                    nextCursor: found.count > limit ? page.last.map { String($0.id) } : nil))
        }
    }
}
