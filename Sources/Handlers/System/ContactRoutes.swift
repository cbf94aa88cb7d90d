public import Contact
internal import FoundationEssentials
public import HTTP
public import SharedHandlers
internal import Text

extension SystemRoutes {
    /// What visitors write to the operators of the site. It is kept here, and mailed too when `isMailed`.
    public static func contactRoutes(_ messages: ContactMessages, isMailed: Bool) -> [Route] {
        [
            write(messages, isMailed).acceptingForms(.backTo("/contact", saying: "message-sent")), list(messages),
            change(messages),
        ]
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
            "/api/admin/messages", access: .admin, limit: .api,
            query: [
                .optional("state", MessageState.schema, "Only messages in this state."),
                .optional(
                    "search", .text(1...100), "Only messages whose name, address, subject or text contains this."),
            ] + .paging(),
            features: ["OPS-08"], summary: "What visitors wrote, from the newest."
        ) { context in
            var filter = MessageFilter()
            filter.state = context.text(query: "state").flatMap(MessageState.init)
            filter.search = context.text(query: "search")
            filter.page = context.pageRequest
            return try messages.list(filter, for: try context.member().id)
        }
    }

    private static func change(_ messages: ContactMessages) -> Route {
        .patch(
            "/api/admin/messages", access: .admin, body: ChangeMessagesInput.self, features: ["OPS-08"],
            summary: "Marks messages as answered, archived or new again."
        ) { context, input in
            MessagesChanged(ids: try messages.set(input.state, of: input.ids, by: try context.member().id))
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

private struct ChangeMessagesInput: InputShape {
    @Input(.array(.integer(), count: 1...100)) var ids: [Int]
    @Input var state: MessageState
}

private struct MessagesChanged: Shaped {
    let ids: [Int]

    static let shape = Shape<MessagesChanged>("MessagesChanged") {
        Field("changed", \.ids, "The messages that were in another state.")
    }
}

extension MessageState: JSONRepresentable, InputValue {}

extension MessageList: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<MessageList>("MessageList") {
        Including(page: \.messages)
        Field("counts", \.counts, "How many messages have each state, regardless of the filter.")
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
        Field("state", \.state)
        Field("decidedAt", \.decidedAt, "Null for a new message.")
        Field("decidedBy", \.decidedBy, "The name of the admin; null for a new message.")
    }
}
