public import FoundationEssentials
public import Postgres
public import Text

/// What was done with a message.
public enum MessageState: String, Codable, CaseIterable, SQLValue, RowDecodable {
    /// Nothing yet.
    case new
    /// An admin answered it.
    case answered
    /// It needs no answer.
    case archived
}

/// A message that a visitor sent to the operator of the site.
public struct ContactMessage: Sendable, Equatable, RowDecodable {
    /// The number; later messages have higher ones.
    public let id: Int64
    /// The name of the sender.
    public let name: String
    /// The address for an answer.
    public let email: String
    /// What it is about; may be empty.
    public let subject: String
    /// The message.
    public let text: String
    /// The member who wrote it, if one was signed in.
    public let member: UUID?
    /// When it was written.
    public let createdAt: Date
    /// What was done with it.
    public let state: MessageState
    /// When an admin did that; nil for a new message.
    public let decidedAt: Date?
    /// The name of that admin; nil for a new message, and when the account is gone.
    public let decidedBy: String?

    static let source: SQL = """
        contact_messages messages left join users deciders on deciders.id = messages.decided_by
        """
    static let columns: SQL = """
        messages.id, messages.name, messages.email, messages.subject, messages.message, messages.user_id,
            messages.created_at, messages.state, messages.decided_at, deciders.username as decided_by_name
        """

    /// Reads a row of these columns.
    public init(row: Row) throws(DatabaseError) {
        id = try row.value("id")
        name = try row.value("name")
        email = try row.value("email")
        subject = try row.value("subject")
        text = try row.value("message")
        member = try row.value("user_id")
        createdAt = try row.value("created_at")
        state = try row.value("state")
        decidedAt = try row.value("decided_at")
        decidedBy = try row.value("decided_by_name")
    }
}

/// Which messages to list.
public struct MessageFilter: Sendable {
    /// Only messages in this state.
    public var state: MessageState?
    /// Only messages whose name, address, subject or text contains this.
    public var search: String?
    /// The page.
    public var page = PageRequest()

    /// Every message.
    public init() {}
}

/// A page of messages.
public struct MessageList: Sendable {
    /// The messages from the newest.
    public let messages: Page<ContactMessage>
    /// How many messages have each state, regardless of the filter.
    public let counts: [String: Int]
}

/// The messages of the contact page.
public struct ContactMessages: Sendable {
    private let database: Database

    /// The messages of a database.
    public init(_ database: Database) {
        self.database = database
    }

    /// Stores a message; when `isMailed`, a job mails it too. `member` is the writer, who must be the one that acts.
    public func add(
        name: String, email: EmailAddress, subject: String, text: String, member: UUID?, isMailed: Bool
    ) throws {
        let writer = database.acting(for: member)
        let insert: SQL = """
            insert into contact_messages (name, email, subject, message, user_id, created_at)
            values (\(name), \(email.text), \(subject), \(text), \(member), dailies_now())
            """
        guard isMailed else {
            try writer.execute(insert)
            return
        }
        try writer.transaction { connection in
            try connection.execute(insert)
            // The writer may not read the message, so `returning` would be refused.
            try connection.execute(
                """
                select enqueue_job(
                    'send_contact_message', jsonb_build_object('id', currval('contact_messages_id_seq')), 'outward',
                    job_max_attempts => 100
                )
                """)
        }
    }

    /// Messages from the newest, for an admin; the database shows none to others.
    public func list(_ filter: MessageFilter, for actor: UUID) throws -> MessageList {
        let order = Keyset("messages", .number("messages.id"), isDescending: true)
        let place = try order.place(after: filter.page)
        var conditions = [place.condition]
        if let state = filter.state { conditions.append("messages.state = \(state)") }
        if let search = filter.search {
            let pattern = LikePattern.containing(search)
            conditions.append(
                """
                (
                    messages.name ilike \(pattern) or messages.email ilike \(pattern)
                    or messages.subject ilike \(pattern) or messages.message ilike \(pattern)
                )
                """)
        }
        let reader = database.acting(for: actor)
        let found: [Row] = try reader.query(
            """
            select \(sql: ContactMessage.columns), \(sql: order.columns)
            from \(sql: ContactMessage.source)
            where \(sql: conditions.joined(separator: " and "))
            \(sql: place.orderAndLimit)
            """)
        let states: [Row] = try reader.query(
            "select state, count(*)::int as messages from contact_messages group by state")
        var counts = Dictionary(uniqueKeysWithValues: MessageState.allCases.map { ($0.rawValue, 0) })
        for row in states { counts[try row.value("state")] = try row.value("messages") }
        return MessageList(
            messages: try order.page(of: found, filter.page) { row in try ContactMessage(row: row) }, counts: counts)
    }

    /// Puts messages into a state, as an admin, and returns the ids of those that were in another one. A trigger records
    /// each in the audit log.
    public func set(_ state: MessageState, of ids: [Int], by actor: UUID) throws(DatabaseError) -> [Int] {
        let decider = state == .new ? nil : actor
        return try database.acting(for: actor).query(
            """
            with changed as (
                update contact_messages
                set state = \(state), decided_by = \(decider),
                    decided_at = case when \(decider)::uuid is not null then dailies_now() end
                where id = any (\(ids)) and state <> \(state)
                returning id
            )
            select id from changed order by id
            """)
    }

    /// One message. Not for the web role.
    public func find(_ id: Int64) throws(DatabaseError) -> ContactMessage? {
        try database.first(
            """
            select \(sql: ContactMessage.columns)
            from \(sql: ContactMessage.source)
            where messages.id = \(id)
            """)
    }
}
