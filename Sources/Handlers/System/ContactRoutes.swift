public import Contact
internal import FoundationEssentials
public import HTTP
public import SharedHandlers
internal import Text

extension SystemRoutes {
    /// What visitors write to the operators of the site. It is kept here, and mailed too when `isMailed`.
    public static func contactRoutes(_ messages: ContactMessages, isMailed: Bool) -> [Route] {
        [write(messages, isMailed), list(messages)]
    }

    private static func write(_ messages: ContactMessages, _ isMailed: Bool) -> Route {
        .post(
            "/api/contact", access: .any, limit: .contact, body: ContactMessageInput.self,
            answers: [201: ContactReceived.schema], features: ["OPS-08"],
            summary: "Sends a message to the operators of the site."
        ) { context, input in
            guard let email = EmailAddress(input.email) else {
                throw Problem.invalid("email", "email", "This is not an e-mail address that mail can be sent to.")
            }
            try messages.add(
                name: input.name.trimmed, email: email, subject: (input.subject ?? "").trimmed,
                text: input.message.trimmed, member: context.caller.member?.id, isMailed: isMailed)
            return Response.json(ContactReceived(), status: 201)
        }
    }

    private static func list(_ messages: ContactMessages) -> Route {
        .get(
            "/api/admin/messages", access: .admin, limit: .api, query: .paging(), features: ["OPS-08"],
            summary: "What visitors wrote, from the newest."
        ) { context in
            try messages.list(context.pageRequest, for: try context.member().id)
        }
    }
}

private struct ContactMessageInput: InputShape {
    @Input(.text(1...100)) var name: String
    @Input(.email, "Where an answer reaches the writer.") var email: String
    @Input(.text(0...150)) var subject: String?
    @Input(.text(10...5_000, lines: .many)) var message: String
}

private struct ContactReceived: Shaped {
    static let shape = Shape<ContactReceived>("ContactReceived") {
        Field("received", { _ in true })
    }
}

extension ContactMessage: Shaped, ListItem {
    /// The member of a page that holds them.
    public static let listName = "messages"
    /// The name of a page.
    public static let pageName = "ReceivedMessages"

    /// Its form in JSON.
    public static let shape = Shape<ContactMessage>("ReceivedMessage") {
        Field("id", \.id)
        Field("name", \.name)
        Field("email", \.email)
        Field("subject", \.subject)
        Field("message", \.text)
        Field("userID", \.member, "Null for a visitor.")
        Field("createdAt", \.createdAt)
    }
}
